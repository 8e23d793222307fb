package tfconfig

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// answer is an attribute of a data source that the configuration decides, or
// that somebody else knows; cty.NilVal where nobody does.
func (i *instance) answer(name string) cty.Value {
	if v := i.given(name); v != cty.NilVal {
		return v
	}
	switch i.addr.Type {
	case "aws_availability_zones":
		if name == "names" || name == "zone_ids" {
			return cty.UnknownVal(cty.List(cty.String)).RefineNotNull()
		}
	case "aws_region":
		return i.regionData(name)
	case "aws_partition":
		return i.partitionData(name)
	case "aws_iam_policy_document":
		if name == "json" || name == "minified_json" {
			return i.policyDocument(name == "minified_json")
		}
	}
	return cty.NilVal
}

// given is an attribute of a data source that somebody else knows.
func (i *instance) given(name string) cty.Value {
	ev := i.group.module.ev
	if ev.opts.Data == nil {
		return cty.NilVal
	}
	if !i.asked {
		i.asked = true
		r := i.bare()
		r.Values = tf.ObjectValue(i.body.fields(slot{typ: i.addr.Type, in: i.body}, nil)...)
		i.answers, _ = ev.opts.Data(r)
	}
	if v := i.answers.Get(name); !v.IsNull() {
		return fromPlan(v)
	}
	return cty.NilVal
}

// region is the Region that the instance is in.
func (i *instance) region() tf.Val[string] {
	if i.body.block.args["region"] != nil {
		if text, ok := textOf(unmarked(i.body.argument("region"))); ok && text != "" {
			return tf.KnownVal(text)
		}
	}
	return i.group.module.providerOf(i.body.block).region()
}

// regionData is the Region of the provider configuration, or the one named.
func (i *instance) regionData(name string) cty.Value {
	region, known := i.region().Known()
	if !known || name != "name" && name != "id" && name != "region" {
		return cty.NilVal
	}
	return cty.StringVal(region)
}

// partitions are those of AWS, by how the names of their Regions begin.
var partitions = []struct{ region, name, suffix, reverse string }{
	{"cn-", "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"},
	{"us-gov-", "aws-us-gov", "amazonaws.com", "com.amazonaws"},
	{"us-iso-", "aws-iso", "c2s.ic.gov", "gov.ic.c2s"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "gov.sgov.sc2s"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "uk.adc-e.cloud"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "gov.ic.hci.csp"},
	{"eusc-", "aws-eusc", "amazonaws.eu", "eu.amazonaws"},
	{"", "aws", "amazonaws.com", "com.amazonaws"},
}

// partitionData is the partition that the Region belongs to.
func (i *instance) partitionData(name string) cty.Value {
	region, known := i.region().Known()
	if !known {
		return cty.NilVal
	}
	for _, p := range partitions {
		if !strings.HasPrefix(region, p.region) {
			continue
		}
		switch name {
		case "partition", "id":
			return cty.StringVal(p.name)
		case "dns_suffix":
			return cty.StringVal(p.suffix)
		case "reverse_dns_prefix":
			return cty.StringVal(p.reverse)
		}
	}
	return cty.NilVal
}
