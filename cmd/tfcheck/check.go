package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// formats are the forms of a report.
var formats = map[string]func(io.Writer, *analyzer.Report, report.Options) error{
	"text":    report.Text,
	"compact": report.Compact,
	"json":    report.JSON,
	"sarif":   report.SARIF,
}

// checkCommand is `tfcheck check`.
type checkCommand struct {
	env environment
	inputFlags
	selection
	format   string
	outputs  []string
	baseline string
	color    string
	all      bool
	quiet    bool
}

func newCheck(env environment) *cobra.Command {
	c := &checkCommand{env: env}
	command := &cobra.Command{
		Use:   "check [PATH ...]",
		Short: "Check what a plan or a state exposes (the default command)",
		Long: "Check what plans, states and configurations expose: a plan as `terraform plan -out=FILE` writes it,\n" +
			"a plan or a state as `terraform show -json` prints it, a folder of plans or of a configuration, or\n" +
			"- for standard input. Without a PATH it looks in the working directory. The source inside a plan,\n" +
			"or beside it, makes links exact and shows lines.\n\n" +
			"Exit code: 0 nothing that gates, 1 a finding that gates, 2 an input that cannot be analysed.",
		Example: "  tfcheck tfplan\n" +
			"  terraform show -json tfplan | tfcheck -\n" +
			"  tfcheck --fail-on high -o sarif=tfcheck.sarif plan.json",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.inputFlags.register(command)
	c.selection.register(command)
	flags := command.Flags()
	flags.StringVarP(&c.format, "format", "f", "text", "`format` of standard output: "+strings.Join(formatNames(), ", "))
	flags.StringArrayVarP(&c.outputs, "output", "o", nil, "write `FORMAT=FILE` as well; may be repeated")
	flags.StringVar(&c.base, "base", "", "what to compare with: a git `revision` of the configuration, or a path of the same kind (default: what a plan says was there)")
	flags.StringVar(&c.baseline, "baseline", "", "`file` of accepted findings (default: "+settings.BaselineFile+" where it exists)")
	flags.StringVar(&c.color, "color", "auto", "auto, always or never")
	flags.BoolVar(&c.all, "all", false, "print every finding, question and assumption")
	flags.BoolVar(&c.quiet, "quiet", false, "print findings only")
	return command
}

func formatNames() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c *checkCommand) run(ctx context.Context, paths []string) error {
	began := c.env.now()
	outputs, err := c.parseOutputs()
	if err != nil {
		return err
	}
	color, err := c.env.color(c.color)
	if err != nil {
		return err
	}
	baseline, err := c.readBaseline()
	if err != nil {
		return err
	}
	result, options, err := c.analyze(ctx, paths, baseline)
	if err != nil {
		return err
	}
	format := report.Options{
		Color:      color,
		Width:      c.env.width,
		All:        c.all,
		Quiet:      c.quiet,
		Version:    version,
		Command:    "tfcheck",
		Today:      c.env.now(),
		ReadSource: readSource,
	}
	if c.format == "text" {
		format.Elapsed = c.env.now().Sub(began)
	}
	printDiagnostics(c.env, result.Diagnostics)
	for _, o := range outputs {
		if err := o.write(c.env, result, format); err != nil {
			return err
		}
	}
	if code := triage.ExitCode(result, options.Triage); code != exitOK {
		return exit{code: code}
	}
	return nil
}

// analyze reads and judges the inputs.
func (c *checkCommand) analyze(ctx context.Context, paths []string, baseline *settings.Baseline) (*analyzer.Report, driver.Options, error) {
	set, err := c.inputFlags.settings(paths)
	if err != nil {
		return nil, driver.Options{}, err
	}
	// The command line is checked before anything is read.
	if _, err := c.selection.options(c.env, nil, set); err != nil {
		return nil, driver.Options{}, err
	}
	stacks, known, err := c.stacks(ctx, c.env, paths, set)
	if err != nil {
		return nil, driver.Options{}, err
	}
	options, err := c.selection.options(c.env, stacks, set)
	if err != nil {
		return nil, driver.Options{}, err
	}
	options.Baseline, options.Context = baseline, known
	result, err := driver.Analyze(ctx, options)
	return result, options, err
}

// readBaseline reads the baseline that was named, or the usual one where it
// exists.
func (c *checkCommand) readBaseline() (*settings.Baseline, error) {
	path := c.baseline
	if path == "" {
		if _, err := os.Stat(settings.BaselineFile); err != nil {
			return nil, nil
		}
		path = settings.BaselineFile
	}
	data, err := readFile(path)
	if err != nil {
		return nil, exit{exitError, fmt.Sprintf("baseline %s cannot be read: %v", path, tf.Reason(err))}
	}
	b, err := settings.LoadBaseline(filepath.ToSlash(path), data)
	if err != nil {
		return nil, exit{exitError, err.Error()}
	}
	return b, nil
}

// output is one form of the report and where it goes; an empty file means
// standard output.
type output struct{ format, file string }

func (c *checkCommand) parseOutputs() ([]output, error) {
	outputs := []output{{format: c.format}}
	for _, o := range c.outputs {
		format, file, ok := strings.Cut(o, "=")
		if !ok || file == "" {
			return nil, exit{exitError, fmt.Sprintf("--output=%s: write it as FORMAT=FILE, such as sarif=tfcheck.sarif", o)}
		}
		outputs = append(outputs, output{format, file})
	}
	for _, o := range outputs {
		if formats[o.format] == nil {
			return nil, exit{exitError, fmt.Sprintf("there is no format %q: %s", o.format, strings.Join(formatNames(), ", "))}
		}
	}
	return outputs, nil
}

func (o output) write(env environment, r *analyzer.Report, options report.Options) error {
	if o.file != "" {
		options.Color, options.Width = false, 0
	}
	if o.file == "" {
		w := bufio.NewWriterSize(env.stdout, 1<<16)
		return errors.Join(o.writeTo(w, r, options), w.Flush())
	}
	// A file is not touched unless there is a whole report to put there.
	var b bytes.Buffer
	if err := o.writeTo(&b, r, options); err != nil {
		return err
	}
	if err := os.WriteFile(o.file, b.Bytes(), 0o644); err != nil {
		return cannotWrite(o.file, err)
	}
	return nil
}

func (o output) writeTo(w io.Writer, r *analyzer.Report, options report.Options) error {
	err := formats[o.format](w, r, options)
	if errors.Is(err, report.ErrNoPositions) {
		return exit{exitError, err.Error()}
	}
	return err
}

// mostDiagnostics is what fits on a screen.
const mostDiagnostics = 20

// printDiagnostics tells people what the input made impossible to see.
func printDiagnostics(env environment, diags []tf.Diagnostic) {
	var lines []string
	seen := map[string]bool{}
	for _, d := range diags {
		if line := report.Diagnostic(d); !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	if more := len(lines) - mostDiagnostics; more > 0 {
		lines = append(lines[:mostDiagnostics], fmt.Sprintf("… %d more: -f json", more))
	}
	for _, line := range lines {
		fmt.Fprintln(env.stderr, line)
	}
}

// readSource reads a source file for the reports that quote more than the
// line of the finding.
func readSource(path string) ([]byte, bool) {
	data, err := os.ReadFile(filepath.FromSlash(path))
	return data, err == nil
}
