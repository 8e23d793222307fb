package report

import (
	"fmt"
	"unicode/utf16"
)

// hashedUnits is how many characters go into the hash of a line.
const hashedUnits = 100

// endOfFile stands for the end of the file in a hash.
const endOfFile = 0xffff

// lineHashes are the fingerprints by which GitHub recognises an alert whose
// line has moved: of each line, in their order, the hash of the next hundred
// characters that are neither blank nor a tab, and how often it came before.
// GitHub's own upload action computes the same, and warns where it differs.
func lineHashes(source []byte) []string {
	var units []uint64
	var starts []int
	start := true
	previous := uint16(0)
	for _, u := range utf16.Encode([]rune(string(source))) {
		if u == ' ' || u == '\t' || u == '\n' && previous == '\r' {
			previous = 0
			continue
		}
		previous = u
		if u == '\r' {
			u = '\n'
		}
		if start {
			starts = append(starts, len(units))
		}
		start = u == '\n'
		units = append(units, uint64(u))
	}
	if start {
		starts = append(starts, len(units))
	}
	units = append(units, endOfFile)

	seen := map[uint64]int{}
	hashes := make([]string, len(starts))
	for i, from := range starts {
		h := uint64(0)
		for k := from; k < from+hashedUnits; k++ {
			h *= 37
			if k < len(units) {
				h += units[k]
			}
		}
		seen[h]++
		hashes[i] = fmt.Sprintf("%x:%d", h, seen[h])
	}
	return hashes
}
