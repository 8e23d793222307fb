package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/checks"
)

func newExplain(env environment) *cobra.Command {
	c := &checkCommand{env: env}
	command := &cobra.Command{
		Use:   "explain ID [PATH ...]",
		Short: "Explain a check (by its id or another scanner's), or a finding of PATH by its fingerprint",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exit{exitError, "explain needs the id of a check, such as tfcheck explain imds-v1 (`tfcheck checks` lists them), or a fingerprint and a plan"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.explain(cmd.Context(), args[0], args[1:])
		},
	}
	c.inputFlags.register(command)
	c.selection.register(command)
	command.Flags().StringVar(&c.color, "color", "auto", "auto, always or never")
	return command
}

func (c *checkCommand) explain(ctx context.Context, id string, paths []string) error {
	color, err := c.env.color(c.color)
	if err != nil {
		return err
	}
	options := report.Options{Color: color, Width: c.env.width, All: true, Version: version, Command: "tfcheck", Today: c.env.now()}
	if len(paths) == 0 {
		found, err := findChecks(id)
		if err != nil {
			return exit{exitError, err.Error()}
		}
		for _, check := range found {
			if err := report.Explain(c.env.stdout, check, options); err != nil {
				return err
			}
		}
		return nil
	}
	baseline, err := c.readBaseline()
	if err != nil {
		return err
	}
	result, _, err := c.analyze(ctx, paths, baseline)
	if err != nil {
		return err
	}
	printDiagnostics(c.env, result.Diagnostics)
	options.Context = result.Context
	found := false
	asked := checks.Find(id)
	for _, f := range result.Findings {
		if f.Fingerprint == id || slices.Contains(asked, f.Check) {
			found = true
			if err := report.ExplainFinding(c.env.stdout, f, options); err != nil {
				return err
			}
		}
	}
	if !found {
		return exit{exitError, fmt.Sprintf("no finding %s in %s: fingerprints stand in the JSON (tfcheck check -f json)", id, strings.Join(paths, " "))}
	}
	return nil
}
