package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func statefulRule(action string, header attrs, options ...string) attrs {
	full := attrs{"protocol": "TCP", "source": "ANY", "source_port": "ANY", "destination": "ANY", "destination_port": "ANY", "direction": "FORWARD"}
	for k, v := range header {
		full[k] = v
	}
	rule := attrs{"action": action, "header": list{full}}
	var list list
	for _, o := range append(options, "sid") {
		list = append(list, attrs{"keyword": o})
	}
	rule["rule_option"] = list
	return rule
}

// Headers are read as far as they are plain addresses, ports and variables;
// what is not is unknown, and opaque options narrow a rule (APP-2).
func TestStatefulRules(t *testing.T) {
	vars := list{attrs{
		"ip_sets": list{
			attrs{"key": "A", "ip_set": list{attrs{"definition": list{"10.0.0.0/8", "$B"}}}}, attrs{"key": "B", "ip_set": list{attrs{"definition": list{"192.0.2.1"}}}},
			attrs{"key": "LOOP", "ip_set": list{attrs{"definition": list{"$LOOP"}}}},
		},
		"port_sets": list{attrs{"key": "P", "port_set": list{attrs{"definition": list{"80", "8000:8080"}}}}},
	}}
	for _, test := range []struct {
		name string
		rule attrs
		want string
	}{
		{"any", statefulRule("PASS", nil), "pass TCP [0.0.0.0/0 ::/0] 0-65535 [0.0.0.0/0 ::/0] 0-65535 no"},
		{"lists", statefulRule("DROP", attrs{"source": "[10.0.0.0/8, 2001:db8::/32]", "destination_port": "[22,1024:]"}), "drop TCP [10.0.0.0/8 2001:db8::/32] 0-65535 [0.0.0.0/0 ::/0] 22-22,1024-65535 no"},
		{"variables", statefulRule("REJECT", attrs{"destination": "$A", "source_port": "$P", "direction": "ANY"}), "reject TCP [0.0.0.0/0 ::/0] 80-80,8000-8080 [10.0.0.0/8 192.0.2.1/32] 0-65535 yes"},
		{"a negation", statefulRule("PASS", attrs{"source": "!10.0.0.0/8", "destination_port": "!22"}), "pass TCP unknown 0-65535 [0.0.0.0/0 ::/0] unknown no"},
		{"an unknown name", statefulRule("PASS", attrs{"source": "$HOME_NET"}), "pass TCP unknown 0-65535 [0.0.0.0/0 ::/0] 0-65535 no"},
		{"a loop", statefulRule("PASS", attrs{"source": "$LOOP"}), "pass TCP unknown 0-65535 [0.0.0.0/0 ::/0] 0-65535 no"},
		{"nonsense", statefulRule("PASS", attrs{"destination_port": "70000"}), "pass TCP [0.0.0.0/0 ::/0] 0-65535 [0.0.0.0/0 ::/0] unknown no"},
		{"known after apply", statefulRule("PASS", attrs{"source": unknown, "direction": unknown}), "pass TCP unknown 0-65535 [0.0.0.0/0 ::/0] 0-65535 maybe"},
		{"options", statefulRule("ALERT", attrs{"protocol": "HTTP"}, "flow"), "alert HTTP [0.0.0.0/0 ::/0] 0-65535 [0.0.0.0/0 ::/0] 0-65535 no opaque"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := readRuleGroup(made("aws_networkfirewall_rule_group.g", attrs{"type": "STATEFUL", "rule_group": list{attrs{"rule_variables": vars, "rules_source": list{attrs{"stateful_rule": list{test.rule}}}}}}))
			if g.opaque || len(g.stateful) != 1 {
				t.Fatalf("opaque %v, %d rules", g.opaque, len(g.stateful))
			}
			r := g.stateful[0]
			ports := func(v tf.Val[[]PortSpan]) string {
				list, known := v.Known()
				if !known {
					return "unknown"
				}
				var out []string
				for _, s := range list {
					out = append(out, valText(s.From)+"-"+valText(s.To))
				}
				return strings.Join(out, ",")
			}
			got := fmt.Sprintf("%s %s %s %s %s %s %s", valText(r.Action), valText(r.Protocol), valText(r.Source), ports(r.SourcePort), valText(r.Destination), ports(r.DestinationPort), r.Both) + flags("opaque", r.Opaque)
			if got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// Suricata strings and domain lists are opaque, however they are written
// (APP-2).
func TestOpaqueGroups(t *testing.T) {
	for name, test := range map[string]struct {
		a    attrs
		want bool
	}{
		"rules":      {attrs{"rules": "pass ip any any -> any any (sid:1;)"}, true},
		"string":     {attrs{"rule_group": list{attrs{"rules_source": list{attrs{"rules_string": "drop tcp any any -> any any (sid:1;)"}}}}}, true},
		"domains":    {attrs{"rule_group": list{attrs{"rules_source": list{attrs{"rules_source_list": list{attrs{"targets": list{".example.com"}}}}}}}}, true},
		"unknown":    {attrs{"rule_group": unknown}, true},
		"plain":      {attrs{"rule_group": list{attrs{"rules_source": list{attrs{"stateful_rule": list{statefulRule("PASS", nil)}}}}}}, false},
		"no rule":    {attrs{"rule_group": list{attrs{"rules_source": list{attrs{"stateful_rule": list{}}}}}}, false},
		"rules dark": {attrs{"rule_group": list{attrs{"rules_source": list{attrs{"stateful_rule": unknown}}}}}, true},
	} {
		test.a["type"] = "STATEFUL"
		if g := readRuleGroup(made("aws_networkfirewall_rule_group.g", test.a)); g.opaque != test.want {
			t.Errorf("%s: opaque %v", name, g.opaque)
		}
	}
}

// A policy has its groups by priority; one that the input does not show may
// hold anything, and an override takes the certainty from drops (APP-2).
func TestFirewallPolicy(t *testing.T) {
	stateless := func(priority any, actions list, match attrs) attrs {
		return attrs{"priority": priority, "rule_definition": list{attrs{"actions": actions, "match_attributes": list{match}}}}
	}
	n := build(vpc(), subnet(),
		made("aws_networkfirewall_rule_group.less", attrs{"type": "STATELESS", "rule_group": list{attrs{"rules_source": list{attrs{"stateless_rules_and_custom_actions": list{attrs{"stateless_rule": list{
			stateless(20, list{"aws:pass", "metric"}, attrs{}),
			stateless(10, list{"aws:drop"}, attrs{"protocols": list{6}, "source": list{attrs{"address_definition": "10.0.0.0/8"}}, "destination_port": list{attrs{"from_port": 22, "to_port": 22}}, "tcp_flag": list{attrs{"flags": list{"SYN"}}}}),
		}}}}}}}}),
		made("aws_networkfirewall_rule_group.full", attrs{"type": "STATEFUL", "rule_group": list{attrs{"rules_source": list{attrs{"stateful_rule": list{statefulRule("DROP", nil)}}}}}}),
		made("aws_networkfirewall_firewall_policy.p", attrs{"firewall_policy": list{attrs{
			"stateless_default_actions": list{"aws:forward_to_sfe"}, "stateless_fragment_default_actions": unknown,
			"stateful_default_actions": list{"aws:drop_strict"}, "stateful_engine_options": list{attrs{"rule_order": "STRICT_ORDER"}},
			"stateless_rule_group_reference": list{
				attrs{"priority": 2, "resource_arn": "arn:aws:network-firewall:eu-west-1:123456789012:stateless-rulegroup/x"}, attrs{"priority": 1, "resource_arn": ref("aws_networkfirewall_rule_group.less.arn")}},
			"stateful_rule_group_reference": list{
				attrs{"priority": 3, "resource_arn": "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/BotNet"},
				attrs{"priority": 2, "resource_arn": ref("aws_networkfirewall_rule_group.full.arn"), "override": list{attrs{"action": "DROP_TO_ALERT"}}},
				attrs{"priority": 1, "resource_arn": ref("aws_networkfirewall_rule_group.full.arn")}},
		}}}),
		made("aws_networkfirewall_firewall.f", attrs{"vpc_id": ref("aws_vpc.main.id"), "firewall_policy_arn": ref("aws_networkfirewall_firewall_policy.p.arn"), "subnet_mapping": list{attrs{"subnet_id": ref("aws_subnet.a.id")}}}),
		made("aws_networkfirewall_firewall.g", attrs{"vpc_id": ref("aws_vpc.main.id"), "firewall_policy_arn": "arn:aws:network-firewall:eu-west-1:123456789012:firewall-policy/x", "subnet_mapping": list{attrs{"subnet_id": ref("aws_subnet.a.id")}}}),
	)
	p, _ := n.Firewalls[0].Policy.One()
	got := fmt.Sprintf("%s %s %v %v", valText(p.StatelessDefault), valText(p.FragmentDefault), p.StrictOrder, p.Open)
	for _, g := range p.Stateless {
		got += "; " + valText(g.Priority) + flags("open", g.Open)
		for _, r := range g.Rules {
			got += fmt.Sprintf(" %s:%s:%d:%d", valText(r.Priority), valText(r.Action), len(r.Sources), len(r.DestinationPorts)) + flags("flags", r.Flags)
		}
	}
	for _, g := range p.Stateful {
		got += "; " + valText(g.Priority) + flags("opaque", g.Opaque)
		for _, r := range g.Rules {
			got += " " + valText(r.Action)
		}
	}
	if want := "forward unknown yes false; 1 10:drop:1:1 flags 20:pass:0:0; 2 open; 1 drop; 2 unknown; 3 opaque"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if foreign, _ := n.Firewalls[1].Policy.One(); foreign == nil || !foreign.Open {
		t.Errorf("a policy elsewhere is %+v", foreign)
	}
	if got := labels(n.Firewalls[0].Subnets, subnetObject); got != "aws_subnet.a" {
		t.Errorf("the firewall stands in %s", got)
	}
}

// Routes lead to a firewall by its endpoints: by an id that a state shows, by
// the subnet that the expression mentions, else in any of its subnets
// (TF-L-4). A gateway load balancer's endpoint is one by itself (EP-4).
func TestFirewallTargets(t *testing.T) {
	second := made("aws_subnet.b", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.2.0/24"})
	firewall := attrs{"vpc_id": ref("aws_vpc.main.id"), "firewall_policy_arn": unknown, "subnet_mapping": list{attrs{"subnet_id": ref("aws_subnet.a.id")}, attrs{"subnet_id": ref("aws_subnet.b.id")}}}
	fresh := made("aws_networkfirewall_firewall.f", firewall)
	status := tf.SymbolicValue(tf.Symbol{Address: "aws_networkfirewall_firewall.f", Attribute: "firewall_status.sync_states"})
	states := list{attrs{"sync_states": list{
		attrs{"attachment": list{attrs{"endpoint_id": "vpce-0123456789abcdef0", "subnet_id": ref("aws_subnet.a.id")}}},
		attrs{"attachment": list{attrs{"endpoint_id": "vpce-0123456789abcdef1", "subnet_id": ref("aws_subnet.b.id")}}},
	}}}
	old := with(existing("aws_networkfirewall_firewall.f", firewall), attrs{"firewall_status": states})
	for _, test := range []struct {
		name     string
		firewall *tf.Resource
		value    any
		mentions string
		want     string
	}{
		{"by id", old, "vpce-0123456789abcdef1", "", "; aws_networkfirewall_firewall.f; aws_subnet.b"},
		{"by its subnet", fresh, status, "aws_subnet.b", "; aws_networkfirewall_firewall.f; aws_subnet.b | assumed"},
		{"in any subnet", fresh, status, "", "; aws_networkfirewall_firewall.f; aws_subnet.a | aws_subnet.b"},
		{"of an appliance", fresh, ref("aws_vpc_endpoint.gwlb.id"), "", "aws_vpc_endpoint.gwlb; ; "},
		{"of nobody knows what", fresh, unknown, "", "aws_vpc_endpoint.gwlb | ?; aws_networkfirewall_firewall.f | ?; ?"},
		{"elsewhere", fresh, "vpce-0123456789abcdef9", "", "vpce-0123456789abcdef9 (outside the input); ; "},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := made("aws_route.r", attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": "0.0.0.0/0", "vpc_endpoint_id": test.value})
			if test.mentions != "" {
				r.Config.References = map[string][]string{"vpc_endpoint_id": {"aws_networkfirewall_firewall.f.firewall_status[0].sync_states", test.mentions + ".id", test.mentions}}
			}
			n := build(vpc(), subnet(), second, test.firewall, r, made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
				made("aws_vpc_endpoint.gwlb", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "GatewayLoadBalancer", "subnet_ids": list{ref("aws_subnet.a.id")}}),
				made("aws_vpc_endpoint.ssm", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "subnet_ids": list{ref("aws_subnet.a.id")}}))
			at := find(t, n.RouteTables, tableObject, "aws_route_table.t").Routes[0].Target
			if got := linkText(at.Endpoint) + "; " + linkText(at.Firewall) + "; " + linkText(at.FirewallSubnet); got != test.want || at.Kind != TargetEndpoint {
				t.Errorf("%s %q, want %q", at.Kind, got, test.want)
			}
		})
	}
}

// A regional NAT gateway stands in its VPC, in the zones that it lists (NAT-8,
// TF-V-3).
func TestRegionalNAT(t *testing.T) {
	n := build(vpc(), made("aws_nat_gateway.n", attrs{"vpc_id": ref("aws_vpc.main.id"), "availability_mode": "regional",
		"availability_zone_address": list{attrs{"availability_zone": "eu-west-1a"}, attrs{"availability_zone_id": "euw1-az2", "availability_zone": ""}}}))
	g := n.NATGateways[0]
	if g.Regional != tf.Yes || linkText(g.VPC) != "aws_vpc.main" || g.Subnet.IsSet() || len(g.Zones) != 2 || valText(g.Zones[0]) != "eu-west-1a" || valText(g.Zones[1]) != "euw1-az2" {
		t.Errorf("%+v", g)
	}
}
