package storage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestEBS(t *testing.T) {
	volume := func(encrypted any) *tf.Resource { return New("aws_ebs_volume.a", Object{"encrypted": encrypted}) }
	root := func(encrypted any) *tf.Resource {
		return New("aws_instance.a", Object{"root_block_device": []any{Object{"encrypted": encrypted}}})
	}
	template := func(ebs any) *tf.Resource {
		return New("aws_launch_template.a", Object{"block_device_mappings": []any{Object{"ebs": ebs}}})
	}
	account := func(enabled any) *tf.Resource {
		return New("aws_ebs_encryption_by_default.a", Object{"enabled": enabled})
	}
	maybe := account(true) // U-12
	maybe.Maybe = true
	inClear := "stores data in the clear"
	silent := "does not say whether its volumes are encrypted"

	tests := []struct {
		name      string
		given     Given
		resources []*tf.Resource
		want      []string
	}{
		{"encrypted", nil, []*tf.Resource{volume(true)}, nil},
		{"in the clear", nil, []*tf.Resource{volume(false)}, []string{"medium violation aws_ebs_volume.a encrypted: aws_ebs_volume.a " + inClear}},
		{"not said", nil, []*tf.Resource{volume(Unknown())}, []string{"medium undetermined aws_ebs_volume.a encrypted: aws_ebs_volume.a " + silent}},
		{"people said that the account encrypts", Given{"account ebs_encryption_by_default": "true"}, []*tf.Resource{volume(Unknown())}, nil},
		{"people said that it does not", Given{"account ebs_encryption_by_default": "false"}, []*tf.Resource{volume(Unknown())}, []string{"medium violation aws_ebs_volume.a encrypted: aws_ebs_volume.a " + inClear}},
		{"an account that encrypts makes nothing else", nil, []*tf.Resource{volume(false), account(true)}, nil},
		{"an account that may be told to", nil, []*tf.Resource{volume(Unknown()), maybe}, []string{"medium undetermined aws_ebs_volume.a encrypted: aws_ebs_volume.a " + silent}},
		{"the plan switches it off", nil, []*tf.Resource{volume(Unknown()), account(false)}, []string{"medium violation aws_ebs_volume.a encrypted: aws_ebs_volume.a " + inClear}},
		{"a root volume", nil, []*tf.Resource{root(true)}, nil},
		{"a root volume in the clear", nil, []*tf.Resource{root(false)}, []string{"medium violation aws_instance.a root_block_device.encrypted: aws_instance.a " + inClear}},
		{"no word of the root volume", nil, []*tf.Resource{New("aws_instance.a", Object{"root_block_device": Unknown()})},
			[]string{"medium undetermined aws_instance.a root_block_device: aws_instance.a " + silent}},
		{"a launch template writes text", nil, []*tf.Resource{template([]any{Object{"encrypted": "true"}})}, nil},
		{"a launch template in the clear", nil, []*tf.Resource{template([]any{Object{"encrypted": "false"}})},
			[]string{"medium violation aws_launch_template.a block_device_mappings.ebs.encrypted: aws_launch_template.a " + inClear}},
		{"a launch template without volumes", nil, []*tf.Resource{New("aws_launch_template.a", Object{})}, nil},
		{"an instance store is no volume", nil, []*tf.Resource{template([]any{})}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Run(t, EBSUnencrypted, tt.given, tt.resources...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
