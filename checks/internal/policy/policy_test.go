package policy

import "testing"

func TestAdmin(t *testing.T) {
	tests := map[string]bool{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`:                                                              true,
		`{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","*"],"Resource":["*"]}]}`:                                         true,
		`{"Statement":[{"Effect":"Allow","Action":"IAM:*","Resource":"*"}]}`:                                                        true,
		`{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`:                                                             false,
		`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`:                                                         false,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a"}]}`:                                               false,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`: false,
		`no document`: false,
		``:            false,
	}
	for document, want := range tests {
		if got := Admin(document); got != want {
			t.Errorf("%s: %t", document, got)
		}
	}
}

func TestAdminARN(t *testing.T) {
	tests := map[string]bool{
		"arn:aws:iam::aws:policy/AdministratorAccess":                  true,
		"arn:aws-us-gov:iam::aws:policy/IAMFullAccess":                 true,
		"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore":         false,
		"arn:aws:iam::111122223333:policy/AdministratorAccess":         false,
		"arn:aws:iam::aws:policy/job-function/AdministratorAccessLite": false,
		"": false,
	}
	for arn, want := range tests {
		if got := AdminARN(arn); got != want {
			t.Errorf("%s: %t", arn, got)
		}
	}
}
