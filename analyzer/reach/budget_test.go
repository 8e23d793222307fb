//go:build linux

package reach_test

import (
	"fmt"
	"math"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// The budgets of the engine, against the building of the typed network in the
// same run. The benchmark fails above them: what is measured (docs/performance.md)
// leaves a quarter and more of each to the noise of machines that run CI, which
// lengthens building as well.
const (
	exposureBudget = 1.0  // all that the internet reaches
	growthBudget   = 1.3  // of that, from the smallest estate to the largest
	askBudget      = 0.01 // one answer with its reason, in the largest
	// pairBudget is what a pair within a VPC may cost in the largest estate, against
	// the smallest, which is that VPC: what else there is does not matter.
	pairBudget = 2.0
)

// BenchmarkEstate measures CPU time, collection of garbage included, of estates
// that grow; each measure is of as much work as the largest is once, and the
// best of the rounds, which noise can only lengthen.
func BenchmarkEstate(b *testing.B) {
	sizes := []int{1_000, 10_000, 100_000}
	last := len(sizes) - 1
	all := make([]expense, len(sizes))
	for b.Loop() {
		for i, size := range sizes {
			all[i].improve(measure(b, size, sizes[last]/size))
		}
	}
	for i, e := range all {
		b.ReportMetric(e.exposure/e.build, fmt.Sprintf("internet/build@%d", sizes[i]))
		b.ReportMetric(1e6*e.exposure/float64(sizes[i]), fmt.Sprintf("µs/interface@%d", sizes[i]))
	}
	growth := all[last].exposure / all[last].build * all[0].build / all[0].exposure
	b.ReportMetric(growth, "growth")
	b.ReportMetric(100*all[last].ask/all[last].build, "ask/build%")
	b.ReportMetric(1e6*all[0].pair, "µs/pair@1000")
	b.ReportMetric(1e6*all[last].pair, "µs/pair@100000")
	for _, limit := range []struct {
		what          string
		value, budget float64
	}{
		{"all exposure of the largest estate, against building it", all[last].exposure / all[last].build, exposureBudget},
		{"its growth", growth, growthBudget},
		{"one answer, against building", all[last].ask / all[last].build, askBudget},
		{"a pair of the largest estate, against the smallest", all[last].pair / all[0].pair, pairBudget},
	} {
		if limit.value > limit.budget {
			b.Errorf("%s: %.3f, the budget is %.2f", limit.what, limit.value, limit.budget)
		}
	}
}

// expense is what an estate costs, in seconds of CPU time.
type expense struct{ build, exposure, ask, pair float64 }

// improve keeps the best that was measured.
func (e *expense) improve(m expense) {
	if e.build == 0 {
		*e = m
		return
	}
	e.build, e.exposure = math.Min(e.build, m.build), math.Min(e.exposure, m.exposure)
	e.ask, e.pair = math.Min(e.ask, m.ask), math.Min(e.pair, m.pair)
}

func measure(b *testing.B, size, times int) expense {
	s := planned(size)
	var n *aws.Network
	out := expense{build: cost(times, func() { n = built(s) })}
	var flows []*reach.Flow
	out.exposure = cost(times, func() { flows = reach.Compile(n).FromInternet() })
	if len(flows) < size/3 {
		b.Fatalf("%d flows to %d interfaces", len(flows), size)
	}
	g := reach.Compile(n)
	from, to := endpoint(b, g, "aws_network_interface.x[0]"), endpoint(b, g, "aws_network_interface.x[999]")
	out.ask = cost(10, func() {
		reach.Compile(n).Ask(reach.Question{From: from, To: to, Packets: packet.Everything(packet.IPv4)})
	})
	// Every pair of two hundred interfaces, by classes.
	some := reach.Endpoint{Kind: reach.Interfaces, Label: "two hundred interfaces", Interfaces: n.Interfaces[:200]}
	pairs := 0
	matrices := 5
	out.pair = cost(matrices, func() {
		for _, f := range reach.Compile(n).Between(some, some, packet.Everything(packet.IPv4)) {
			pairs += len(f.From.Interfaces) * len(f.To.Interfaces)
		}
	}) * float64(matrices) / float64(pairs)
	return out
}

// cost is the CPU time of one of many runs, in seconds, beginning without
// garbage of others.
func cost(times int, run func()) float64 {
	runtime.GC()
	before := cpuTime()
	for range times {
		run()
	}
	return (cpuTime() - before).Seconds() / float64(times)
}

// cpuTime is what the process has used on all cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
