// Package diagram draws. It knows boxes, arrows and formats; what they stand
// for is the caller's.
package diagram

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Chart is a picture of boxes and the arrows between them.
type Chart struct {
	Nodes []Node
	Edges []Edge
}

// Node is a box, drawn in the manner of its kind. Lines are what it says.
type Node struct {
	Kind  Kind
	Lines []string
}

// Kind is the manner of a box.
type Kind uint8

// The kinds of box.
const (
	Element Kind = iota // what a packet passes
	End                 // where it starts or arrives
	Blocker             // what stops it
)

// Edge is an arrow from one box of the chart to another, by their places.
type Edge struct {
	From, To int
	Text     string
	// Back is set for what goes the other way: a reply.
	Back bool
}

// shapes are the brackets of a box in Mermaid, classes how it is filled.
var (
	shapes  = map[Kind][2]string{Element: {"[", "]"}, End: {"([", "])"}, Blocker: {"[", "]"}}
	classes = map[Kind]string{End: "ends", Blocker: "stops"}
)

// Mermaid writes the chart as a Mermaid flowchart, as pull requests and
// Markdown pages show it.
func Mermaid(w io.Writer, c Chart) error {
	b := bufio.NewWriter(w)
	line := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	line("flowchart LR")
	for n, node := range c.Nodes {
		shape, class := shapes[node.Kind], ""
		if name := classes[node.Kind]; name != "" {
			class = ":::" + name
		}
		texts := make([]string, len(node.Lines))
		for i, text := range node.Lines {
			texts[i] = escape(text)
		}
		line("    n%d%s\"%s\"%s%s", n, shape[0], strings.Join(texts, "<br>"), shape[1], class)
	}
	for _, e := range c.Edges {
		arrow := "-->"
		if e.Back {
			arrow = "-.->"
		}
		text := ""
		if e.Text != "" {
			text = "|\"" + escape(e.Text) + "\"|"
		}
		line("    n%d %s%s n%d", e.From, arrow, text, e.To)
	}
	line("    classDef ends font-weight:bold")
	line("    classDef stops fill:#fdd,stroke:#c00,color:#600")
	return b.Flush()
}

// escaped are the characters that mean something in a quoted Mermaid text.
var escaped = strings.NewReplacer(
	"&", "#amp;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "`", "#96;", "\n", " ", "\r", " ",
)

func escape(text string) string { return escaped.Replace(text) }
