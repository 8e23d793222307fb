package main

import (
	"errors"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/input"
)

// assignments are the flag --var, valueFiles the flag --var-file. Both add to
// one list, as the later one wins.
type (
	assignments struct{ to *[]input.Variable }
	valueFiles  struct{ to *[]input.Variable }
)

// Set adds a value.
func (a assignments) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return errors.New("write it as NAME=VALUE")
	}
	*a.to = append(*a.to, input.Variable{Name: name, Value: value})
	return nil
}

func (assignments) String() string { return "" }

// Type is what the flag takes, for its help.
func (assignments) Type() string { return "NAME=VALUE" }

// Set adds a file.
func (f valueFiles) Set(path string) error {
	*f.to = append(*f.to, input.Variable{File: path})
	return nil
}

func (valueFiles) String() string { return "" }

// Type is what the flag takes, for its help.
func (valueFiles) Type() string { return "file" }

// givenVariables are the values of root variables that the environment gives.
func givenVariables(environ []string) map[string]string {
	given := map[string]string{}
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, "TF_VAR_") {
			given[strings.TrimPrefix(name, "TF_VAR_")] = value
		}
	}
	return given
}
