package datastore

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestUnencrypted(t *testing.T) {
	inClear := func(severity, address, argument string) []string {
		return []string{severity + " violation " + address + " " + argument + ": " + address + " stores data in the clear"}
	}
	tests := []struct {
		name     string
		resource *tf.Resource
		want     []string
	}{
		{"encrypted", New("aws_db_instance.a", Object{"storage_encrypted": true}), nil},
		{"in the clear on purpose", New("aws_db_instance.a", Object{"storage_encrypted": false}), inClear("medium", "aws_db_instance.a", "storage_encrypted")},
		{"in the clear by default", New("aws_db_instance.a", Object{}), inClear("low", "aws_db_instance.a", "storage_encrypted")},
		{"a replica inherits", New("aws_db_instance.a", Object{"replicate_source_db": "orders"}), nil},
		{"a file system by default", New("aws_efs_file_system.a", Object{"encrypted": Unknown()}), inClear("low", "aws_efs_file_system.a", "encrypted")},
		{"existing and unknown", Existing("aws_efs_file_system.a", Object{"encrypted": Unknown()}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Run(t, Unencrypted, nil, tt.resource))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
