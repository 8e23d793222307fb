package main

import (
	"runtime/debug"

	"github.com/tfcheck/tfcheck/analyzer/input"
)

// largeInput is the size from which the budget of memory would cost too much
// time; a larger input may take 32 MiB more.
const largeInput = 64 << 20

// besideInput is what an analysis may take in memory beside once its input. The
// budget of 64 MiB holds what the collector does not count, too: the program
// itself, and what the system hands out in pages.
const besideInput = 52 << 20

// tuneCollector lets the heap grow as far as the budget allows before it is
// collected, which saves most of the collector's time. Configurations have no
// budget of memory, and one that is too small would be collected all the time.
// GOGC and GOMEMLIMIT in the environment decide instead.
func tuneCollector(env environment, paths []string) {
	if env.getenv("GOGC") != "" || env.getenv("GOMEMLIMIT") != "" {
		return
	}
	size, known := input.Size(paths)
	if !known {
		debug.SetGCPercent(200)
		return
	}
	limit := size + besideInput
	if size > largeInput {
		limit += 32 << 20
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(limit)
}
