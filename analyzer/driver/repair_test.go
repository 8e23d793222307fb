package driver_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// An answer of a fixture is taken at its word, as its reader would take it (D2):
// the edits that a no lists are made in the source, and the same question is
// asked of the edited configuration.

// source is a configuration that edits are made in: the files of its root
// module and of those in folders below it, by their paths from there.
type source struct {
	dir   string
	files map[string]*hclwrite.File
}

func readSource(t *testing.T, dir string) *source {
	t.Helper()
	s := &source{dir: dir, files: map[string]*hclwrite.File{}}
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".tf" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, diags := hclwrite.ParseConfig(text, name, hcl.InitialPos)
		if diags.HasErrors() {
			return diags
		}
		name, err = filepath.Rel(dir, name)
		s.files[filepath.ToSlash(name)] = f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// folder is where the files of a module lie, from the root module.
func (s *source) folder(module string) (string, error) {
	at := "."
	steps := strings.Split(tf.StripKeys(module), ".")
	for n := 1; n < len(steps); n += 2 { // module.NAME.module.NAME
		next := ""
		for name, f := range s.files {
			if path.Dir(name) != at {
				continue
			}
			for _, b := range f.Body().Blocks() {
				if b.Type() == "module" && b.Labels()[0] == steps[n] {
					next = path.Join(at, strings.Trim(strings.TrimSpace(string(b.Body().GetAttribute("source").Expr().BuildTokens(nil).Bytes())), `"`))
				}
			}
		}
		if next == "" {
			return "", fmt.Errorf("there is no %s", module)
		}
		at = next
	}
	return at, nil
}

// in are the files of the module that an address stands in, with the address.
func (s *source) in(address string) (files map[string]*hclwrite.File, a tf.Address, err error) {
	if a, err = tf.ParseAddress(address); err != nil {
		return nil, a, err
	}
	at, err := s.folder(a.Module)
	files = maps.Clone(s.files)
	maps.DeleteFunc(files, func(name string, _ *hclwrite.File) bool { return path.Dir(name) != at })
	return files, a, err
}

// graph is the network of the configuration as it stands now.
func (s *source) graph(t *testing.T) *reach.Graph {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "edited")
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil { // with its modules
		t.Fatal(err)
	}
	for name, f := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), f.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stacks, err := input.Open(context.Background(), []string{dir}, input.Options{Wanted: aws.Types})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range stacks[0].Diagnostics {
		if d.Severity == tf.Error {
			t.Errorf("the edited configuration: %s: %s", d.Summary, d.Detail)
		}
	}
	return driver.Graph(stacks, nil)
}

// resource is the block of a resource.
func (s *source) resource(address string) (*hclwrite.Body, error) {
	files, a, err := s.in(address)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		for _, b := range f.Body().Blocks() {
			if b.Type() == "resource" && slices.Equal(b.Labels(), []string{a.Type, a.Name}) {
				return b.Body(), nil
			}
		}
	}
	return nil, fmt.Errorf("there is no %s", address)
}

// edit makes an edit in the source.
func (s *source) edit(e reach.Edit) error {
	if e.Action == reach.Add && e.Block == "" {
		files, a, err := s.in(e.Address)
		if err != nil {
			return err
		}
		if _, err := s.resource(e.Address); err == nil {
			return fmt.Errorf("there is a %s already", e.Address)
		}
		main := slices.Sorted(maps.Keys(files))[0]
		return write(files[main].Body().AppendNewBlock("resource", []string{a.Type, a.Name}).Body(), e.Arguments)
	}
	if e.Action == reach.Remove && e.Block == "" {
		return s.remove(e)
	}
	body, err := s.resource(e.Address)
	if err != nil {
		return err
	}
	switch {
	case e.Action == reach.Add:
		path := strings.Split(e.Block, ".")
		for _, name := range path[:len(path)-1] {
			if body, err = nested(body, name); err != nil {
				return err
			}
		}
		if old := body.GetAttribute(path[len(path)-1]); old != nil && strings.TrimSpace(string(old.Expr().BuildTokens(nil).Bytes())) == "[]" {
			body.RemoveAttribute(path[len(path)-1]) // a block says it as well
		}
		return write(body.AppendNewBlock(path[len(path)-1], nil).Body(), e.Arguments)
	case e.Action == reach.Remove:
		return s.remove(e)
	case e.Block != "":
		for _, name := range strings.Split(e.Block, ".") {
			if body, err = nested(body, name); err != nil {
				return err
			}
		}
	}
	return write(body, s.ofInstance(e.Address, body, e.Arguments))
}

// remove takes a resource away, or a block of one.
func (s *source) remove(e reach.Edit) error {
	files, a, err := s.in(e.Address)
	if err != nil {
		return err
	}
	for _, f := range files {
		for _, b := range f.Body().Blocks() {
			if b.Type() != "resource" || !slices.Equal(b.Labels(), []string{a.Type, a.Name}) {
				continue
			}
			if e.Block == "" {
				f.Body().RemoveBlock(b)
				return nil
			}
			inner, err := nested(b.Body(), e.Block)
			for _, k := range b.Body().Blocks() {
				if err == nil && k.Body() == inner {
					b.Body().RemoveBlock(k)
				}
			}
			return err
		}
	}
	return fmt.Errorf("there is no %s", e.Address)
}

