package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// DatabaseProxy is a proxy of RDS (SVC-18): it opens connections of its own to
// its targets, for whoever reaches one of its interfaces.
type DatabaseProxy struct {
	Object
	// Interface is that which targets see, and Fronts are all that clients
	// reach, the interfaces of further endpoints included.
	Interface *Interface
	Fronts    Links[Interface]
	// Targets are the databases behind it.
	Targets Links[Interface]
}

// proxies are the proxies of RDS with their endpoints and targets.
func (b *builder) proxies() {
	for r := range b.each("aws_db_proxy") {
		i := objectOf[Interface](b, r)
		if i == nil {
			continue
		}
		p := &DatabaseProxy{Object: b.object(r), Interface: i}
		p.Fronts.Each = []Link[Interface]{{To: []*Interface{i}}}
		b.n.Proxies = append(b.n.Proxies, p)
		register(b, r, p)
	}
	for r := range b.each("aws_db_proxy_endpoint") {
		front := objectOf[Interface](b, r)
		to := link[DatabaseProxy](b, r, r.Get("db_proxy_name"), nil)
		_, certain := to.One()
		for _, p := range to.To {
			if front != nil {
				p.Fronts.add(only(front), certain)
			}
		}
	}
	if len(b.n.Proxies) == 0 {
		return
	}
	members := b.clusterMembers()
	for r := range b.each("aws_db_proxy_target") {
		to := link[DatabaseProxy](b, r, r.Get("db_proxy_name"), nil)
		certain := sure(r, to)
		for _, p := range to.To {
			if v := argument(r, "db_instance_identifier"); v.isSet() {
				p.Targets.add(link[Interface](b, r, v.value, nil), certain)
			}
			if v := argument(r, "db_cluster_identifier"); v.isSet() {
				clusters, exact := b.mayName(r, v, "aws_rds_cluster")
				for _, c := range clusters {
					for _, i := range members[c] {
						p.Targets.add(only(i), certain && exact)
					}
				}
				p.Targets.Open = p.Targets.Open || len(clusters) == 0
			}
		}
	}
}

// clusterMembers are the interfaces of each cluster of RDS: of its instances,
// or its own (SVC-17).
func (b *builder) clusterMembers() map[*tf.Resource][]*Interface {
	members := map[*tf.Resource][]*Interface{}
	for r := range b.each("aws_rds_cluster") {
		members[r] = b.interfacesOf(r)
	}
	for r := range b.each("aws_rds_cluster_instance") {
		if c := b.named(r, argument(r, "cluster_identifier"), "aws_rds_cluster"); c != nil {
			members[c] = append(members[c], b.interfacesOf(r)...)
		}
	}
	return members
}

// add adds a reference that is held, or may be.
func (l *Links[T]) add(one Link[T], certain bool) {
	if certain {
		l.Each = append(l.Each, one)
	} else {
		l.Maybe = append(l.Maybe, one)
	}
}
