package aws

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// publicServices are the services that the internet reaches without a path
// through a VPC (SVC-4, SVC-14, SVC-15, SVC-20). The API of EKS is made with
// its cluster.
var publicServices = []struct {
	name     string
	what     string // for people, before the address
	argument string // where it is decided
	public   func(r *tf.Resource) tf.Tri
	ports    []ServicePort
}{
	{"aws_opensearch_domain", "search endpoint", "vpc_options", outsideVPC("vpc_options"), ports(443)},
	{"aws_elasticsearch_domain", "search endpoint", "vpc_options", outsideVPC("vpc_options"), ports(443)},
	{"aws_mq_broker", "message broker", "publicly_accessible", func(r *tf.Resource) tf.Tri {
		return rabbit(r).And(truth(argument(r, "publicly_accessible").value, "", tf.No))
	}, ports(5671, 443, 15671)},
	{"aws_transfer_server", "file transfer endpoint", "endpoint_type", func(r *tf.Resource) tf.Tri {
		return truth(argument(r, "endpoint_type").value, "PUBLIC", tf.Yes)
	}, ports(22)},
	{"aws_mwaa_environment", "Airflow web server", "webserver_access_mode", func(r *tf.Resource) tf.Tri {
		return truth(argument(r, "webserver_access_mode").value, "PUBLIC_ONLY", tf.No)
	}, ports(443)},
	{"aws_apprunner_service", "web service", "network_configuration", func(r *tf.Resource) tf.Tri {
		return truth(argument(r, "network_configuration.ingress_configuration.is_publicly_accessible").value, "", tf.Yes)
	}, ports(443)},
	{"aws_apigatewayv2_api", "API", "", func(*tf.Resource) tf.Tri { return tf.Yes }, ports(443)},
	{"aws_api_gateway_rest_api", "API", "endpoint_configuration.types", unlessPrivate, ports(443)},
	{"aws_lambda_function_url", "function URL", "", func(*tf.Resource) tf.Tri { return tf.Yes }, ports(443)},
	{"aws_lightsail_instance", "virtual server", "", func(*tf.Resource) tf.Tri { return tf.Yes }, ports(22, 80)},
	{"aws_lightsail_database", "database", "publicly_accessible", func(r *tf.Resource) tf.Tri {
		return truth(argument(r, "publicly_accessible").value, "", tf.No)
	}, nil},
}

// outsideVPC says that a service is public unless a block puts it into a VPC.
func outsideVPC(block string) func(*tf.Resource) tf.Tri {
	return func(r *tf.Resource) tf.Tri {
		known, mayHave := blocks(r, block)
		switch {
		case len(known) > 0:
			return tf.No
		case mayHave:
			return tf.Maybe
		}
		return tf.Yes
	}
}

// unlessPrivate says that a REST API is public unless it answers interface
// endpoints only.
func unlessPrivate(r *tf.Resource) tf.Tri {
	kinds := argument(r, "endpoint_configuration.types").value
	switch list, ok := kinds.Blocks(); {
	case kinds.IsNull(), kinds.IsUnknown() && len(kinds.Candidates()) == 0 && r.IsNew(): // not set (U-4)
		return tf.Yes
	case !ok:
		return tf.Maybe
	default:
		public := tf.Yes
		for _, kind := range list {
			public = public.And(truth(kind, "PRIVATE", tf.No).Not())
		}
		return public
	}
}

func (b *builder) servePublic() {
	for _, p := range publicServices {
		served := p.ports
		if p.name == "aws_lightsail_instance" && b.has("aws_lightsail_instance_public_ports") {
			served = nil // nobody reads yet which they are
		}
		for r := range b.each(p.name) {
			public := p.public(r)
			if public == tf.No {
				continue
			}
			b.n.PublicServices = append(b.n.PublicServices, &PublicService{
				Object:  b.object(r),
				Service: p.what + " of " + r.Address,
				Ports:   served,
				Sources: []tf.Val[netip.Prefix]{tf.KnownVal(anyIPv4)},
				Cause:   Cause{Resource: r, Argument: p.argument},
				Public:  public,
			})
		}
	}
}
