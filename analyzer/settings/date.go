package settings

import "time"

// IsDate reports whether s is a date as expiries write it, YYYY-MM-DD. Such
// dates compare as text.
func IsDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
