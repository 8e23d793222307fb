package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/settings"
)

// initCommand is `tfcheck init`.
type initCommand struct {
	env environment
	inputFlags
	output string
	force  bool
}

func newInit(env environment) *cobra.Command {
	c := &initCommand{env: env}
	command := &cobra.Command{
		Use:   "init [PATH ...]",
		Short: "Write a first " + settings.FileName + " for the network at hand",
		Long: "It states what holds of the network today, each statement proven before it is written; what was\n" +
			"tried and does not hold stands there as a comment with the reason. Open questions become given\n" +
			"blocks to fill in. A file that exists is not touched without --force.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.inputFlags.register(command)
	command.Flags().StringVarP(&c.output, "output", "o", "", "`file` to write, - for standard output (default: "+settings.FileName+" beside PATH)")
	command.Flags().BoolVar(&c.force, "force", false, "write over a file that exists")
	return command
}

func (c *initCommand) run(ctx context.Context, paths []string) error {
	file := c.output
	if file == "" {
		file = settings.FileName
		if len(paths) > 0 && paths[0] != "-" {
			file = filepath.Join(folderOf(paths[0]), settings.FileName)
		}
	}
	if _, err := os.Stat(file); file != "-" && !c.force && !errors.Is(err, fs.ErrNotExist) {
		return exit{exitError, fmt.Sprintf("%s is there already; --force writes over it, -o - prints", file)}
	}
	stacks, known, err := c.stacks(ctx, c.env, paths, nil)
	if err != nil {
		return err
	}
	options, err := (&selection{}).options(c.env, stacks, nil)
	if err != nil {
		return err
	}
	options.Context = known
	report, err := driver.Analyze(ctx, options)
	if err != nil {
		return err
	}
	printDiagnostics(c.env, report.Diagnostics)
	text := firstSettings(options.Propose(), report.Questions)
	if file == "-" {
		_, err := fmt.Fprint(c.env.stdout, text)
		return err
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return cannotWrite(file, err)
	}
	fmt.Fprintln(c.env.stdout, file)
	return nil
}

// firstSettings is a settings file to begin with.
func firstSettings(proposals []intent.Proposal, questions []analyzer.Question) string {
	var b strings.Builder
	b.WriteString("# What tfcheck is to know of this network. Written by `tfcheck init`; yours from here on.\n\n")
	b.WriteString("# New findings of this severity or worse fail a run: critical, high, medium, low, none.\n# fail_on = \"medium\"\n")
	b.WriteString("\n# Statements, proven over all packets on every run (deny, allow_only, must_reach, isolated, through,\n" +
		"# no_new_exposure, scope). Those below hold today.\n")
	names := map[string]int{}
	var failed []string
	for _, p := range proposals {
		if names[p.Name]++; names[p.Name] > 1 {
			p.Name = fmt.Sprintf("%s-%d", p.Name, names[p.Name])
		}
		block := statement(p.Intent)
		if p.Broken == "" {
			b.WriteString("\n" + block)
		} else {
			failed = append(failed, "\n"+commented("Does not hold: "+p.Broken+".\n"+block))
		}
	}
	if len(failed) > 0 {
		b.WriteString("\n# These were tried and do not hold, for the reason at each. Fix it, or except it with an owner and a date:\n" +
			"#   except { from = [...], to = [...], flow = [...], reason = \"...\", owner = \"...\", until = \"2027-06-30\" }\n" +
			"# with one argument a line.\n")
		b.WriteString(strings.Join(failed, ""))
	}
	var open []string
	for _, q := range questions {
		if block := givenBlock(q.Settle); block != "" {
			open = append(open, "\n"+commented(fmt.Sprintf("%s (decides %d)\n%s", q.Text, len(q.Decides), block)))
		}
	}
	if len(open) > 0 {
		b.WriteString("\n# Open questions that you can answer. Take the sign away and say what is so; the values are examples.\n")
		b.WriteString(strings.Join(open, ""))
	}
	return b.String()
}

// givenBlock is the block that a question's settling line offers, or "".
func givenBlock(settle string) string {
	_, block, ok := strings.Cut(settle, "in tfcheck.hcl: ")
	if !ok {
		return ""
	}
	head, body, _ := strings.Cut(block, " { ")
	return head + " {\n  " + strings.ReplaceAll(strings.TrimSuffix(body, " }"), " } and { ", "\n  ") + "\n}\n"
}

func commented(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return "# " + strings.Join(lines, "\n# ") + "\n"
}

// statement is an intent as it is written.
func statement(it settings.Intent) string {
	type argument struct{ name, value string }
	var list []argument
	for _, a := range []struct {
		name   string
		values []string
	}{{"from", it.From}, {"to", it.To}, {"via", it.Via}, {"flow", it.Flows}} {
		if len(a.values) > 0 {
			list = append(list, argument{a.name, quotedList(a.values)})
		}
	}
	if len(it.Between) > 0 {
		var sets []string
		for _, s := range it.Between {
			sets = append(sets, quotedList(s))
		}
		list = append(list, argument{"between", "[" + strings.Join(sets, ", ") + "]"})
	}
	list = append(list, argument{"reason", quoted(it.Reason)})
	width := 0
	for _, a := range list {
		width = max(width, len(a.name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s {\n", it.Kind, quoted(it.Name))
	for _, a := range list {
		fmt.Fprintf(&b, "  %-*s = %s\n", width, a.name, a.value)
	}
	b.WriteString("}\n")
	return b.String()
}

func quotedList(values []string) string {
	values = slices.Clone(values)
	for n, v := range values {
		values[n] = quoted(v)
	}
	return "[" + strings.Join(values, ", ") + "]"
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`)

// quoted is a text as HCL writes it.
func quoted(s string) string { return `"` + quoting.Replace(s) + `"` }
