package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
	"github.com/tfcheck/tfcheck/checks"
)

// inputFlags are the flags of every subcommand that reads stacks.
type inputFlags struct {
	source   string
	noSource bool
	config   string
	context  []string
	base     string // of those that take one

	variables []input.Variable // in the order of the command line
	workspace string

	tagged bool // tags are read, whoever asks for them
}

func (f *inputFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.source, "source", "", "folder of the `configuration` that the plan was made from (default: where the plan lies)")
	c.Flags().BoolVar(&f.noSource, "no-source", false, "do not look for the configuration beside the plan")
	c.Flags().StringArrayVar(&f.context, "context", nil, "`plan` or state of a stack that is known but not judged, such as the network's; may be repeated")
	c.Flags().Var(assignments{&f.variables}, "var", "value of a root variable of a configuration, as `NAME=VALUE`; may be repeated")
	c.Flags().Var(valueFiles{&f.variables}, "var-file", "`file` of values of root variables, such as prod.tfvars; may be repeated")
	c.Flags().StringVar(&f.workspace, "workspace", "", "`workspace` that a configuration is read for (default: the selected one)")
	c.Flags().StringVar(&f.config, "config", "", "settings `file` (default: "+settings.FileName+" beside the first PATH, then in the working directory)")
}

// stacks reads the inputs and their context, with what the settings, which may
// be nil, ask for. Without a path it reads the working directory.
func (f *inputFlags) stacks(ctx context.Context, env environment, paths []string, set *settings.Settings) (judged, known []*tf.Stack, err error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	tuneCollector(env, slices.Concat(paths, f.context))
	var wanted tf.Wanted = aws.Types
	if set.SelectsByTag() || f.tagged || len(f.context) > 0 || len(paths) > 1 {
		wanted = aws.Types.Tagged() // by which stacks look each other up
	}
	options := input.Options{Wanted: wanted, Source: f.source, NoSource: f.noSource, Stdin: env.stdin,
		Workspace: cmp.Or(f.workspace, env.getenv("TF_WORKSPACE")), Variables: f.variables, Environment: env.given, Asked: &input.Asked{}}
	if set != nil {
		options.Answers = set
	}
	if f.base != "" {
		options.Git, _ = exec.LookPath("git")
	}
	if judged, err = input.Open(ctx, paths, options); err != nil {
		return nil, nil, exit{exitError, err.Error()}
	}
	if len(f.context) > 0 {
		// What is not judged needs no source.
		others := options
		others.Source, others.NoSource, others.Variables = "", true, nil
		others.Known, others.Beside = true, judged
		if known, err = input.Open(ctx, f.context, others); err != nil {
			return nil, nil, exit{exitError, "--context: " + err.Error()}
		}
	}
	if err := options.Asked.Evaluate(ctx, judged, known, stack.Answers); err != nil {
		return nil, nil, exit{exitError, err.Error()}
	}
	if f.base != "" {
		if err := options.Compare(ctx, judged, f.base); err != nil {
			return nil, nil, exit{exitError, "the base: " + err.Error()}
		}
	}
	stack.Count(judged, set.Answer)
	stack.Count(known, set.Answer)
	return judged, known, nil
}

// settings reads tfcheck.hcl; none is no error unless it was asked for.
func (f *inputFlags) settings(paths []string) (*settings.Settings, error) {
	candidates := []string{f.config}
	if f.config == "" {
		candidates = nil
		if len(paths) > 0 && paths[0] != "-" {
			candidates = append(candidates, filepath.Join(folderOf(paths[0]), settings.FileName))
		}
		candidates = append(candidates, settings.FileName)
	}
	for _, path := range candidates {
		data, err := readFile(path)
		if _, missing := os.Stat(path); f.config == "" && missing != nil {
			continue // its folder is looked into as an input
		}
		if err != nil {
			return nil, exit{exitError, fmt.Sprintf("%s cannot be read: %v", path, tf.Reason(err))}
		}
		s, diags := settings.Load(filepath.ToSlash(path), data, knownSettings())
		if text := diagnosticText(diags); text != "" {
			return nil, exit{exitError, text}
		}
		return s, nil
	}
	return nil, nil
}

// mostRead bounds settings and baselines; their readers say what is too large.
const mostRead = 128 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, mostRead))
}

// knownSettings is what tfcheck.hcl may speak of.
func knownSettings() settings.Known {
	known := settings.Known{Scopes: intent.Scopes(), Facts: knownFacts()}
	for s := analyzer.NoSeverity; s <= analyzer.Critical; s++ {
		known.Severities = append(known.Severities, s.String())
	}
	for _, c := range checks.All() {
		k := settings.Check{ID: c.ID, Aliases: c.Aliases}
		for _, o := range c.Options {
			k.Options = append(k.Options, o.Name)
		}
		known.Checks = append(known.Checks, k)
	}
	return known
}