// ofInstance are arguments of one instance of a block that stands for several:
// the others keep what they have.
func (s *source) ofInstance(address string, body *hclwrite.Body, list []reach.Argument) []reach.Argument {
	a, _ := tf.ParseAddress(address)
	if a.Key == "" {
		return list
	}
	is := "each.key == "
	if body.GetAttribute("count") != nil {
		is = "count.index == "
	}
	is += strings.Trim(a.Key, "[]")
	out := slices.Clone(list)
	for n := range out {
		before := "null"
		if old := body.GetAttribute(out[n].Name); old != nil {
			before = string(old.Expr().BuildTokens(nil).Bytes())
		}
		out[n].Value = is + " ? " + out[n].Value + " : " + before
	}
	return out
}

// nested is a block within another, such as route[1].
func nested(body *hclwrite.Body, name string) (*hclwrite.Body, error) {
	name, index, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	n, _ := strconv.Atoi(index)
	for _, b := range body.Blocks() {
		if b.Type() != name {
			continue
		}
		if n--; n < 0 {
			return b.Body(), nil
		}
	}
	return nil, fmt.Errorf("there is no block %s", name)
}

func write(body *hclwrite.Body, list []reach.Argument) error {
	for _, a := range list {
		if a.Block != nil {
			if err := write(body.AppendNewBlock(a.Name, nil).Body(), a.Block); err != nil {
				return err
			}
			continue
		}
		f, diags := hclwrite.ParseConfig([]byte("x = "+a.Value), "edit", hcl.InitialPos)
		if diags.HasErrors() {
			return diags
		}
		body.SetAttributeRaw(a.Name, f.Body().GetAttribute("x").Expr().BuildTokens(nil))
	}
	return nil
}

func toldWays(a reach.Answer) string {
	var lines []string
	for n, p := range append([]reach.Alternative{{Blockers: a.Blockers}}, a.Alternatives...) {
		lines = append(lines, fmt.Sprintf("  way %d", n))
		for _, b := range p.Blockers {
			lines = append(lines, fmt.Sprintf("    %s %s: %s", b.Code, b.Object.Label, b.Detail))
			for _, e := range b.Edits {
				lines = append(lines, "        "+e.String())
			}
		}
	}
	return strings.Join(lines, "\n")
}

// unchangeable are the blockers that no edit takes away, by code and with the
// reason.
var unchangeable = map[string]string{
	"PROTOCOL_RESTRICTION":                           "a component takes the protocols and ports that AWS made it for",
	"NO_POSSIBLE_DESTINATION":                        "what accepts no connections accepts none",
	"VPCE_INTRA_VPC_TRAFFIC":                         "an endpoint opens no connection",
	"NGW_SOURCE_ADDRESS_REASSIGN":                    "a NAT gateway lets nothing in",
	"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS":           "an egress-only gateway lets nothing in",
	"IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS":         "the interface of an endpoint gets no public address",
	"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR":               "a peering leads from one VPC to the other and no further",
	"DISCONNECTED_VPCS":                              "VPCs whose blocks overlap cannot be peered",
	"NO_ROUTE_TO_DESTINATION":                        "one table would need two routes for one destination",
	"TARGET_ADDRESS_RESTRICTION":                     "what stands behind a load balancer's listeners is of another kind",
	"IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS":      "no private address comes from the internet",
	"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS":  "the internet carries no private address",
	"VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION": "a gateway endpoint serves its own VPC",
	"ELBV2_LISTENER_HAS_NO_TG":                       "its listeners answer by themselves",
	"TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT":             "nothing that is attached to the gateway leads there",
	"NO_PATH":                                        "nobody connects to a gateway endpoint but by routes of its VPC",
	"NO_SOURCE_OR_DESTINATION":                       "both ends are one interface, or nothing stands in one",
}

// unsettled are the facts for which a repaired answer may still wait: no edit
// makes them known.
var unsettled = map[string]string{
	"group":   "the rules of a group outside the input",
	"groups":  "which groups an interface gets at apply",
	"clients": "who the clients are whose addresses a load balancer preserves",
	"rule":    "what becomes of a group with inline and separate rules (TF-SG-3)",
}

// explained counts what the answers of fixtures came to.
type explained struct {
	repaired, otherwise, fixed, open int
	codes, left                      map[string]int
}

// asked is a question about a configuration.
type asked struct {
	dir, name string
	row       query
}

