package identity

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// key is put together so that this file does not look like a leak itself.
var key = "AKIA" + "QXJ3TPLN7MWERVAA"

func TestCredentialInPlan(t *testing.T) {
	private := "-----BEGIN RSA " + "PRIVATE KEY-----"
	environment := func(v any) Object { return Object{"environment": []any{Object{"variables": Object{"KEY": v}}}} }
	digest := New("aws_instance.digest", Object{"user_data": "4c1a0cf1bb0bdb0d5ba2b8b9d9d2b7e0a3c4d5e6"})
	digest.Config.Constants = map[string]string{"user_data": "export AWS_ACCESS_KEY_ID=" + key}

	tests := []struct {
		name     string
		resource *tf.Resource
		want     string
	}{
		{"a provider block", New("provider.aws", Object{"access_key": key, "secret_key": "s"}), "access_key of provider.aws holds an AWS access key"},
		{"user data", New("aws_instance.a", Object{"user_data": "export AWS_ACCESS_KEY_ID=" + key}), "user_data of aws_instance.a holds an AWS access key"},
		{"user data in base64", New("aws_launch_template.a", Object{"user_data": base64.StdEncoding.EncodeToString([]byte(private))}), "user_data of aws_launch_template.a holds a private key"},
		{"user data whose digest is planned", digest, "user_data of aws_instance.digest holds an AWS access key"},
		{"a container", New("aws_ecs_task_definition.a", Object{"container_definitions": `[{"environment":[{"name":"K","value":"` + key + `"}]}]`}), "container_definitions of aws_ecs_task_definition.a holds an AWS access key"},
		{"a function", New("aws_lambda_function.a", environment(key)), "environment of aws_lambda_function.a holds an AWS access key"},
		{"a sensitive value is found, not shown", New("aws_lambda_function.a", environment(tf.StringValue(key).MarkSensitive())), "environment of aws_lambda_function.a holds an AWS access key"},

		{"the key of the documentation", New("aws_instance.a", Object{"user_data": "AKIAIOSFODNN7" + "EXAMPLE"}), ""},
		{"a longer word", New("aws_instance.a", Object{"user_data": "XAKIA" + key}), ""},
		{"a public key", New("aws_instance.a", Object{"user_data": "-----BEGIN PUBLIC KEY-----"}), ""},
		{"a name of a secret", New("aws_lambda_function.a", environment("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db")), ""},
		{"known after apply", New("aws_instance.a", Object{"user_data": Unknown()}), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := Run(t, CredentialInPlan, nil, tt.resource)
			got := ""
			for _, f := range found {
				got += f.Message
				if strings.Contains(fmt.Sprint(f.Message, f.Fix, f.Because, f.Related, f.Subjects), key) {
					t.Error("the finding gives the credential away")
				}
				if s := f.Effect.Severity().String(); s != "critical" {
					t.Errorf("severity %s", s)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
