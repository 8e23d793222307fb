package settings

import "github.com/agext/levenshtein"

// DidYouMean is a sentence that offers the nearest of the words, ending in a
// space, or nothing where none is near.
func DidYouMean(word string, words []string) string {
	best, distance := "", 1+max(2, len(word)/4)
	for _, w := range words {
		if d := levenshtein.Distance(word, w, nil); d < distance {
			best, distance = w, d
		}
	}
	if best == "" {
		return ""
	}
	return "Did you mean \"" + best + "\"? "
}
