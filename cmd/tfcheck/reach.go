package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// answerFormats are the forms of an answer.
var answerFormats = map[string]func(io.Writer, reach.Question, reach.Answer, []*tf.Stack, report.Options) error{
	"text": report.Reach, "json": report.ReachJSON, "mermaid": report.ReachMermaid,
}

// reachCommand is `tfcheck reach`.
type reachCommand struct {
	env environment
	inputFlags
	from, to, flow string
	sourcePort     uint16
	expect         string
	format         string
	color          string
}

func newReach(env environment) *cobra.Command {
	c := &reachCommand{env: env}
	command := &cobra.Command{
		Use:   "reach --from E --to E [--flow F] PATH",
		Short: "Answer one question: can packets get from one end point to another, by which path, or what stops them",
		Long: "An end point is a resource address, internet, internet6, internet:ADDR, onprem:ADDR, ip:ADDR or\n" +
			"service:NAME. A flow is tcp/443, tcp/22,8000-8080, udp, icmp/8/0, a protocol number, or absent\n" +
			"for everything.\n\n" +
			"Exit code: 0 yes, 1 no, 3 unknown, 2 error; with --expect 0 as expected, 1 not, 3 unknown, 2 error.",
		Example: "  tfcheck reach --from internet --to aws_db_instance.main --flow tcp/5432 plan.json\n" +
			"  tfcheck reach --from aws_instance.web --to aws_instance.db --expect no plan.json",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.inputFlags.register(command)
	flags := command.Flags()
	flags.StringVar(&c.from, "from", "", "where the packets start: an end `point`")
	flags.StringVar(&c.to, "to", "", "where they should arrive: an end `point`")
	flags.StringVar(&c.flow, "flow", "", "the packets, as `protocol[/ports]` (default: all)")
	flags.Uint16Var(&c.sourcePort, "source-port", 0, "the client's `port` (default: all of 1024-65535)")
	flags.StringVar(&c.expect, "expect", "", "`yes` or no: exit with 0 when the answer is this one")
	flags.StringVarP(&c.format, "format", "f", "text", "`format`: text, json or mermaid")
	flags.StringVar(&c.color, "color", "auto", "auto, always or never")
	return command
}

func (c *reachCommand) run(ctx context.Context, paths []string) error {
	if c.from == "" || c.to == "" {
		return exit{exitError, "reach needs --from and --to, such as --from internet --to aws_instance.web"}
	}
	if c.expect != "" && c.expect != string(reach.Yes) && c.expect != string(reach.No) {
		return exit{exitError, fmt.Sprintf("--expect=%s: it is yes or no", c.expect)}
	}
	write := answerFormats[c.format]
	if write == nil {
		return exit{exitError, fmt.Sprintf("there is no format %q: json, mermaid, text", c.format)}
	}
	restrict, err := packet.ParseFlow(c.flow)
	if err != nil {
		return exit{exitError, fmt.Sprintf("--flow=%s: %v", c.flow, err)}
	}
	color, err := c.env.color(c.color)
	if err != nil {
		return err
	}
	set, err := c.settings(paths)
	if err != nil {
		return err
	}
	stacks, known, err := c.stacks(ctx, c.env, paths, set)
	if err != nil {
		return err
	}
	var diags []tf.Diagnostic
	for _, stack := range slices.Concat(stacks, known) {
		diags = append(diags, stack.Diagnostics...)
	}
	printDiagnostics(c.env, diags)
	graph := driver.Graph(stacks, known)
	if set != nil {
		graph = graph.Given(set)
	}
	question := reach.Question{SourcePort: c.sourcePort}
	if question.From, err = graph.Endpoint(c.from); err != nil {
		return exit{exitError, fmt.Sprintf("--from: %v", err)}
	}
	if question.To, err = graph.Endpoint(c.to); err != nil {
		return exit{exitError, fmt.Sprintf("--to: %v", err)}
	}
	question.Packets = restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6)))
	if err := question.Senseless(); err != nil {
		return exit{exitError, err.Error()}
	}
	answer := graph.Ask(question)
	printDiagnostics(c.env, set.Contradicted())
	for _, stack := range stacks {
		for _, a := range stack.Assumptions {
			if strings.HasPrefix(a.ID, "given:") { // such as the value of a variable
				answer.Assumptions = append(answer.Assumptions, a)
			}
		}
	}
	options := report.Options{Color: color, Width: c.env.width, Version: version, Command: "tfcheck"}
	if err := write(c.env.stdout, question, answer, slices.Concat(stacks, known), options); err != nil {
		return err
	}
	if slices.ContainsFunc(diags, func(d tf.Diagnostic) bool { return d.Severity == tf.Error }) {
		return exit{code: exitError} // a part of the input is missing
	}
	if code := c.exitCode(answer.Answer); code != exitOK {
		return exit{code: code}
	}
	return nil
}

func (c *reachCommand) exitCode(answer reach.Verdict) int {
	switch {
	case answer == reach.Unknown:
		return exitUnknown
	case c.expect == "" && answer == reach.Yes, string(answer) == c.expect:
		return exitOK
	}
	return exitFindings
}
