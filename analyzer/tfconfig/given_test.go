package tfconfig

import (
	"strings"
	"testing"
)

// told answers for variables and notes what the input says itself.
type told struct{ answers, known map[string]string }

func (a told) Answer(id, attribute string) (string, bool) {
	value, ok := a.answers[id+" "+attribute]
	return value, ok
}

func (a told) Knows(id, attribute, value string) { a.known[id+" "+attribute] = value }

// A given block is the value of a root variable that nothing else gives one, a
// default aside; where something does, that is told. What rests on it says so, and
// a secret is not repeated (U-19).
func TestGivenVariables(t *testing.T) {
	const archive = `
-- main.tf --
variable "unset" { type = string }
variable "list" { type = list(string) }
variable "fallback" { default = "default" }
variable "file" { type = string }
variable "secret" {
  type      = string
  sensitive = true
}
resource "aws_vpc" "main" {
  unset    = var.unset
  first    = var.list[0]
  fallback = var.fallback
  file     = var.file
  secret   = var.secret
}
-- terraform.tfvars --
file = "of the file"
`
	said := told{map[string]string{
		"variable:unset value": "10.0.0.0/16", "variable:list value": `["a", "b"]`, "variable:fallback value": "given",
		"variable:file value": "given", "variable:secret value": "hunter2",
	}, map[string]string{}}
	s := evaluate(t, archive, Options{Answers: said})
	r := s.After.Resource("aws_vpc.main")
	for name, want := range map[string]string{"unset": "10.0.0.0/16", "first": "a", "fallback": "given", "file": "of the file"} {
		if got := show(r.Get(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if len(said.known) != 1 || said.known["variable:file value"] != "of the file" {
		t.Errorf("known: %v", said.known)
	}
	var texts []string
	for _, a := range s.Assumptions {
		texts = append(texts, a.Text)
	}
	all := strings.Join(texts, "\n")
	if len(texts) != 4 || !strings.Contains(all, "value of variable unset is 10.0.0.0/16") || strings.Contains(all, "hunter2") {
		t.Errorf("assumptions:\n%s", all)
	}
	if len(s.Diagnostics) != 0 {
		t.Errorf("diagnostics %v", s.Diagnostics)
	}
}
