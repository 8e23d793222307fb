package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

func newBaseline(env environment) *cobra.Command {
	c := &checkCommand{env: env}
	command := &cobra.Command{
		Use:   "baseline [--write FILE] PATH ...",
		Short: "Accept today's findings, so that later runs gate only on what goes beyond",
		Args:  cobra.ArbitraryArgs,
		RunE:  func(cmd *cobra.Command, args []string) error { return c.writeBaseline(cmd.Context(), args) },
	}
	c.inputFlags.register(command)
	c.selection.register(command)
	command.Flags().StringVar(&c.baseline, "write", settings.BaselineFile, "`file` to write")
	return command
}

func (c *checkCommand) writeBaseline(ctx context.Context, paths []string) error {
	// A first baseline has no predecessor; a later one keeps the reasons,
	// owners and dates that people wrote into it.
	old := &settings.Baseline{}
	if _, err := os.Stat(c.baseline); err == nil {
		if old, err = c.readBaseline(); err != nil {
			return err
		}
	}
	result, _, err := c.analyze(ctx, paths, old)
	if err != nil {
		return err
	}
	printDiagnostics(c.env, result.Diagnostics)
	findings, sealed := report.Extents(result)
	if len(sealed) > 0 {
		fmt.Fprintf(c.env.stderr, "warning: %d of the findings cannot be accepted here, because what they cover is sensitive; accept them with a comment in the source: # tfcheck:ignore %s -- reason\n",
			len(sealed), sealed[0].Check.ID)
	}
	if triage.ExitCode(&analyzer.Report{Diagnostics: result.Diagnostics}, triage.Options{}) == exitError {
		return exit{exitError, "no baseline was written: it would be one of a part of the input"}
	}
	b := triage.Baseline(findings, old)
	data, err := b.Marshal()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.baseline), 0o755); err != nil {
		return cannotWrite(c.baseline, err)
	}
	if err := os.WriteFile(c.baseline, data, 0o644); err != nil {
		return cannotWrite(c.baseline, err)
	}
	fmt.Fprintf(c.env.stdout, "%s: accepted findings: %d\n", c.baseline, len(b.Entries))
	return nil
}

func cannotWrite(file string, err error) error {
	reason := tf.Reason(err)
	if errors.Is(err, fs.ErrNotExist) {
		reason = "its folder does not exist"
	}
	return exit{exitError, file + " cannot be written: " + reason}
}
