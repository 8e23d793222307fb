package reach_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// planned is the plan of a large estate, the same for equal sizes: a subnet for
// 20 interfaces, a group for 10, an ACL of random entries for 200 and a VPC for
// 1,000, and one in five of the subnets public.
func planned(interfaces int) *tf.Snapshot {
	d := rand.New(rand.NewPCG(7, 7))
	var all []*tf.Resource
	made := func(kind string, n int, fields ...tf.Field) string {
		address := fmt.Sprintf("%s.x[%d]", kind, n)
		r := resource(address)
		r.Provider, r.Region, r.Values = "aws", tf.KnownVal("eu-west-1"), tf.ObjectValue(fields...)
		r.Config = &tf.ResourceConfig{Address: r.Addr.Config(), Complete: true}
		for _, f := range fields {
			r.Config.Arguments = append(r.Config.Arguments, f.Name)
		}
		all = append(all, r)
		return address
	}
	text := func(name, value string) tf.Field { return tf.Field{Name: name, Value: tf.StringValue(value)} }
	number := func(name string, n int) tf.Field { return tf.Field{Name: name, Value: tf.NumberValue(strconv.Itoa(n))} }
	id := func(address string) tf.Value { return tf.SymbolicValue(tf.Symbol{Address: address, Attribute: "id"}) }
	link := func(name, address string) tf.Field { return tf.Field{Name: name, Value: id(address)} }
	links := func(name string, addresses ...string) tf.Field {
		var list []tf.Value
		for _, a := range addresses {
			list = append(list, id(a))
		}
		return tf.Field{Name: name, Value: tf.ListValue(list...)}
	}
	block := func(name string, fields ...[]tf.Field) tf.Field {
		var list []tf.Value
		for _, f := range fields {
			list = append(list, tf.ObjectValue(f...))
		}
		return tf.Field{Name: name, Value: tf.ListValue(list...)}
	}
	cidrs := []string{"0.0.0.0/0", "10.0.0.0/8", "198.51.100.0/24", "203.0.113.0/25", "192.0.2.0/28"}
	open := []tf.Field{text("protocol", "-1"), number("from_port", 0), number("to_port", 0),
		{Name: "cidr_blocks", Value: tf.ListValue(tf.StringValue("0.0.0.0/0"))}}
	var subnets, groups []string
	for n := range interfaces {
		if n%1000 == 0 {
			v := made("aws_vpc", n/1000, text("cidr_block", "10.0.0.0/16"))
			gw := made("aws_internet_gateway", n/1000, link("vpc_id", v))
			made("aws_route_table", n/1000, link("vpc_id", v), block("route", []tf.Field{text("cidr_block", "0.0.0.0/0"), link("gateway_id", gw)}))
			subnets, groups = nil, nil
		}
		v := fmt.Sprintf("aws_vpc.x[%d]", n/1000)
		if n%20 == 0 {
			s := made("aws_subnet", n/20, link("vpc_id", v), text("cidr_block", fmt.Sprintf("10.0.%d.0/24", n/20%50)),
				tf.Field{Name: "map_public_ip_on_launch", Value: tf.BoolValue(true)})
			subnets = append(subnets, s)
			if n/20%5 == 0 {
				made("aws_route_table_association", n/20, link("subnet_id", s), link("route_table_id", fmt.Sprintf("aws_route_table.x[%d]", n/1000)))
			}
		}
		if n%200 == 180 {
			entry := func(n int) []tf.Field {
				action := []string{"allow", "allow", "deny"}[d.IntN(3)]
				from := d.IntN(60000)
				return []tf.Field{number("rule_no", n), text("action", action), text("protocol", []string{"-1", "tcp", "tcp", "udp"}[d.IntN(4)]),
					number("from_port", from), number("to_port", from+d.IntN(5000)), text("cidr_block", cidrs[d.IntN(len(cidrs))])}
			}
			rules := func() (list [][]tf.Field) {
				for k := range 4 + d.IntN(16) {
					list = append(list, entry(100+k))
				}
				return append(list, []tf.Field{number("rule_no", 900), text("action", "allow"), text("protocol", "-1"),
					number("from_port", 0), number("to_port", 0), text("cidr_block", "0.0.0.0/0")})
			}
			made("aws_network_acl", n/200, link("vpc_id", v), links("subnet_ids", subnets[len(subnets)-10:]...), block("ingress", rules()...), block("egress", rules()...))
		}
		if n%10 == 0 {
			port := 1 + d.IntN(60000)
			rule := []tf.Field{text("protocol", "tcp"), number("from_port", port), number("to_port", port+d.IntN(20))}
			if d.IntN(3) > 0 || len(groups) == 0 {
				rule = append(rule, tf.Field{Name: "cidr_blocks", Value: tf.ListValue(tf.StringValue(cidrs[d.IntN(len(cidrs))]))})
			} else {
				rule = append(rule, links("security_groups", groups[d.IntN(len(groups))]))
			}
			groups = append(groups, made("aws_security_group", n/10, link("vpc_id", v), block("ingress", rule), block("egress", open)))
		}
		own := []string{groups[len(groups)-1]}
		for d.IntN(3) == 0 && len(own) < 3 {
			own = append(own, groups[d.IntN(len(groups))])
		}
		made("aws_network_interface", n, link("subnet_id", subnets[len(subnets)-1]), links("security_groups", own...))
		made("aws_eip", n, link("network_interface", fmt.Sprintf("aws_network_interface.x[%d]", n)))
	}
	return tf.NewSnapshot(all)
}

func built(s *tf.Snapshot) *aws.Network {
	return aws.Build(aws.Input{Stack: &tf.Stack{Name: "estate", Complete: true, After: s}, Snapshot: s})
}

func endpoint(t testing.TB, g *reach.Graph, name string) reach.Endpoint {
	t.Helper()
	e, err := g.Endpoint(name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
