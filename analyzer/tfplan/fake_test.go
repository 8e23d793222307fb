package tfplan

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// fake is a Wanted of a few types.
type fake struct{}

var fakeTargets = map[string][]string{
	"aws_subnet.vpc_id":                             {"aws_vpc"},
	"aws_security_group.vpc_id":                     {"aws_vpc"},
	"aws_security_group.ingress.security_groups":    {"aws_security_group", "aws_vpc"},
	"aws_security_group_rule.security_group_id":     {"aws_security_group", "aws_vpc"},
	"aws_instance.subnet_id":                        {"aws_subnet"},
	"aws_instance.vpc_security_group_ids":           {"aws_security_group", "aws_vpc"},
	"aws_instance.network_interface.eni_id":         {"aws_network_interface"},
	"aws_nat_gateway.subnet_id":                     {"aws_subnet"},
	"aws_route_table.vpc_id":                        {"aws_vpc"},
	"aws_route_table.route.gateway_id":              {"aws_internet_gateway"},
	"aws_route_table.route.nat_gateway_id":          {"aws_nat_gateway"},
	"aws_route_table_association.subnet_id":         {"aws_subnet"},
	"aws_route_table_association.route_table_id":    {"aws_route_table"},
	"aws_lb.subnets":                                {"aws_subnet"},
	"aws_lb.subnet_mapping.subnet_id":               {"aws_subnet"},
	"aws_lb_listener.default_action.target_arn":     {"aws_lb_target_group"},
	"aws_lb_target_group_attachment.target_id":      {"aws_instance"},
	"aws_internet_gateway.vpc_id":                   {"aws_vpc"},
	"aws_launch_template.network_interfaces.sgs":    {"aws_security_group"},
	"aws_network_interface.subnet_id":               {"aws_subnet"},
	"aws_db_instance.db_subnet_group_name":          {"aws_db_subnet_group"},
	"aws_flow_log.vpc_id":                           {"aws_vpc"},
	"aws_lb_target_group.vpc_id":                    {"aws_vpc"},
	"aws_route.route_table_id":                      {"aws_route_table"},
	"aws_network_acl.subnet_ids":                    {"aws_subnet"},
	"aws_vpc_peering_connection_accepter.conn_id":   {"aws_vpc_peering_connection"},
	"aws_vpc_peering_connection_accepter.ignored":   nil,
	"aws_security_group_rule.source_security_group": {"aws_security_group"},
}

func (fake) Keep(typ string) (map[string]bool, bool) { return nil, strings.HasPrefix(typ, "aws_") }

func (fake) Identity(typ, attribute string) bool {
	return attribute == "id" || attribute == "arn" || attribute == "name" && typ == "aws_db_subnet_group" ||
		typ == "aws_vpc" && attribute == "default_security_group_id"
}

func (fake) Targets(typ, argument string) []string { return fakeTargets[typ+"."+argument] }

func (fake) Blocks(typ string) []string {
	if typ == "aws_security_group" {
		return []string{"ingress", "timeouts"}
	}
	return nil
}

// created is a change that creates an instance; unknown is its after_unknown.
func created(address, after, unknown string) string {
	a, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	mode := "managed"
	if a.Mode == tf.Data {
		mode = "data"
	}
	quoted, _ := json.Marshal(address)
	module, _ := json.Marshal(a.Module)
	return `{"address":` + string(quoted) + `,"module_address":` + string(module) + `,"mode":"` + mode + `","type":"` + a.Type + `","name":"` + a.Name +
		`","change":{"actions":["create"],"before":null,"after":` + after + `,"after_unknown":` + unknown + `,"before_sensitive":false,"after_sensitive":{}}}`
}

// news are instances of which only the id is unknown.
func news(addresses ...string) []string {
	var changes []string
	for _, a := range addresses {
		changes = append(changes, created(a, `{}`, `{"id":true,"arn":true}`))
	}
	return changes
}

// block is a resource block of the configuration; rest are further members.
func blockJSON(typ, name, expressions, rest string) string {
	return `{"address":"` + typ + "." + name + `","mode":"managed","type":"` + typ + `","name":"` + name + `","provider_config_key":"aws","expressions":` + expressions + rest + `}`
}

func refs(references ...string) string {
	text, _ := json.Marshal(map[string]any{"references": references})
	return string(text)
}

// planJSON is a plan of the changes with a root module of the configuration.
func planJSON(changes []string, root string) string {
	return `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[` + strings.Join(changes, ",") +
		`],"configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":{"constant_value":"eu-west-1"}}}},"root_module":` + root + `}}`
}

func readText(t *testing.T, text string) *tf.Stack {
	t.Helper()
	s, err := Read(context.Background(), strings.NewReader(text), Options{Wanted: fake{}, Name: "test", Path: "plan.json"})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// render writes a value as the tests expect it: identities by address, ~ for
// an assumption, ? for unknown with its candidates.
func render(v tf.Value) string {
	var text string
	switch v.Kind() {
	case tf.Null:
		text = "null"
	case tf.Unknown:
		text = "?"
		var c []string
		for _, s := range v.Candidates() {
			c = append(c, s.Address)
		}
		if len(c) > 0 {
			text += "(" + strings.Join(c, " ") + ")"
		}
	case tf.List:
		var e []string
		for _, element := range v.Elements() {
			e = append(e, render(element))
		}
		return "[" + strings.Join(e, " ") + "]"
	default:
		if s, ok := v.Symbol(); ok {
			text = s.Address
			if s.Attribute != "id" {
				text += "#" + s.Attribute
			}
		} else {
			text, _ = v.AsString().Known()
		}
	}
	if v.Assumption() != nil {
		text = "~" + text
	}
	return text
}

func (fake) MayBeID(text string) bool { return strings.HasPrefix(text, "sg-") }
