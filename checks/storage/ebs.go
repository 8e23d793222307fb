package storage

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/account"
)

// EBSUnencrypted reports volumes in the clear.
var EBSUnencrypted = &analyzer.Check{
	ID:       "ebs-unencrypted",
	Title:    "an EBS volume is not encrypted",
	Tier:     analyzer.Default,
	Guidance: []string{"G36"},
	Rationale: `Whoever gets a copy of an unencrypted volume, by a shared snapshot or a careless restore, reads it. ` +
		`Encryption costs nothing and cannot be added to a volume in place. An account may encrypt by default, which a plan ` +
		`seldom shows: volumes that say nothing are one question for the whole account.`,
	Remediation: `Set encrypted to true, and switch aws_ebs_encryption_by_default on for the account.`,
	Bad: `resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = false
}
`,
	Good: `resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 100
  encrypted         = true
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0026", Relation: "equal"},
		{ID: "AWS-0131", Relation: "equal"},
		{ID: "AWS-0008", Relation: "equal"},
		{ID: "CKV_AWS_3", Relation: "equal"},
		{ID: "CKV_AWS_8", Relation: "equal"},
		{ID: "ebs_volume_encryption_disabled", Relation: "equal"},
		{ID: "block_device_is_not_encrypted", Relation: "equal"},
		{ID: "aws-ec2-enable-volume-encryption", Relation: "equal"},
		{ID: "EC2.3", Relation: "equal"},
		{ID: "EC2.181", Relation: "equal"},
	},
	Run: runEBS,
}

// devices are the arguments that describe volumes, by type; the path after
// the dot leads from a block to the volume.
var devices = map[string][]struct{ block, inside string }{
	"aws_ebs_volume":            {{}},
	"aws_instance":              {{block: "root_block_device"}, {block: "ebs_block_device"}},
	"aws_spot_instance_request": {{block: "root_block_device"}, {block: "ebs_block_device"}},
	"aws_launch_configuration":  {{block: "root_block_device"}, {block: "ebs_block_device"}},
	"aws_launch_template":       {{block: "block_device_mappings", inside: "ebs"}},
}

func runEBS(p *analyzer.Pass) {
	byDefault := account.EBSEncryption.Holds(p)
	for _, r := range p.Snapshot.Resources {
		places, ok := devices[r.Addr.Type]
		if !ok || r.Addr.Mode != tf.Managed || r.Deposed {
			continue
		}
		p.Judges(r)
		if byDefault == tf.Yes {
			continue // nothing unencrypted can be made in such an account
		}
		verdict, argument := analyzer.Verdict(""), ""
		for _, place := range places {
			encrypted, where := encryption(r, place.block, place.inside)
			if encrypted == tf.Maybe && byDefault == tf.No {
				encrypted = tf.No
			}
			switch {
			case encrypted == tf.No:
				verdict, argument = analyzer.Violation, where
			case encrypted == tf.Maybe && verdict == "":
				verdict, argument = analyzer.Undetermined, where
			}
		}
		if verdict == "" {
			continue
		}
		report(p, r, argument, verdict)
	}
}

func report(p *analyzer.Pass, r *tf.Resource, argument string, verdict analyzer.Verdict) {
	finding := analyzer.Finding{
		Cause:    aws.Cause{Resource: r, Argument: argument},
		Subjects: []analyzer.Subject{{Address: r.Address, Verdict: verdict}},
		Effect:   analyzer.Effect{Unencrypted: true},
		Message:  r.Address + " stores data in the clear",
		Fix:      "encrypted = true",
	}
	if verdict == analyzer.Undetermined {
		finding.Message = r.Address + " does not say whether its volumes are encrypted"
		finding.WaitsFor = []tf.Fact{account.EBSEncryption.Fact()}
	}
	p.Report(finding)
}

// encryption says whether every volume that a block describes is encrypted,
// and which argument decides. A block that is not there leaves the root volume
// to the image and the account; other volumes do not exist then.
func encryption(r *tf.Resource, block, inside string) (tf.Tri, string) {
	if block == "" {
		return tf.TriVal(r.Get("encrypted").AsBool(), tf.Maybe), "encrypted"
	}
	blocks, known := r.Get(block).Blocks()
	if !known || len(blocks) == 0 {
		if block == "root_block_device" {
			return tf.Maybe, block
		}
		return tf.Yes, block
	}
	all := tf.Yes
	for _, b := range blocks {
		if inside != "" {
			nested, ok := b.Get(inside).Blocks()
			if ok && len(nested) == 0 {
				continue // an instance store or a suppressed device
			}
			if ok {
				b = nested[0]
			}
		}
		all = all.And(tf.TriVal(b.Get("encrypted").AsBool(), tf.Maybe))
	}
	if inside != "" {
		block += "." + inside
	}
	return all, block + ".encrypted"
}
