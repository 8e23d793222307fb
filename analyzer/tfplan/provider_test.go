package tfplan

import (
	"fmt"
	"testing"
)

// Credentials of a provider block are kept for the check about them, marked
// so that nobody prints them.
func TestProviderCredentials(t *testing.T) {
	s := readText(t, `{
		"format_version": "1.2", "terraform_version": "1.11.0",
		"variables": {"secret": {"value": "from a variable"}},
		"resource_changes": [],
		"configuration": {
			"provider_config": {
				"aws": {"name": "aws", "expressions": {"access_key": {"constant_value": "AKIAAAAAAAAAAAAAAAAA"}, "secret_key": {"references": ["var.secret"]}, "region": {"constant_value": "eu-west-1"}}},
				"aws.west": {"name": "aws", "alias": "west", "expressions": {"profile": {"constant_value": "west"}}},
				"module.net:aws": {"name": "aws", "module_address": "module.net", "expressions": {"token": {"constant_value": "t"}, "secret_key": {"references": ["var.secret"]}}}
			},
			"root_module": {}
		}
	}`)
	var got []string
	for _, r := range s.Providers {
		for _, f := range r.Values.Fields() {
			text, _ := f.Value.AsString().Known()
			got = append(got, fmt.Sprintf("%s %s %s %t", r.Address, f.Name, text, f.Value.IsSensitive()))
		}
	}
	want := []string{
		"provider.aws access_key AKIAAAAAAAAAAAAAAAAA true",
		"provider.aws secret_key from a variable true",
		"module.net.provider.aws token t true",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
