package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestTextGolden(t *testing.T) {
	withoutSource := shop()
	withoutSource.Stacks[0].Source = nil
	for _, f := range withoutSource.Findings {
		f.Location = tf.Location{}
		for i := range f.Because {
			f.Because[i].Range = tf.Range{}
		}
	}
	withoutBefore := shop()
	withoutBefore.Stacks[0].Before = nil
	for _, f := range withoutBefore.Findings {
		f.Status = ""
	}
	for _, test := range []struct {
		name   string
		report *analyzer.Report
		o      Options
	}{
		{"update", shop(), Options{Elapsed: 21 * time.Millisecond, Today: today}},
		{"update-all", shop(), Options{All: true, Today: today}},
		{"update-color", shop(), Options{Color: true}},
		{"update-narrow", shop(), Options{Width: 64}},
		{"update-quiet", shop(), Options{Quiet: true}},
		{"no-source", withoutSource, Options{}},
		{"no-before", withoutBefore, Options{}},
		{"hostile", hostile(), Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			golden(t, "text-"+test.name+".golden", []byte(text(t, test.report, test.o)))
		})
	}
}

// hostile is a report whose every string tries to break the terminal or the
// layout.
func hostile() *analyzer.Report {
	const evil = "\x1b[2J\x1b]8;;https://evil.example\a\r\nok: nothing to see\t\u202egnp.\u2066`$(rm)`\xff世界"
	r := shop()
	stack := r.Stacks[0]
	stack.Name = evil
	for _, f := range r.Findings {
		f.Message = evil + " " + f.Message + strings.Repeat(" very", 100)
		f.Fix = evil + strings.Repeat("x", 500)
		f.Location.Line = "\t\x1b[31mcidr = \"世界\" " + strings.Repeat("y", 300)
		f.Location.Range.File = "evil\n" + f.Location.Range.File
		f.Location.Range.StartColumn, f.Location.Range.EndColumn = 14, 16
		for i := range f.Because {
			f.Because[i].Text = evil + strings.Repeat(" because", 40)
		}
		for i := range f.Subjects {
			f.Subjects[i].Address = evil + f.Subjects[i].Address
		}
		for i := range f.Path {
			f.Path[i].Detail = evil
			f.Path[i].Object.Label = evil
			f.Path[i].Cause = aws.Cause{}
		}
	}
	for i := range r.Questions {
		r.Questions[i].Text, r.Questions[i].Settle = evil, evil
	}
	return r
}

func TestHostileInputCannotLeaveItsPlace(t *testing.T) {
	out := text(t, hostile(), Options{All: true})
	for _, r := range out {
		if r != '\n' && harmful(r) {
			t.Fatalf("the output contains %q", r)
		}
	}
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "ok:") {
			t.Errorf("an input wrote a line of its own: %q", line)
		}
	}
}

func TestWideCharactersAreUnderlinedWhereTheyStand(t *testing.T) {
	p := &printer{}
	f := &analyzer.Finding{Location: at("a.tf", 7, 10, 12, `  name = "世界"`)}
	f.Location.Range.StartColumn, f.Location.Range.EndColumn = 11, 13
	lines := p.snippet(f, "a label")
	code, under := lines[1], lines[2]
	head, _, _ := strings.Cut(code, "世")
	pad, _, _ := strings.Cut(under, "^")
	if got, start := lipgloss.Width(pad), lipgloss.Width(head); got != start {
		t.Errorf("the mark begins at column %d, the text at %d:\n%s\n%s", got, start, code, under)
	}
	if !strings.Contains(under, " ^^^^ a label") {
		t.Errorf("two wide characters take four columns: %q", under)
	}
}

func many(n int, status analyzer.Status) *analyzer.Report {
	r := shop()
	worst := r.Findings[0]
	r.Findings = nil
	for i := range n {
		f := *worst
		f.Message = fmt.Sprintf("the internet can reach aws_db_instance.orders[%d] on tcp/5432", i)
		f.Status = status
		f.Fingerprint = fmt.Sprintf("%020d", i)
		r.Findings = append(r.Findings, &f)
	}
	return r
}

func TestManyFindingsStayOnOneScreen(t *testing.T) {
	for _, n := range []int{1, 4, 5, 6, 7, 200} {
		out := text(t, many(n, analyzer.New), Options{})
		lines := strings.Count(out, "\n")
		if lines > linesInAll {
			t.Errorf("%d findings take %d lines", n, lines)
		}
		shown := strings.Count(out, "critical[")
		if shown < n && !strings.Contains(out, fmt.Sprintf("… %d more: --all", n-shown)) {
			t.Errorf("%d of %d findings are shown, and the rest is not counted:\n%s", shown, n, out)
		}
		if !strings.Contains(out, fmt.Sprintf("new: %d critical", n)) {
			t.Errorf("the summary does not count %d findings:\n%s", n, out)
		}
		if all := text(t, many(n, analyzer.New), Options{All: true}); strings.Count(all, "critical[") != n {
			t.Errorf("--all shows %d of %d findings", strings.Count(all, "critical["), n)
		}
	}
}

func TestFindingStaysWithinItsLines(t *testing.T) {
	r := hostile()
	for _, f := range r.Findings {
		for range 30 {
			f.Path = append(f.Path, f.Path...)[:min(30, 2*len(f.Path))]
		}
		for _, all := range []bool{false, true} {
			p := &printer{Options: Options{All: all}}
			if n := len(p.finding(f)); n > linesPerFinding {
				t.Errorf("%s takes %d lines", f.Check.ID, n)
			}
		}
	}
}

func TestInstancesOfOneCauseAreOneBlock(t *testing.T) {
	r := many(9, analyzer.New)
	for i, f := range r.Findings {
		f.Fingerprint = "same"
		f.Cause.Resource = resource(fmt.Sprintf(`module.net["%d"].aws_security_group.db`, i), tf.Update)
	}
	out := text(t, r, Options{})
	if strings.Count(out, "critical[") != 1 || !strings.Contains(out, `= also: 8 more, at module.net["1"].aws_security_group.db,`) || !strings.Contains(out, "and 6 more") {
		t.Errorf("want one block for nine instances:\n%s", out)
	}
	if !strings.Contains(out, "new: 9 critical") {
		t.Errorf("the summary does not count them:\n%s", out)
	}
}

func TestTheWayEndsAtItsTarget(t *testing.T) {
	r := shop()
	path := r.Findings[0].Path
	subnet := r.Stacks[0].After.Resource("aws_subnet.db[0]")
	end := &path[4]
	end.Cause = aws.Cause{Resource: subnet, Argument: "map_public_ip_on_launch"}
	end.Causes = []aws.Cause{end.Cause}
	if out := text(t, r, Options{}); !strings.Contains(out, "-> aws_db_instance.orders ") {
		t.Errorf("the path does not name what is reached:\n%s", out)
	}
}

func TestExistingFindingsAreShownWhereTheyGate(t *testing.T) {
	r := many(2, analyzer.Existing)
	r.Findings[0].Gates = true
	r.Findings[1].Gates = false
	out := text(t, r, Options{})
	if strings.Count(out, "critical[") != 1 || !strings.Contains(out, "existing: 2 critical (--all)") {
		t.Errorf("want one existing finding shown and both counted:\n%s", out)
	}
}
