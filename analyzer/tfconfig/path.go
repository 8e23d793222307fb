package tfconfig

import (
	"strconv"
	"strings"
)

// step is one step of an argument's path: a name, or the index of an element,
// or a key.
type step struct {
	name  string
	index int // of an element; -1 for a name
}

// parsePath takes a path such as `ingress[1].cidr_blocks` or `tags["a"]`
// apart. A key counts as a name.
func parsePath(path string) []step {
	var steps []step
	for path != "" {
		if path[0] == '.' {
			path = path[1:]
			continue
		}
		if path[0] != '[' {
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			steps = append(steps, step{path[:end], -1})
			path = path[end:]
			continue
		}
		end := strings.IndexByte(path, ']')
		if strings.HasPrefix(path, `["`) {
			end = strings.Index(path, `"]`) + 1
		}
		if end <= 0 {
			return steps
		}
		inner := path[1:end]
		if i, err := strconv.Atoi(inner); err == nil && i >= 0 {
			steps = append(steps, step{"", i})
		} else if s, err := strconv.Unquote(inner); err == nil {
			steps = append(steps, step{s, -1})
		}
		path = path[end+1:]
	}
	return steps
}
