package main

import (
	"bufio"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/extract"
)

// contextCommand is `tfcheck context`.
type contextCommand struct {
	env environment
	inputFlags
}

func newContext(env environment) *cobra.Command {
	c := &contextCommand{env: env, inputFlags: inputFlags{tagged: true}}
	command := &cobra.Command{
		Use:   "context PATH",
		Short: "Write down what other stacks need to know of this one, for --context",
		Long: "Write an extract of a plan or a state to standard output: ids, CIDRs, routes, ACLs, rules,\n" +
			"attachments and outputs, no sensitive value and nothing else. Others read it with --context.",
		Example: "  tfcheck context network=plan.json > network.json\n" +
			"  tfcheck --context network.json app/plan.json",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.inputFlags.register(command)
	return command
}

func (c *contextCommand) run(ctx context.Context, paths []string) error {
	stacks, _, err := c.stacks(ctx, c.env, paths, nil)
	if err != nil {
		return err
	}
	if len(stacks) != 1 {
		return exit{exitError, "an extract is of one stack: name one of the plans"}
	}
	printDiagnostics(c.env, stacks[0].Diagnostics)
	w := bufio.NewWriterSize(c.env.stdout, 1<<16)
	return errors.Join(extract.Write(w, stacks[0], aws.Types.Handed), w.Flush())
}
