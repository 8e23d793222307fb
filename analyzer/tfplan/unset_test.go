package tfplan

import (
	"context"
	"strings"
	"testing"
)

// A module passes its variables on to arguments that the provider computes
// (U-4): what shows as unknown was null where nothing unknown could have got
// there, and stays unknown where something could.
func TestGivesNull(t *testing.T) {
	const plan = `{
	  "format_version": "1.2", "terraform_version": "1.9.0",
	  "resource_changes": [
	    {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
	     "change": {"actions": ["create"], "before": null, "after": {"enabled": true}, "after_unknown": {"flag": true}}},
	    {"address": "module.m.aws_lb.x", "module_address": "module.m", "mode": "managed", "type": "aws_lb", "name": "x",
	     "change": {"actions": ["create"], "before": null, "after": {},
	       "after_unknown": {"byDefault": true, "byCall": true, "byKnown": true, "byUnknown": true, "byLocal": true, "byOutput": true, "never": true}}}
	  ],
	  "configuration": {"root_module": {
	    "resources": [{"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k", "expressions": {}}],
	    "variables": {"root": {}},
	    "module_calls": {"m": {
	      "expressions": {
	        "call": {"references": ["var.root"]},
	        "known": {"references": ["aws_kms_key.k.enabled", "aws_kms_key.k"]},
	        "unknown": {"references": ["aws_kms_key.k.flag", "aws_kms_key.k"]}},
	      "module": {
	        "variables": {"default": {"default": null}, "call": {}, "known": {}, "unknown": {}},
	        "resources": [{"address": "aws_lb.x", "mode": "managed", "type": "aws_lb", "name": "x", "expressions": {
	          "byDefault": {"references": ["var.default"]},
	          "byCall": {"references": ["var.call"]},
	          "byKnown": {"references": ["var.known"]},
	          "byUnknown": {"references": ["var.unknown"]},
	          "byLocal": {"references": ["local.l"]},
	          "byOutput": {"references": ["module.absent.flag"]}}}]}}}
	  }}
	}`
	s, err := Read(context.Background(), strings.NewReader(plan), Options{Wanted: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	r := s.After.Resource("module.m.aws_lb.x")
	for name, null := range map[string]bool{
		"byDefault": true, "byCall": true, "byKnown": true,
		"byUnknown": false, "byLocal": false, "byOutput": false, "never": false,
	} {
		if v := r.Get(name); v.IsNull() != null || v.IsUnknown() == null {
			t.Errorf("%s: null %v, want %v", name, v.IsNull(), null)
		}
	}
}
