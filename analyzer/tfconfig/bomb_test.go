//go:build unix

package tfconfig

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// mostProcessor is far above what the evaluation of any configuration below
// takes, and far below what each would take without a bound.
const mostProcessor = 3 * time.Second

// TestBombs: expressions that would take forever, or all of the memory, end
// soon, are unknown, and are named by their place where their value is lost.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("each takes as long as it may")
	}
	const long = "an expression takes too long to evaluate"
	const large = "a value is too large"
	doubled := func(first, next string) string {
		s := "  s0 = " + first + "\n"
		for i := range 60 {
			s += fmt.Sprintf("  s%d = ", i+1) + strings.ReplaceAll(next, "S", fmt.Sprintf("local.s%d", i)) + "\n"
		}
		return s + "  x = local.s60\n"
	}
	for name, c := range map[string]struct {
		locals  string // of which x is looked at
		summary string // empty: a function refuses, or knows no result, and it is silent
	}{
		"nested loops":            {"x = [for a in range(1000): [for b in range(1000): [for c in range(1000): a]]]", long},
		"sums":                    {"x = [for a in range(1000): [for b in range(1000): [for c in range(1000): a + b * c]]]", long},
		"objects":                 {"x = { for a in range(1000): a => { for b in range(1000): b => { for c in range(1000): c => c } } }", long},
		"loops in calls":          {"x = sum([for a in range(1000): sum([for b in range(1000): sum([for c in range(1000): a])])])", long},
		"conditions":              {"x = [for a in range(1000): a if length([for b in range(1000): b if length([for c in range(1000): c if c > 5]) > 2]) > 5]", long},
		"attempts":                {"x = try([for a in range(1000): [for b in range(1000): try([for c in range(1000): a])]])", long},
		"splats":                  {"r = [for i in range(1000): { a = i }]\n  x = [for a in range(1000): [for b in range(1000): local.r[*].a]]", long},
		"templates":               {`x = "%{for a in range(1000)}%{for b in range(1000)}%{for c in range(1000)}x%{endfor}%{endfor}%{endfor}"`, long},
		"templatestring":          {`x = templatestring("%%{for a in r}%%{for b in r}%%{for c in r}%%{endfor}%%{endfor}%%{endfor}", { r = range(1000) })`, long},
		"templatefile":            {`x = templatefile("${path.module}/loops.tpl", { r = range(1000) })`, long},
		"looking for":             {"r = range(1024)\n  x = [for i in range(1000): [for k in range(1000): contains(local.r, -1)]]", long},
		"comparing all":           {"r = flatten([for a in range(100): range(1024)])\n  x = distinct(local.r)", long},
		"texts inside out":        {"x = [for a in range(1000): jsondecode(jsonencode(range(1000)))]", long},
		"hashing":                 {`s = format("%100000s", "")` + "\n  x = [for a in range(1000): [for b in range(1000): sha512(local.s)]]", long},
		"backtracking":            {`s = join("", [for a in range(1024): "aaaaaaaaaaaaaaaaaaaa"])` + "\n  x = regexall(\"a*?a*?a*?a*?b|a\", local.s)", long},
		"merging":                 {`m = { for i in range(1024): "k${i}" => i }` + "\n  x = [for a in range(1000): merge(local.m, { z = a })]", long},
		"many subnets":            {`x = cidrsubnets("::/0", flatten([for a in range(1000): [for b in range(1000): 8]])...)`, long},
		"doubling texts":          {doubled(`"aaaaaaaaaaaaaaaa"`, `"${S}${S}"`), ""},
		"doubling by join":        {doubled(`"aaaaaaaaaaaaaaaa"`, `join("", [S, S])`), ""},
		"doubling by format":      {doubled(`"aaaaaaaaaaaaaaaa"`, `format("%s%s", S, S)`), ""},
		"doubling by replace":     {doubled(`"aaaaaaaaaaaaaaaa"`, `replace(S, "a", S)`), ""},
		"doubling by JSON":        {doubled(`"a"`, `jsonencode([S, S])`), ""},
		"doubling lists":          {doubled(`["a"]`, "concat(S, S)"), large},
		"doubling tuples":         {doubled(`["a"]`, "[S, S]"), large},
		"squaring":                {doubled("99999999999", "S * S"), ""},
		"products":                {"x = setproduct(range(1000), range(1000), range(1000))", ""},
		"format lists":            {`x = formatlist("%s%s", range(1000), formatlist("%99999s", range(1000)))`, long},
		"wide format":             {`x = format("%999999999s", "a")`, ""},
		"long ranges":             {"x = range(1000000000)", ""},
		"long texts":              {`x = [for a in range(1000): [for b in range(1000): format("%99999s", "a")]]`, long},
		"long texts in templates": {`x = templatestring("%%{for a in r}%%{for b in r}$${format(\"%99999s\", \"a\")}%%{endfor}%%{endfor}", { r = range(1000) })`, long},
		"powers":                  {"x = pow(10, 1000000000)", ""},
		"slow hashes":             {`x = bcrypt("a", 31)`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := bomb(t, "locals {\n  "+c.locals+"\n}\nresource \"aws_case\" \"it\" {\n  x = local.x\n}\n")
			if v := show(s.After.Resource("aws_case.it").Get("x")); !strings.Contains(v, "?") {
				t.Errorf("it is known: %.100s", v)
			}
			if c.summary != "" && !slices.ContainsFunc(s.Diagnostics, func(d tf.Diagnostic) bool {
				return d.Summary == c.summary && d.Range.File == "main.tf" && d.Range.StartLine > 1
			}) {
				t.Errorf("diagnostics %v, want %q with its line", s.Diagnostics, c.summary)
			}
		})
	}
	for name, argument := range map[string]string{
		"count":                   "count = 1000000",
		"for_each":                `for_each = toset([for a in setproduct(range(1000), range(1000)): join("-", a)])`,
		"for_each, made of lists": `for_each = toset(flatten([for a in range(1000): [for b in range(1000): "${a}-${b}"]]))`,
	} {
		t.Run(name, func(t *testing.T) {
			s := bomb(t, "resource \"aws_case\" \"it\" {\n  "+argument+"\n}\n")
			if len(s.After.Resources) != 1 || !s.After.Resources[0].Maybe {
				t.Errorf("there are %d instances", len(s.After.Resources))
			}
			if len(s.Diagnostics) == 0 || s.Diagnostics[0].Range.String() != "main.tf:2:3" {
				t.Errorf("diagnostics %v", s.Diagnostics)
			}
		})
	}
}

// bomb evaluates a configuration within the time that it may take.
func bomb(t *testing.T, main string) *tf.Stack {
	t.Helper()
	c, _ := load(t, "-- main.tf --\n"+main+"-- loops.tpl --\n%{for a in r}%{for b in r}%{for c in r}%{endfor}%{endfor}%{endfor}\n", ".")
	began := processor(t)
	s, err := c.Stack(context.Background(), "test", ".", Options{Wanted: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	if took := processor(t) - began; took > mostProcessor {
		t.Errorf("it takes %v", took)
	}
	return s
}

// processor is the processor time that the process has taken.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
