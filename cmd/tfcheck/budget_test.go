//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer/plangen"
)

// The budgets of an analysis, against one token walk of the same bytes by the
// JSON library in the same run. A budget fails the benchmark at twice its
// value, since machines that run CI are noisy; the page with the measured
// values is docs/performance.md.
const (
	walkBudget   = 3.0      // times the walk, per resource
	slopeBudget  = 1.2      // growth of the time per resource from one size to the next
	memoryBudget = 64 << 20 // beside once the file
	startBudget  = 30 * time.Millisecond
	halvesBudget = 1.75 // a run on two cores against two halves on one each; on one core it would be 2
	tolerance    = 2
)

// BenchmarkBudget runs the built command as a child process on generated
// plans. The full sizes are run by hand:
//
//	TFCHECK_SIZES=1000,10000,100000 go test ./cmd/tfcheck -run '^$' -bench Budget -benchtime 5x
func BenchmarkBudget(b *testing.B) {
	sizes := []int{1_000, 10_000}
	if list := os.Getenv("TFCHECK_SIZES"); list != "" {
		sizes = nil
		for _, word := range strings.Split(list, ",") {
			var n int
			if _, err := fmt.Sscan(word, &n); err != nil {
				b.Fatal(err)
			}
			sizes = append(sizes, n)
		}
	}
	dir, binary := b.TempDir(), build(b)
	b.Run("start", func(b *testing.B) { benchStart(b, binary) })
	for _, update := range []bool{false, true} {
		kind := "create"
		if update {
			kind = "update"
		}
		var plans []string
		for _, size := range sizes {
			plans = append(plans, generate(b, filepath.Join(dir, fmt.Sprintf("%s-%d.json", kind, size)), plangen.Options{Resources: size, Update: update}))
		}
		b.Run(kind, func(b *testing.B) { benchPlans(b, binary, sizes, plans) })
	}
}

// build builds the command.
func build(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "tfcheck")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return binary
}

