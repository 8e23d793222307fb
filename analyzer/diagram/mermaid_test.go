package diagram

import (
	"strings"
	"testing"
)

func TestMermaid(t *testing.T) {
	var b strings.Builder
	err := Mermaid(&b, Chart{
		Nodes: []Node{
			{Kind: End, Lines: []string{"internet"}},
			{Kind: Blocker, Lines: []string{`aws_security_group.a["x"]`, "no rule <admits> it; #1"}},
			{Kind: End, Lines: []string{"aws_instance.web"}},
		},
		Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2, Text: `"tcp"`}, {From: 2, To: 0, Back: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `flowchart LR
    n0(["internet"]):::ends
    n1["aws_security_group.a[#quot;x#quot;]<br>no rule #lt;admits#gt; it; #35;1"]:::stops
    n2(["aws_instance.web"]):::ends
    n0 --> n1
    n1 -->|"#quot;tcp#quot;"| n2
    n2 -.-> n0
    classDef ends font-weight:bold
    classDef stops fill:#fdd,stroke:#c00,color:#600
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}
