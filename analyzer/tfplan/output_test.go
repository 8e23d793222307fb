package tfplan

import (
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Outputs are known, identities of instances, or unknown; what is sensitive is
// marked.
func TestOutputs(t *testing.T) {
	s := readText(t, `{"format_version": "1.2", "terraform_version": "1.11.4", "output_changes": {
		"region": {"actions": ["create"], "before": null, "after": "eu-west-1", "after_unknown": false},
		"vpc": {"actions": ["create"], "before": null, "after_unknown": true},
		"subnets": {"actions": ["create"], "before": null, "after": [null, null], "after_unknown": [true, true]},
		"password": {"actions": ["create"], "before": null, "after": "x", "after_unknown": false, "after_sensitive": true},
		"cidr": {"actions": ["create"], "before": null, "after_unknown": true},
		"gone": {"actions": ["delete"], "before": "x", "after": null, "after_unknown": false}
	}, "resource_changes": [
		{"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true}}},
		{"address": "aws_subnet.a[0]", "mode": "managed", "type": "aws_subnet", "name": "a", "index": 0, "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true}}},
		{"address": "aws_subnet.a[1]", "mode": "managed", "type": "aws_subnet", "name": "a", "index": 1, "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true}}}
	], "configuration": {"root_module": {"outputs": {
		"vpc": {"expression": {"references": ["aws_vpc.a.id", "aws_vpc.a"]}},
		"subnets": {"expression": {"references": ["aws_subnet.a"]}},
		"cidr": {"expression": {"references": ["aws_vpc.a.ipv6_cidr_block", "aws_vpc.a"]}}
	}, "resources": [
		{"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "provider_config_key": "aws", "expressions": {}},
		{"address": "aws_subnet.a", "mode": "managed", "type": "aws_subnet", "name": "a", "provider_config_key": "aws", "expressions": {}, "count_expression": {"constant_value": 2}}
	]}}}`)
	if v, _ := s.Outputs["region"].AsString().Known(); v != "eu-west-1" {
		t.Errorf("region is %+v", s.Outputs["region"])
	}
	if v, ok := s.Outputs["vpc"].Symbol(); !ok || v != (tf.Symbol{Address: "aws_vpc.a", Attribute: "id"}) {
		t.Errorf("vpc is %+v", s.Outputs["vpc"])
	}
	var subnets []string
	for _, e := range s.Outputs["subnets"].Elements() {
		symbol, _ := e.Symbol()
		subnets = append(subnets, symbol.Address)
	}
	if !slices.Equal(subnets, []string{"aws_subnet.a[0]", "aws_subnet.a[1]"}) {
		t.Errorf("subnets are %q", subnets)
	}
	if !s.Outputs["password"].IsSensitive() {
		t.Error("password is not marked as sensitive")
	}
	if v := s.Outputs["cidr"]; !v.IsUnknown() || len(v.Candidates()) != 0 {
		t.Errorf("cidr is %+v, want anything", v)
	}
	if _, ok := s.Outputs["gone"]; ok {
		t.Error("an output that the plan removes is there")
	}
}

// Both forms of a state have outputs.
func TestStateOutputs(t *testing.T) {
	for name, text := range map[string]string{
		"shown": `{"format_version": "1.0", "values": {"outputs": {"id": {"sensitive": true, "value": "vpc-1"}}, "root_module": {"resources": []}}}`,
		"raw":   `{"version": 4, "serial": 1, "lineage": "x", "outputs": {"id": {"value": "vpc-1", "type": "string", "sensitive": true}}, "resources": []}`,
	} {
		v := readText(t, text).Outputs["id"]
		if id, _ := v.AsString().Known(); id != "vpc-1" || !v.IsSensitive() {
			t.Errorf("%s: the output is %+v", name, v)
		}
	}
}

// A set of which one element is unknown is unknown as a whole: the ids that
// come from variables and from another stack's state are in it all the same
// (U-1).
func TestLiteralsBeside(t *testing.T) {
	for reference, want := range map[string][]string{
		`"var.group"`:  {"aws_security_group.a", "sg-0aaa1111bbb2222cc"},
		`"var.groups"`: {"aws_security_group.a", "sg-1", "sg-2"},
		`"var.flag"`:   {"aws_security_group.a"},
		`"data.terraform_remote_state.net.outputs.group", "data.terraform_remote_state.net.outputs", "data.terraform_remote_state.net"`: {"aws_security_group.a", "sg-3"},
	} {
		s := readText(t, `{"format_version": "1.2", "terraform_version": "1.11.4",
		"variables": {"group": {"value": "sg-0aaa1111bbb2222cc"}, "groups": {"value": ["sg-1", "sg-2"]}, "flag": {"value": "yes"}},
		"resource_changes": [
			{"address": "aws_security_group.a", "mode": "managed", "type": "aws_security_group", "name": "a", "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true}}},
			{"address": "aws_instance.a", "mode": "managed", "type": "aws_instance", "name": "a", "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true, "vpc_security_group_ids": true}}}
		], "prior_state": {"values": {"root_module": {"resources": [
			{"address": "data.terraform_remote_state.net", "mode": "data", "type": "terraform_remote_state", "name": "net", "values": {"outputs": {"group": "sg-3", "other": "sg-4"}}}
		]}}}, "configuration": {"root_module": {"variables": {"group": {}, "groups": {}, "flag": {}}, "resources": [
			{"address": "aws_security_group.a", "mode": "managed", "type": "aws_security_group", "name": "a", "provider_config_key": "aws", "expressions": {}},
			{"address": "aws_instance.a", "mode": "managed", "type": "aws_instance", "name": "a", "provider_config_key": "aws", "expressions": {
				"vpc_security_group_ids": {"references": ["aws_security_group.a.id", "aws_security_group.a", `+reference+`]}}}
		]}}}`)
		var got []string
		for _, e := range s.After.Resource("aws_instance.a").Values.Get("vpc_security_group_ids").Elements() {
			text, _ := e.AsString().Known()
			if symbol, ok := e.Symbol(); ok {
				text = symbol.Address
			}
			got = append(got, text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("beside %s: groups %q, want %q", reference, got, want)
		}
	}
}
