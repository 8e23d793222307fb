package main

import (
	"os"
	"runtime/debug"
)

// largeInput is the size from which memory matters more than time.
const largeInput = 64 << 20

// besideInput is what an analysis may take in memory beside once its input.
const besideInput = 64 << 20

// tuneCollector sets how far the heap grows between two collections, by the
// size of the input. A small one is collected only where it would take more
// than the budget; of a large one as much is kept as its file is long, so that
// growing further costs more memory than it saves time. GOGC in the
// environment decides instead.
func tuneCollector(env environment, paths []string) {
	if env.getenv("GOGC") != "" {
		return
	}
	var size int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	if size > largeInput {
		debug.SetGCPercent(60)
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(size + besideInput)
}
