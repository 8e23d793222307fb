package tf

import (
	"fmt"
	"strings"
)

// Mode tells managed resources from data sources.
type Mode uint8

// The modes of a resource.
const (
	Managed Mode = iota
	Data
)

// Address is a resource instance's address, taken apart.
type Address struct {
	Module string // instance path, such as `module.net["a"].module.db`; empty in the root module
	Mode   Mode
	Type   string
	Name   string
	Key    string // `[0]`, `["a"]`, or empty
}

// String is the address as Terraform writes it.
func (a Address) String() string {
	var b strings.Builder
	if a.Module != "" {
		b.WriteString(a.Module)
		b.WriteByte('.')
	}
	if a.Mode == Data {
		b.WriteString("data.")
	}
	b.WriteString(a.Type)
	b.WriteByte('.')
	b.WriteString(a.Name)
	b.WriteString(a.Key)
	return b.String()
}

// Config is the address of the resource's configuration: no instance keys,
// neither its own nor its modules'.
func (a Address) Config() string {
	a.Key = ""
	a.Module = StripKeys(a.Module)
	return a.String()
}

// StripKeys removes the instance keys from a module path or address.
func StripKeys(path string) string {
	if !strings.Contains(path, "[") {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '[' {
			i += keyLength(path[i:]) - 1
			continue
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

// keyLength is the length of the instance key at the start of s, which begins
// with a bracket; strings inside may hold brackets and escaped quotes.
func keyLength(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(s)
}

// ParseAddress takes the address of a resource or of a resource instance
// apart.
func ParseAddress(s string) (Address, error) {
	steps := splitSteps(s)
	var a Address
	n := 0
	for n+1 < len(steps) && steps[n] == "module" {
		n += 2
	}
	if n > 0 {
		a.Module = strings.Join(steps[:n], ".")
	}
	rest := steps[n:]
	if len(rest) > 0 && rest[0] == "data" {
		a.Mode = Data
		rest = rest[1:]
	}
	if len(rest) != 2 || rest[0] == "" || rest[1] == "" {
		return Address{}, fmt.Errorf("%q is not the address of a resource: it should look like aws_instance.web or module.net[\"a\"].aws_subnet.x[0]", s)
	}
	a.Type, a.Name = rest[0], rest[1]
	if i := strings.IndexByte(a.Name, '['); i >= 0 {
		a.Name, a.Key = a.Name[:i], a.Name[i:]
	}
	return a, nil
}

// splitSteps splits at the dots that stand outside of instance keys.
func splitSteps(s string) []string {
	var steps []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '[':
			i += keyLength(s[i:]) - 1
		case '.':
			steps = append(steps, s[start:i])
			start = i + 1
		}
	}
	return append(steps, s[start:])
}

// SplitModule cuts the last step off a module instance path:
// `module.a["x"].module.b[0]` is b with key `[0]` in `module.a["x"]`.
func SplitModule(instance string) (parent, name, key string) {
	start := 0
	quoted := false
	for i := 0; i < len(instance); i++ {
		switch {
		case quoted && instance[i] == '\\':
			i++
		case instance[i] == '"':
			quoted = !quoted
		case !quoted && strings.HasPrefix(instance[i:], ".module."):
			start = i + 1
			i += len(".module.") - 1
		}
	}
	if start > 0 {
		parent = instance[:start-1]
	}
	name = strings.TrimPrefix(instance[start:], "module.")
	if i := strings.IndexByte(name, '['); i >= 0 {
		name, key = name[:i], name[i:]
	}
	return parent, name, key
}

// CompareAddresses orders addresses as people count: numeric keys by value,
// everything else by bytes.
func CompareAddresses(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			an, bn := digits(a), digits(b)
			x, y := strings.TrimLeft(a[:an], "0"), strings.TrimLeft(b[:bn], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[an:], b[bn:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}
