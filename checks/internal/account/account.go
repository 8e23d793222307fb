// Package account answers for settings of the AWS account that a plan seldom
// shows: from the plan where it sets them, from what people said in
// tfcheck.hcl, else as one question for the whole account.
package account

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/index"
)

// Setting is a default of the account.
type Setting struct {
	Name string // in a given block
	Text string // what the question asks
	Good string // the value that a given block may say
	// Type and Attribute say where a plan may set it, Value to what.
	Type, Attribute, Value string
}

// The settings that checks depend on.
var (
	EBSEncryption = Setting{
		Name: "ebs_encryption_by_default", Text: "whether the account encrypts EBS volumes by default", Good: "true",
		Type: "aws_ebs_encryption_by_default", Attribute: "enabled", Value: "true",
	}
	IMDSDefault = Setting{
		Name: "imds_default", Text: "whether the account or the image requires IMDSv2 of instances that do not say", Good: "required",
		Type: "aws_ec2_instance_metadata_defaults", Attribute: "http_tokens", Value: "required",
	}
)

// Holds says whether the account has the setting's good value. Maybe means
// that somebody must say: the setting's Fact.
func (s Setting) Holds(p *analyzer.Pass) tf.Tri {
	if set := index.Of(p.View, s.Type); len(set) > 0 { // one for an account and Region
		value, state := set[0].Get(s.Attribute).AsString().Get()
		switch {
		case state == tf.IsUnknown, set[0].Maybe: // U-12
			return tf.Maybe
		case state == tf.IsNull || value == s.Value: // the resource's default is the good value
			return tf.Yes
		}
		return tf.No
	}
	if p.Given != nil {
		if value, ok := p.Given.Answer("account", s.Name); ok {
			return tf.TriOf(value == s.Good)
		}
	}
	return tf.Maybe
}

// Fact is the question about the setting.
func (s Setting) Fact() tf.Fact {
	good := s.Good
	if good != "true" {
		good = `"` + good + `"`
	}
	return tf.Fact{
		ID:     "account:" + s.Name,
		Text:   s.Text,
		Settle: `say it once, in tfcheck.hcl: given "account" { ` + s.Name + " = " + good + " }",
	}
}
