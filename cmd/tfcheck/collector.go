package main

import (
	"os"
	"runtime/debug"
)

// largeInput is the size from which memory matters more than time.
const largeInput = 64 << 20

// tuneCollector sets how far the heap grows between two collections, by the
// size of the input: what is kept of a plan is about as large as its file, so
// that small ones waste time when they are collected often, and large ones
// memory when they are not. GOGC in the environment decides instead.
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
	percent := 150
	if size > largeInput {
		percent = 60
	}
	debug.SetGCPercent(percent)
}