func generate(b *testing.B, path string, o plangen.Options) string {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(plangen.Write(f, o), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// benchStart measures a small plan from start to exit.
func benchStart(b *testing.B, binary string) {
	plan := generate(b, filepath.Join(b.TempDir(), "small.json"), plangen.Options{Resources: 1})
	best := time.Hour
	for b.Loop() {
		best = min(best, measure(b, binary, plan).wall)
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "ms/start")
	if best > tolerance*startBudget {
		b.Errorf("the smallest plan takes %v, the budget is %v", best, startBudget)
	}
}

// benchPlans measures plans of growing size, and the walks in turns with them.
// Times are those of all rounds together: what else the machine does lengthens
// both, whereas the best of a walk, which is short, would be one that nothing
// came between. A run is given two cores, and gets what is free of them: two
// walks at once tell how much that is.
func benchPlans(b *testing.B, binary string, sizes []int, plans []string) {
	runs, walks := make([]usage, len(plans)), make([]time.Duration, len(plans))
	last := len(plans) - 1
	var both time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		began := time.Now()
		var g errgroup.Group
		g.Go(func() error { return walk(plans[last]) })
		g.Go(func() error { return walk(plans[last]) })
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		both += time.Since(began)
		for i, plan := range plans {
			u := measure(b, binary, plan)
			runs[i].wall += u.wall
			runs[i].memory = max(runs[i].memory, u.memory)
			least(&runs[i].processor, u.processor)
			began := time.Now()
			if err := walk(plan); err != nil {
				b.Fatal(err)
			}
			walks[i] += time.Since(began)
		}
	}
	cores := min(max(1, 2*float64(walks[last])/float64(both)), 2)
	ratio := float64(runs[last].wall-runs[0].wall) / float64(walks[last]-walks[0]) * cores / 2
	b.ReportMetric(ratio, "×walk")
	b.ReportMetric(cores, "cores-free")
	if ratio > tolerance*walkBudget {
		b.Errorf("from %d to %d resources the analysis costs %.1f times the walk, the budget is %.1f", sizes[0], sizes[last], ratio, walkBudget)
	}
	if last >= 2 {
		slope := perResource(runs, sizes, last-1) / perResource(runs, sizes, 0)
		b.ReportMetric(slope, "×slope")
		if slope > tolerance*slopeBudget {
			b.Errorf("a resource costs %.2f times as much at %d as at %d, the budget is %.1f", slope, sizes[last], sizes[0], slopeBudget)
		}
	}
	info, err := os.Stat(plans[last])
	if err != nil {
		b.Fatal(err)
	}
	beside := runs[last].memory - info.Size()
	b.ReportMetric(float64(runs[last].memory)/(1<<20), "MiB")
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB-file")
	b.ReportMetric(runs[last].wall.Seconds()*1000/float64(rounds), "ms")
	b.ReportMetric(runs[last].processor.Seconds()*1000, "ms-processor")
	b.ReportMetric(walks[last].Seconds()*1000/float64(rounds), "ms-walk")
	if beside > tolerance*memoryBudget {
		b.Errorf("%d MiB of memory for a file of %d MiB, the budget is %d MiB beside the file", runs[last].memory>>20, info.Size()>>20, memoryBudget>>20)
	}
}

// BenchmarkMonorepo runs the command on the root modules of a repository. What
// one costs, in processor time, must not grow with their number, and a run on
// two cores must not take much longer than two runs of half of them on a core
// each: whatever else the machine does, they have as much of it.
func BenchmarkMonorepo(b *testing.B) {
	binary, dir := build(b), b.TempDir()
	sizes := []int{25, 200}
	whole := sizes[1]
	if err := plangen.Monorepo(dir, whole); err != nil {
		b.Fatal(err)
	}
	check := func(from, to, cores int) *exec.Cmd {
		command := exec.Command(binary, "check", "-f", "json")
		for i := from; i < to; i++ {
			command.Args = append(command.Args, fmt.Sprintf("stacks/%03d", i))
		}
		command.Dir, command.Env = dir, append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", cores))
		return command
	}
	var processor [2]time.Duration // of each size
	var together, halves time.Duration
	var cores float64
	for b.Loop() {
		for i, size := range sizes {
			least(&processor[i], start(b, check(0, size, 1)).processor)
		}
		u := start(b, check(0, whole, 2))
		if u.code != exitFindings {
			b.Fatal("nothing is found")
		}
		least(&together, u.wall)
		cores = max(cores, u.processor.Seconds()/u.wall.Seconds())
		began := time.Now()
		other := check(0, whole/2, 1)
		if err := other.Start(); err != nil {
			b.Fatal(err)
		}
		start(b, check(whole/2, whole, 1))
		_ = other.Wait() // it has findings
		least(&halves, time.Since(began))
	}
	slope := processor[1].Seconds() / float64(sizes[1]) / (processor[0].Seconds() / float64(sizes[0]))
	b.ReportMetric(processor[1].Seconds()*1000/float64(whole), "ms/module")
	b.ReportMetric(slope, "×slope")
	b.ReportMetric(cores, "cores")
	b.ReportMetric(float64(together)/float64(halves), "×halves")
	if slope > slopeBudget {
		b.Errorf("a root module costs %.2f times as much among %d as among %d, the budget is %.1f", slope, sizes[1], sizes[0], slopeBudget)
	}
	if runtime.GOMAXPROCS(0) > 1 && float64(together) > halvesBudget*float64(halves) {
		b.Errorf("%d root modules take %v on two cores, and %v as two halves on a core each", whole, together, halves)
	}
}

// least keeps the shortest of several times, which noise can only lengthen.
func least(of *time.Duration, took time.Duration) {
	if *of == 0 || took < *of {
		*of = took
	}
}

// perResource is the time that a resource costs between two sizes.
func perResource(runs []usage, sizes []int, from int) float64 {
	return float64(runs[from+1].wall-runs[from].wall) / float64(sizes[from+1]-sizes[from])
}

// usage is what one run took.
type usage struct {
	wall      time.Duration
	processor time.Duration
	memory    int64 // peak resident, in bytes
	code      int
}

func measure(b *testing.B, binary, plan string) usage {
	b.Helper()
	return start(b, exec.Command(binary, "check", "-f", "json", plan))
}

// start runs a command and measures it.
func start(b *testing.B, command *exec.Cmd) usage {
	b.Helper()
	command.Stdout = io.Discard
	began := time.Now()
	err := command.Run()
	wall := time.Since(began)
	var exited *exec.ExitError
	if err != nil && (!errors.As(err, &exited) || exited.ExitCode() != exitFindings) {
		b.Fatal(err)
	}
	u := usage{wall: wall, code: command.ProcessState.ExitCode()}
	u.processor = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if r, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = r.Maxrss << 10
	}
	return u
}

// walk reads every token of the file.
func walk(plan string) error {
	f, err := os.Open(plan)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	dec := jsontext.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for {
		if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