// knownFacts are the questions that given blocks answer, with what fits them.
func knownFacts() []settings.Fact {
	var facts []settings.Fact
	for _, k := range aws.FactKinds {
		f := settings.Fact{Kind: k.Kind}
		for _, a := range k.Answers {
			f.Answers = append(f.Answers, settings.Answer{Name: a.Name, Words: a.Words, Check: a.Wrong})
		}
		facts = append(facts, f)
	}
	return facts
}

// diagnosticText joins errors to the lines that standard error shows.
func diagnosticText(diags []tf.Diagnostic) string {
	var lines []string
	for _, d := range diags {
		if d.Severity == tf.Error {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s. %s", d.Range, d.Summary, d.Detail)))
		}
	}
	return strings.Join(lines, "\n")
}

// folderOf is the folder that a PATH argument, NAME=PATH included, lies in.
func folderOf(path string) string {
	if _, after, ok := strings.Cut(path, "="); ok {
		if _, err := os.Stat(path); err != nil {
			path = after
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}

// selection says which checks run, and what gates.
type selection struct {
	failOn, failOnExisting, failOnUndetermined string
	strict                                     bool
	only, skip, tiers                          []string
}

func (s *selection) register(c *cobra.Command) {
	c.Flags().StringVar(&s.failOn, "fail-on", "", "exit with 1 for new findings of this `severity` or worse: critical, high, medium, low, none (default medium)")
	c.Flags().StringVar(&s.failOnExisting, "fail-on-existing", "", "the same `severity` for findings that were there before the change (default none)")
	c.Flags().StringVar(&s.failOnUndetermined, "fail-on-undetermined", "", "the same `severity` for what cannot be told yet (default none)")
	c.Flags().BoolVar(&s.strict, "strict", false, "exit with 2 when anything could not be seen, and gate on what cannot be told")
	c.Flags().StringSliceVar(&s.only, "check", nil, "run only these `checks`")
	c.Flags().StringSliceVar(&s.skip, "skip", nil, "do not run these `checks`")
	c.Flags().StringSliceVar(&s.tiers, "tier", nil, "run the checks of these `tiers`: default, pedantic, audit (default default)")
}

// options makes the driver's options of flags and settings; flags win.
func (s *selection) options(env environment, stacks []*tf.Stack, set *settings.Settings) (driver.Options, error) {
	o := driver.Options{Stacks: stacks, Known: checks.All(), Settings: set, Triage: triage.Defaults()}
	o.Triage.Strict = s.strict
	o.Triage.Today = env.now().Format(time.DateOnly)
	var fromFile settings.Settings
	if set != nil {
		fromFile.FailOn, fromFile.FailOnExisting, fromFile.FailOnUndetermined = set.FailOn, set.FailOnExisting, set.FailOnUndetermined
	}
	for _, t := range []struct {
		flag, value, file string
		to                *analyzer.Severity
	}{
		{"--fail-on", s.failOn, fromFile.FailOn, &o.Triage.FailOn},
		{"--fail-on-existing", s.failOnExisting, fromFile.FailOnExisting, &o.Triage.FailOnExisting},
		{"--fail-on-undetermined", s.failOnUndetermined, fromFile.FailOnUndetermined, &o.Triage.FailOnUndetermined},
	} {
		value := t.value
		if value == "" {
			value = t.file
		}
		if value == "" {
			continue
		}
		severity, ok := analyzer.ParseSeverity(value)
		if !ok {
			return o, exit{exitError, fmt.Sprintf("%s=%s: it is critical, high, medium, low, info or none", t.flag, value)}
		}
		*t.to = severity
	}
	only, err := checkIDs("--check", s.only)
	if err != nil {
		return o, err
	}
	skip, err := checkIDs("--skip", s.skip)
	if err != nil {
		return o, err
	}
	tiers := s.tiers
	for _, tier := range tiers {
		if !slices.Contains([]string{string(analyzer.Default), string(analyzer.Pedantic), string(analyzer.Audit)}, tier) {
			return o, exit{exitError, fmt.Sprintf("--tier=%s: it is default, pedantic or audit", tier)}
		}
	}
	if len(tiers) == 0 {
		tiers = []string{string(analyzer.Default)}
	}
	o.Run = func(c *analyzer.Check) bool {
		switch {
		case skip[c.ID], !set.Enabled(c.ID):
			return false
		case len(only) > 0:
			return only[c.ID]
		}
		return slices.Contains(tiers, string(c.Tier))
	}
	return o, nil
}

// checkIDs resolves ids, aliases and the ids of other scanners, which may name
// several checks.
func checkIDs(flag string, names []string) (map[string]bool, error) {
	ids := map[string]bool{}
	for _, name := range names {
		found, err := findChecks(name)
		if err != nil {
			return nil, exit{exitError, flag + ": " + err.Error()}
		}
		for _, check := range found {
			ids[check.ID] = true
		}
	}
	return ids, nil
}

func findChecks(name string) ([]*analyzer.Check, error) {
	if found := checks.Find(name); len(found) > 0 {
		return found, nil
	}
	var ids []string
	for _, c := range checks.All() {
		ids = append(ids, c.ID)
	}
	return nil, fmt.Errorf("there is no check %q. %s`tfcheck checks` lists them", name, settings.DidYouMean(name, ids))
}
