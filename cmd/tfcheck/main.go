// Command tfcheck proves, before anything is deployed, what the AWS network
// that a Terraform change describes will expose.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tfcheck/tfcheck/analyzer/settings"
)

// version is set by the release build.
var version = "dev"

// Exit codes of CONTRACT.
const (
	exitOK          = 0
	exitFindings    = 1
	exitError       = 2
	exitUnknown     = 3 // of reach
	exitInterrupted = 130
)

// patience is how long an interrupted run may take to end by itself.
const patience = 500 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// Reading may wait for somebody else, such as a pipe that nobody writes to.
	finished := context.AfterFunc(ctx, func() {
		time.Sleep(patience)
		os.Exit(exitInterrupted)
	})
	code := run(ctx, environment{
		args:   os.Args[1:],
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		getenv: os.Getenv,
		given:  givenVariables(os.Environ()),
		now:    time.Now,
		width:  terminalWidth(os.Stdout),
	})
	finished()
	stop()
	os.Exit(code)
}

// environment is all that the command takes from the outside.
type environment struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	given          map[string]string // values of root variables (TF_VAR_)
	now            func() time.Time
	width          int // columns of the terminal on standard output; 0 when it is none
}

// exit carries an exit code up to run; a message goes to standard error.
type exit struct {
	code    int
	message string
}

func (e exit) Error() string { return e.message }

func run(ctx context.Context, env environment) int {
	root := newRoot(env)
	if hint := mistyped(root, env.args); hint != "" {
		fmt.Fprintf(env.stderr, "tfcheck: %s\n", hint)
		return exitError
	}
	root.SetArgs(withDefaultCommand(root, env.args))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	e := exit{code: exitError, message: err.Error()}
	errors.As(err, &e)
	if e.message != "" {
		fmt.Fprintf(env.stderr, "tfcheck: %s\n", e.message)
	}
	return e.code
}

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "tfcheck [check] [PATH ...]",
		Short: "Prove what the AWS network of a Terraform plan will expose",
		Long: "tfcheck reads a Terraform plan and proves, before anything is deployed, what the internet\n" +
			"will be able to reach, on which ports, by which path, and what to do about it.\n\n" +
			"    terraform plan -out=tfplan && tfcheck tfplan",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return exit{exitError, fmt.Sprintf("%v; %s`%s --help` lists the flags", err, meantFlag(c, err), c.CommandPath())}
	})
	root.AddCommand(
		newCheck(env),
		newReach(env),
		newBaseline(env),
		newExplain(env),
		newInit(env),
		newContext(env),
		newDiff(env),
		newChecks(env),
		newGuidance(env),
		newSchema(env),
		newVersion(env),
	)
	return root
}

// flagNames are the flags in a help text.
var flagNames = regexp.MustCompile(`--[a-z][a-z-]*`)

// meantFlag is the flag that may have been meant by an unknown one.
func meantFlag(c *cobra.Command, err error) string {
	flag, unknown := strings.CutPrefix(err.Error(), "unknown flag: ")
	if !unknown {
		return ""
	}
	return strings.ReplaceAll(settings.DidYouMean(flag, flagNames.FindAllString(c.Flags().FlagUsages(), -1)), `"`, "")
}

// withDefaultCommand puts "check" in front of arguments that begin with no
// subcommand: a first word that is a subcommand is one (CONTRACT).
func withDefaultCommand(root *cobra.Command, args []string) []string {
	if len(args) > 0 {
		switch first := args[0]; first {
		case "-h", "--help", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return args
		case "--version":
			return append([]string{"version"}, args[1:]...)
		default:
			for _, c := range root.Commands() {
				if c.Name() == first {
					return args
				}
			}
		}
	}
	return append([]string{"check"}, args...)
}

// mistyped is what to say of a first word that is neither a file nor a
// subcommand, but looks like one.
func mistyped(root *cobra.Command, args []string) string {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || strings.ContainsAny(args[0], "./\\=") {
		return ""
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	names = append(names, "completion", "help")
	if slices.Contains(names, args[0]) {
		return ""
	}
	if _, err := os.Stat(args[0]); err == nil {
		return ""
	}
	guess := strings.TrimSpace(settings.DidYouMean(args[0], names))
	if guess == "" {
		return ""
	}
	return fmt.Sprintf("%q is neither a file nor a command. %s", args[0], guess)
}

func terminalWidth(f *os.File) int {
	if !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80
	}
	return width
}

// color decides about colours: the flag, then what the environment asks for,
// then whether somebody looks.
func (env environment) color(flag string) (bool, error) {
	switch flag {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
	default:
		return false, exit{exitError, fmt.Sprintf("--color=%s: it is auto, always or never", flag)}
	}
	set := func(name string) bool { v := env.getenv(name); return v != "" && v != "0" }
	switch {
	case env.getenv("NO_COLOR") != "":
		return false, nil
	case set("FORCE_COLOR"), set("CLICOLOR_FORCE"):
		return true, nil
	}
	return env.width > 0 && strings.ToLower(env.getenv("TERM")) != "dumb", nil
}
