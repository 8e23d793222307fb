//go:build ignore

// Command new writes the skeleton of a check, with everything that a check
// must say about itself:
//
//	go run checks/new.go TOPIC ID
//
// The tests fail until every part is filled in.
package main

import (
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run checks/new.go TOPIC ID")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "new:", err)
		os.Exit(1)
	}
}

var (
	topicName = regexp.MustCompile(`^[a-z]+$`)
	kebab     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// names are what a check is called.
type names struct {
	Topic, ID, Name, Func string
}

func write(topic, id string) error {
	switch {
	case !topicName.MatchString(topic):
		return fmt.Errorf("%q is no topic: it is the name of a package, lower-case letters only", topic)
	case !kebab.MatchString(id):
		return fmt.Errorf("%q is no id: write the bad thing in kebab case, such as ebs-unencrypted", id)
	}
	n := names{Topic: topic, ID: id}
	for _, word := range strings.Split(id, "-") {
		n.Name += strings.ToUpper(word[:1]) + word[1:]
	}
	n.Func = "run" + n.Name
	dir := filepath.Join("checks", topic)
	path := filepath.Join(dir, strings.ReplaceAll(id, "-", "")+".go")
	next := fmt.Sprintf("fill %s in, and add %s to the slice in %s", path, n.Name, filepath.Join(dir, topic+".go"))
	if _, err := os.Stat("checks"); err != nil {
		return errors.New("there is no folder checks: run this from the root of the repository")
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := create(filepath.Join(dir, topic+".go"), topicFile, n); err != nil {
			return err
		}
		next = fmt.Sprintf("fill %s in, and add %s.Checks() to checks/checks.go", path, topic)
	}
	if err := create(path, checkFile, n); err != nil {
		return err
	}
	fmt.Println(next)
	return nil
}

// create writes a file that must not be there yet.
func create(path string, content *template.Template, n names) error {
	var text strings.Builder
	if err := content.Execute(&text, n); err != nil {
		return err
	}
	source, err := format.Source([]byte(text.String()))
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(source); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

var topicFile = template.Must(template.New("topic").Parse(`// Package {{.Topic}} holds the checks about {{.Topic}}.
package {{.Topic}}

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{ {{- .Name -}} }
}
`))

var checkFile = template.Must(template.New("check").Parse(`package {{.Topic}}

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// {{.Name}} reports what is bad, in a few words.
var {{.Name}} = &analyzer.Check{
	ID: "{{.ID}}",
	// One line, lower case, no period.
	Title: "",
	// Default only when a competent reviewer would ask for a change in this
	// pull request; else Pedantic or Audit.
	Tier: analyzer.Default,
	// The statements of checks/guidance.go that it enforces. Set Derived when
	// it goes beyond what they say.
	Guidance: []string{},
	// Why it matters: what somebody can do.
	Rationale: "",
	// What to do about it.
	Remediation: "",
	// The smallest complete configurations that do and do not violate it.
	Bad:  "",
	Good: "",
	// The settings in tfcheck.hcl, if there are any.
	Options: []analyzer.Option{},
	// The rules of other scanners about the same thing: this check is equal to
	// them, stricter or narrower.
	Replaces: []analyzer.Replacement{},
	Run:      {{.Func}},
}

func {{.Func}}(p *analyzer.Pass) {
	for _, r := range p.Snapshot.Resources {
		if r.Addr.Mode != tf.Managed || r.Deposed {
			continue
		}
		// Skip what the check is not about. What it is about counts as
		// evaluated, whether it is good or not.
		p.Judges(r)
		// Report what is bad: the cause that somebody edits, the instances
		// concerned, what somebody can do with it (severity follows from that),
		// and a message of one sentence. A value that is not known yet makes
		// the verdict Undetermined, with the fact in WaitsFor.
		//
		//	p.Report(analyzer.Finding{
		//		Cause:    aws.Cause{Resource: r, Argument: "argument"},
		//		Subjects: []analyzer.Subject{ {Address: r.Address, Verdict: analyzer.Violation}},
		//		Effect:   analyzer.Effect{},
		//		Message:  r.Address + " does something bad",
		//		Fix:      "argument = true",
		//	})
	}
}
`))
