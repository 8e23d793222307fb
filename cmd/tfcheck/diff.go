package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

func newDiff(env environment) *cobra.Command {
	c := &checkCommand{env: env}
	command := &cobra.Command{
		Use:   "diff BASE HEAD",
		Short: "Print what HEAD opens and closes against BASE",
		Long: "Compare two plans, two states or two configurations, and print nothing but the exposures and\n" +
			"findings that open and close. BASE may be a git revision where HEAD is a configuration.\n\n" +
			"Exit code: 0 nothing opens at or above --fail-on, 1 something does, 2 an input cannot be analysed.",
		Example: "  tfcheck diff main.json branch.json\n" +
			"  tfcheck diff main .",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return exit{exitError, "diff needs two inputs, such as tfcheck diff main . or tfcheck diff old.json new.json"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.diff(cmd.Context(), args[0], args[1]) },
	}
	c.inputFlags.register(command)
	c.selection.register(command)
	command.Flags().StringVarP(&c.format, "format", "f", "text", "`format`: text or json")
	command.Flags().StringVar(&c.color, "color", "auto", "auto, always or never")
	return command
}

func (c *checkCommand) diff(ctx context.Context, base, head string) error {
	if c.format != "text" && c.format != "json" {
		return exit{exitError, fmt.Sprintf("there is no format %q: json, text", c.format)}
	}
	color, err := c.env.color(c.color)
	if err != nil {
		return err
	}
	baseline, err := c.readBaseline()
	if err != nil {
		return err
	}
	c.base = base
	result, options, err := c.analyze(ctx, []string{head}, baseline)
	if err != nil {
		return err
	}
	printDiagnostics(c.env, result.Diagnostics)
	format := report.Options{Color: color, Width: c.env.width, All: true, Version: version, Command: "tfcheck", Today: c.env.now(), ReadSource: readSource}
	w := bufio.NewWriterSize(c.env.stdout, 1<<16)
	write := report.Diff
	if c.format == "json" {
		write, result = report.JSON, report.Difference(result)
	}
	if err := errors.Join(write(w, result, format), w.Flush()); err != nil {
		return err
	}
	if code := triage.ExitCode(result, options.Triage); code != exitOK {
		return exit{code: code}
	}
	return nil
}