// answered are the questions of a folder whose answers are known.
func answered(t *testing.T, dir, want string) []asked {
	t.Helper()
	cases, err := filepath.Glob(filepath.Join(dir, "*", "queries.tsv"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no questions: %v", err)
	}
	var out []asked
	for _, queries := range cases {
		for _, row := range readQueries(t, queries) {
			if row["reachable"] == want {
				out = append(out, asked{filepath.Dir(queries), filepath.Base(filepath.Dir(queries)) + " " + row["id"], row})
			}
		}
	}
	return out
}

// mostEnds is how many end points of a fixture are asked about.
const mostEnds = 4

// between are questions about every fixture: between its end points, and from
// and to the internet.
func between(t *testing.T) []asked {
	t.Helper()
	root := filepath.Join("..", "..", "fixtures")
	var out []asked
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "modules" {
			return fs.SkipDir // which configurations call
		}
		if err != nil || d.Name() != "main.tf" {
			return err
		}
		dir := filepath.Dir(name)
		ends := []string{"internet"}
		stack := open(t, dir)[0]
		graph := driver.Graph([]*tf.Stack{stack}, nil)
		for _, r := range stack.After.Resources {
			switch r.Addr.Type {
			case "aws_vpc", "aws_default_vpc", "aws_subnet", "aws_default_subnet", "aws_security_group", "aws_default_security_group":
				continue
			}
			if _, err := graph.Endpoint(r.Address); err == nil && r.Addr.Mode == tf.Managed && len(ends) <= mostEnds {
				ends = append(ends, r.Address)
			}
		}
		for _, from := range ends {
			for _, to := range ends {
				if from != to {
					row := query{"source": from, "destination": to, "protocol": "tcp", "dst_port": "443", "src_port": "*"}
					out = append(out, asked{dir, dir + " " + from + " -> " + to, row})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNoIsRepairedInSource: making the edits that a no lists in the source makes
// it a yes. Where something has none, the edits of another way do, or there is a
// reason why nobody can change it.
func TestNoIsRepairedInSource(t *testing.T) {
	count := explained{codes: map[string]int{}, left: map[string]int{}}
	for _, a := range answered(t, filepath.Join("..", "..", "fixtures", "reach"), "no") {
		t.Run(a.name, func(t *testing.T) { count.repair(t, a) })
	}
	count.report(t, 35)
}

// TestNoOfConformanceIsRepaired is the same for questions of others.
func TestNoOfConformanceIsRepaired(t *testing.T) {
	count := explained{codes: map[string]int{}, left: map[string]int{}}
	for _, a := range answered(t, material(t, "conformance"), "no") {
		t.Run(a.name, func(t *testing.T) { count.repair(t, a) })
	}
	count.report(t, 10)
}

// TestNoOfEveryFixtureIsRepaired is the same for what every fixture answers.
func TestNoOfEveryFixtureIsRepaired(t *testing.T) {
	if testing.Short() {
		t.Skip("some 300 answers")
	}
	count := explained{codes: map[string]int{}, left: map[string]int{}}
	for _, a := range between(t) {
		if a.answer(t).Answer == reach.No {
			t.Run(a.name, func(t *testing.T) { count.repair(t, a) })
		}
	}
	count.report(t, 100)
}

func (a asked) answer(t *testing.T) reach.Answer {
	t.Helper()
	return ask(t, driver.Graph(open(t, a.dir), nil), a.row)
}

// report says what came of all answers.
func (c *explained) report(t *testing.T, least int) {
	t.Helper()
	for _, code := range slices.Sorted(maps.Keys(c.left)) {
		t.Logf("%d not changed by any edit: %s, %s", c.left[code], code, unchangeable[code])
	}
	t.Logf("%d answers repaired, %d of them by another way than the first; %d by none, %d wait for what nobody knows; edits for %v", c.repaired, c.otherwise, c.fixed, c.open, c.codes)
	if c.repaired < least {
		t.Errorf("%d answers repaired: too few", c.repaired)
	}
}

func (c *explained) repair(t *testing.T, q asked) {
	s := readSource(t, q.dir)
	a := ask(t, s.graph(t), q.row)
	if a.Answer != reach.No || len(a.Blockers) == 0 {
		t.Fatalf("%s with %d blockers", a.Answer, len(a.Blockers))
	}
	way := reach.Alternative{Blockers: a.Blockers}
	for _, b := range a.Blockers {
		if len(b.Edits) > 0 {
			c.codes[b.Code]++
			continue
		}
		c.left[b.Code]++
		if unchangeable[b.Code] == "" {
			t.Errorf("no edit for %s: %s", b.Code, b.Detail)
		}
	}
	if !way.Opens() && len(a.Alternatives) > 0 && a.Alternatives[0].Opens() {
		way = a.Alternatives[0]
		c.otherwise++
	}
	if !way.Opens() {
		c.fixed++
		return
	}
	for _, e := range way.Edits() {
		if err := s.edit(e); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
	after := ask(t, s.graph(t), q.row)
	if after.Answer == reach.Unknown && slices.ContainsFunc(after.Waits, func(f tf.Fact) bool {
		kind, _, _ := strings.Cut(f.ID, ":")
		return unsettled[kind] != ""
	}) {
		c.open++
		return
	}
	if c.repaired++; after.Answer != reach.Yes {
		t.Errorf("repaired, and still %s %v\nlisted were\n%s\nnow\n%s", after.Answer, after.Waits, toldWays(a), toldWays(after))
	}
}
