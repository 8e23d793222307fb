package aws

import "strings"

// placement are the attributes that say where something stands, of the types
// that other stacks share or filter by and of which everything is kept.
var placement = map[string]string{
	"aws_instance":              "associate_public_ip_address public_ip secondary_private_ips ipv6_addresses ipv6_address_count source_dest_check tags",
	"aws_spot_instance_request": "associate_public_ip_address public_ip secondary_private_ips ipv6_addresses ipv6_address_count source_dest_check tags",
	"aws_lb":                    "name internal load_balancer_type ip_address_type enable_cross_zone_load_balancing preserve_host_header tags",
	"aws_elb":                   "internal cross_zone_load_balancing listener tags",
}

// shared are the types besides the network itself whose instances other stacks
// attach to, or stand beside.
var shared = strings.Fields(`aws_network_interface aws_network_interface_attachment aws_network_interface_sg_attachment
	aws_eip aws_eip_association aws_instance aws_spot_instance_request
	aws_lb aws_lb_listener aws_lb_listener_rule aws_lb_target_group aws_lb_target_group_attachment aws_elb aws_elb_attachment
	aws_db_subnet_group aws_elasticache_subnet_group aws_redshift_subnet_group aws_docdb_subnet_group aws_neptune_subnet_group`)

// notHanded are attributes that decide nothing about who reaches whom, and may
// say what is nobody's business, such as a header that serves as a password.
var notHanded = []string{"description", "revoke_rules_on_delete", "condition"}

var handed = handedTypes()

// handedTypes are the attributes by type.
func handedTypes() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	add := func(name string) {
		info, ok := Types.row(name)
		if !ok || info.coverage == Irrelevant {
			return
		}
		attributes := map[string]bool{"region": true}
		for kept := range info.kept {
			attributes[kept] = true
		}
		for _, path := range info.identities {
			attributes[head(path)] = true
		}
		for path := range info.refs {
			attributes[head(path)] = true
		}
		for _, more := range strings.Fields(placement[name]) {
			attributes[more] = true
		}
		if attributes["tags"] {
			attributes["tags_all"] = true // with the default tags of the provider
		}
		for _, name := range notHanded {
			delete(attributes, name)
		}
		all[name] = attributes
	}
	for _, table := range [][]row{networkTypes, boundaryTypes} {
		for _, r := range table {
			add(r.name)
		}
	}
	for _, name := range shared {
		add(name)
	}
	return all
}

// Handed are the attributes of a type that other stacks need to know of an
// instance: what identifies, places, routes and filters. ok is false for types
// that are no business of theirs.
func (t types) Handed(resourceType string) (attributes map[string]bool, ok bool) {
	attributes, ok = handed[canonicalType(resourceType)]
	return attributes, ok
}
