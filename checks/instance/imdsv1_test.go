package instance

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestIMDSv1(t *testing.T) {
	options := func(tokens any) []any { return []any{Object{"http_tokens": tokens, "http_endpoint": "enabled"}} }
	const place = "aws_instance.a metadata_options.http_tokens: aws_instance.a "
	says := "low violation " + place + "answers metadata requests without a token"
	asks := "low undetermined " + place + "may answer metadata requests without a token"
	account := New("aws_ec2_instance_metadata_defaults.a", Object{"http_tokens": "required"})

	tests := []struct {
		name      string
		given     Given
		resources []*tf.Resource
		want      []string
	}{
		{"required", nil, []*tf.Resource{New("aws_instance.a", Object{"metadata_options": options("required")})}, nil},
		{"optional", nil, []*tf.Resource{New("aws_instance.a", Object{"metadata_options": options("optional")})}, []string{says}},
		{"not said: the account decides", nil, []*tf.Resource{New("aws_instance.a", Object{"metadata_options": Unknown()})}, []string{asks}},
		{"known after apply", nil, []*tf.Resource{New("aws_instance.a", Object{"metadata_options": options(Unknown())})}, []string{asks}},
		{"people said required", Given{"account imds_default": "required"}, []*tf.Resource{New("aws_instance.a", Object{})}, nil},
		{"people said optional", Given{"account imds_default": "optional"}, []*tf.Resource{New("aws_instance.a", Object{})}, []string{says}},
		{"the plan sets the account", nil, []*tf.Resource{New("aws_instance.a", Object{}), account}, nil},
		{"the endpoint is off", nil, []*tf.Resource{New("aws_instance.a", Object{
			"metadata_options": []any{Object{"http_endpoint": "disabled", "http_tokens": "optional"}},
		})}, nil},
		{"the launch template decides", nil, []*tf.Resource{
			New("aws_instance.a", Object{"launch_template": []any{Object{"id": ID("aws_launch_template.a")}}}),
			New("aws_launch_template.a", Object{"metadata_options": options("required")}),
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := Run(t, IMDSv1, tt.given, tt.resources...)
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(found)); diff != "" {
				t.Error(diff)
			}
			for _, f := range found {
				if f.Subjects[0].Verdict == "undetermined" && (len(f.WaitsFor) != 1 || f.WaitsFor[0].ID != "account:imds_default") {
					t.Errorf("waits for %v", f.WaitsFor)
				}
			}
		})
	}
}
