package datastore

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Unencrypted reports managed data stores whose storage is in the clear.
var Unencrypted = &analyzer.Check{
	ID:       "data-store-unencrypted",
	Title:    "a managed data store does not encrypt its storage",
	Tier:     analyzer.Default,
	Guidance: []string{"G36"},
	Derived:  true,
	Rationale: `Snapshots and exports of an unencrypted data store can be restored by whoever they are shared with. ` +
		`Encryption cannot be switched on later without making the data store anew.`,
	Remediation: `Set the argument to true before the first data is in.`,
	Bad: `resource "aws_efs_file_system" "home" {
  creation_token = "home"
  encrypted      = false
}
`,
	Good: `resource "aws_efs_file_system" "home" {
  creation_token = "home"
  encrypted      = true
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0080", Relation: "equal"},
		{ID: "AWS-0079", Relation: "equal"},
		{ID: "AWS-0037", Relation: "equal"},
		{ID: "CKV_AWS_16", Relation: "equal"},
		{ID: "CKV_AWS_96", Relation: "equal"},
		{ID: "CKV_AWS_42", Relation: "equal"},
		{ID: "db_instance_storage_not_encrypted", Relation: "equal"},
		{ID: "rds_storage_not_encrypted", Relation: "equal"},
		{ID: "efs_not_encrypted", Relation: "equal"},
		{ID: "RDS.3", Relation: "equal"},
		{ID: "RDS.27", Relation: "equal"},
		{ID: "EFS.1", Relation: "equal"},
	},
	Run: runUnencrypted,
}

// stores say which argument encrypts; the default of each is false. What is
// made from one of the sources inherits the source's encryption.
var stores = map[string]struct{ argument, sources string }{
	"aws_db_instance":                   {"storage_encrypted", "replicate_source_db snapshot_identifier restore_to_point_in_time s3_import"},
	"aws_rds_cluster":                   {"storage_encrypted", "snapshot_identifier replication_source_identifier restore_to_point_in_time global_cluster_identifier engine_mode"},
	"aws_docdb_cluster":                 {"storage_encrypted", "snapshot_identifier global_cluster_identifier restore_to_point_in_time"},
	"aws_neptune_cluster":               {"storage_encrypted", "snapshot_identifier replication_source_identifier global_cluster_identifier"},
	"aws_efs_file_system":               {"encrypted", ""},
	"aws_elasticache_replication_group": {"at_rest_encryption_enabled", "snapshot_name snapshot_arns global_replication_group_id"},
}

func runUnencrypted(p *analyzer.Pass) {
	for _, r := range p.Snapshot.Resources {
		store, ok := stores[r.Addr.Type]
		if !ok || r.Addr.Mode != tf.Managed || r.Deposed {
			continue
		}
		p.Judges(r)
		encrypted, state := r.Get(store.argument).AsBool().Get()
		unset := state == tf.IsNull || state == tf.IsUnknown && r.IsNew() && r.Config.Sets(store.argument) == tf.No
		if encrypted || state == tf.IsUnknown && !unset || unset && inherits(r, store.sources) {
			continue
		}
		finding := analyzer.Finding{
			Cause:    aws.Cause{Resource: r, Argument: store.argument},
			Subjects: []analyzer.Subject{{Address: r.Address, Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{Unencrypted: !unset},
			Message:  r.Address + " stores data in the clear",
			Fix:      store.argument + " = true",
		}
		p.Report(finding)
	}
}

func inherits(r *tf.Resource, sources string) bool {
	for _, source := range strings.Fields(sources) {
		if r.Config.Sets(source) != tf.No {
			return true
		}
	}
	return false
}
