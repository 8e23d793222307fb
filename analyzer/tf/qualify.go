package tf

import "strings"

// between stands between the name of a stack and an address in it.
const between = "//"

// Qualify writes an address as other stacks know it: STACK//ADDRESS.
func Qualify(stack, address string) string { return stack + between + address }

// Unqualify takes the name of a stack off every address of it in a text:
// within its stack an address is unique by itself.
func Unqualify(text, stack string) string {
	prefix := stack + between
	var b strings.Builder
	from := 0
	for at := 0; ; {
		i := strings.Index(text[at:], prefix)
		if i < 0 {
			b.WriteString(text[from:])
			return b.String()
		}
		at += i
		if at == 0 || startsWord(text[at-1]) { // else the end of a longer name
			b.WriteString(text[from:at])
			from = at + len(prefix)
		}
		at += len(prefix)
	}
}

// startsWord reports whether a name may begin after the byte.
func startsWord(c byte) bool { return strings.IndexByte(" \t\n`(,=:", c) >= 0 }

// SplitQualified takes STACK//ADDRESS apart. A plain address has no stack.
func SplitQualified(address string) (stack, rest string) {
	// Instance keys may hold anything, and come after the stack's name.
	if i := strings.Index(address, between); i > 0 && !strings.ContainsAny(address[:i], "[\"") {
		return address[:i], address[i+len(between):]
	}
	return "", address
}
