package tfconfig

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// everything keeps all attributes of every type; id and arn identify.
type everything struct{}

func (everything) Keep(typ string) (map[string]bool, bool) {
	return nil, strings.HasPrefix(typ, "aws_")
}
func (everything) Identity(_, attribute string) bool {
	return slices.Contains([]string{"id", "arn"}, attribute)
}
func (everything) Targets(_, argument string) []string {
	if strings.HasSuffix(argument, "_id") || strings.HasSuffix(argument, "_ids") {
		return []string{"aws_vpc", "aws_subnet", "aws_sg"}
	}
	return nil
}

// evaluate makes the stack of a configuration.
func evaluate(t *testing.T, archive string, o Options) *tf.Stack {
	t.Helper()
	c, diags := load(t, archive, ".")
	for _, d := range diags {
		t.Logf("%s: %s", d.Range, d.Summary)
	}
	o.Wanted = everything{}
	s, err := c.Stack(context.Background(), "test", ".", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show writes a value down: symbols as <address.attribute>, unknowns as ? with
// their candidates.
func show(v tf.Value) string {
	mark := ""
	if v.IsSensitive() {
		mark = "!"
	}
	if v.IsOptional() {
		mark += "maybe "
	}
	if s, ok := v.Symbol(); ok {
		return mark + "<" + s.Address + "." + s.Attribute + ">"
	}
	var parts []string
	switch v.Kind() {
	case tf.Null:
		return mark + "null"
	case tf.Unknown:
		for _, s := range v.Candidates() {
			parts = append(parts, s.Address+"."+s.Attribute)
		}
		return mark + "?" + strings.Join(parts, "|")
	case tf.List:
		for _, e := range v.Elements() {
			parts = append(parts, show(e))
		}
		return mark + "[" + strings.Join(parts, " ") + "]"
	case tf.Object:
		for _, f := range v.Fields() {
			parts = append(parts, f.Name+"="+show(f.Value))
		}
		return mark + "{" + strings.Join(parts, " ") + "}"
	}
	s, _ := v.AsString().Known()
	return mark + s
}

// What expressions evaluate to. Identities of instances that do not exist yet
// are exact wherever values only move (U-1, U-3).
func TestExpressions(t *testing.T) {
	s := evaluate(t, `
-- main.tf --
variable "region_names" {
  type    = list(string)
  default = ["a", "b"]
}
variable "none" { default = null }
variable "unknown" {}
variable "settings" {
  type = object({
    port  = optional(number, 443)
    names = optional(list(string), ["x"])
    deep  = optional(object({ on = optional(bool, true) }), {})
  })
  default = {}
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
locals {
  ids    = { for k, v in aws_subnet.each : k => v.id }
  chosen = var.none == null ? aws_vpc.a.id : aws_vpc.b.id
  either = var.unknown == "x" ? aws_vpc.a.id : aws_vpc.b.id
}
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "b" {
  cidr_block = cidrsubnet(aws_vpc.a.cidr_block, 4, 2)
}
resource "aws_subnet" "counted" {
  count = length(var.region_names)
  zone  = "${var.region_names[count.index]}-zone"
}
resource "aws_subnet" "each" {
  for_each = toset(var.region_names)
  zone     = each.value
}
data "aws_x" "d" {
  name = "n"
}
resource "aws_case" "it" {
  literal       = "l"
  number        = 1 + 1
  template      = "x-${var.settings.port}"
  attribute     = aws_vpc.b.cidr_block
  vpc_id        = aws_vpc.a.id
  name_of_id    = "vpc/${aws_vpc.a.id}"
  splat_ids     = aws_subnet.counted[*].id
  values_ids    = values(aws_subnet.each)[*].id
  for_ids       = [for s in aws_subnet.each : s.id]
  local_ids     = [local.ids["b"]]
  element_id    = element(aws_subnet.counted[*].id, 3)
  lookup_id     = lookup(local.ids, "a", null)
  try_id        = try(aws_subnet.counted[7].id, aws_subnet.each["a"].id)
  chosen_id     = local.chosen
  either_id     = local.either
  concat_ids    = concat([aws_vpc.a.id], aws_subnet.counted[*].id)
  set_ids       = toset([aws_vpc.a.id, aws_vpc.b.id, aws_vpc.a.id])
  compared      = aws_vpc.a.id == aws_vpc.b.id
  many          = length(toset([aws_vpc.a.id, aws_vpc.b.id]))
  optional      = var.settings
  secret        = var.secret
  made_of       = "password: ${var.secret}"
  data_id       = data.aws_x.d.id
  data_name     = data.aws_x.d.name
  data_other    = data.aws_x.d.other
  none          = var.none
  unknown       = var.unknown
  workspace     = terraform.workspace
  folder        = path.module
  wrong         = 1 + "x"
  null_chosen   = try(var.none ? 1 : 2, "none")
  try_number    = try(aws_vpc.a.id * 2, 5)
  try_wrong     = try(aws_vpc.a.id * 2 + [], 5)
  can_number    = can(aws_vpc.a.id * 2)
  as_number     = [for id in [aws_vpc.a.id] : id * 2]
  block {
    a = 1
  }
  dynamic "block" {
    for_each = var.region_names
    iterator = it
    content {
      a = it.key
      dynamic "inner" {
        for_each = [it.value]
        content {
          b = "${it.value}${inner.value}"
        }
      }
    }
  }
  dynamic "hidden" {
    for_each = var.unknown
    content {
      cidr = "0.0.0.0/0"
      port = hidden.value
    }
  }
  dynamic "absent" {
    for_each = []
    content {
      a = 1
    }
  }
}
`, Options{Workspace: "prod"})
	r := s.After.Resource("aws_case.it")
	if r == nil {
		t.Fatal("no instance")
	}
	var got []string
	for _, f := range r.Values.Fields() {
		got = append(got, f.Name+" = "+show(f.Value))
	}
	want := strings.Split(strings.TrimSpace(`
arn = <aws_case.it.arn>
as_number = [?]
attribute = 10.0.32.0/20
block = [{a=1} {a=0 inner=[{b=aa}]} {a=1 inner=[{b=bb}]}]
can_number = ?
chosen_id = <aws_vpc.a.id>
compared = false
concat_ids = [<aws_vpc.a.id> <aws_subnet.counted[0].id> <aws_subnet.counted[1].id>]
data_id = <data.aws_x.d.id>
data_name = n
data_other = ?
either_id = ?
element_id = <aws_subnet.counted[1].id>
folder = .
for_ids = [<aws_subnet.each["a"].id> <aws_subnet.each["b"].id>]
hidden = [maybe {cidr=0.0.0.0/0 port=?}]
id = <aws_case.it.id>
literal = l
local_ids = [<aws_subnet.each["b"].id>]
lookup_id = <aws_subnet.each["a"].id>
made_of = !password: hunter2
many = 2
name_of_id = ?aws_vpc.a.id
null_chosen = none
number = 2
optional = {deep={on=true} names=[x] port=443}
secret = !hunter2
set_ids = [<aws_vpc.a.id> <aws_vpc.b.id>]
splat_ids = [<aws_subnet.counted[0].id> <aws_subnet.counted[1].id>]
template = x-443
try_id = <aws_subnet.each["a"].id>
try_number = ?
try_wrong = 5
unknown = ?
values_ids = [<aws_subnet.each["a"].id> <aws_subnet.each["b"].id>]
vpc_id = <aws_vpc.a.id>
workspace = prod
wrong = ?
`), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Config.Sets("absent") != tf.No || r.Config.Sets("hidden") != tf.Yes || r.Config.Sets("none") != tf.Yes {
		t.Errorf("the block sets %v", r.Config.Arguments)
	}
	if z, _ := s.After.Resource("aws_subnet.counted[1]").Get("zone").AsString().Known(); z != "b-zone" {
		t.Errorf("zone %q", z)
	}
}

// Modules hand values in and out, to any depth and for every instance.
func TestModules(t *testing.T) {
	s := evaluate(t, `
-- main.tf --
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
module "net" {
  for_each = { a = "10.0.0.0/16", b = "10.1.0.0/16" }
  source   = "./net"
  cidr     = each.value
  providers = { aws = aws.west }
}
module "many" {
  count  = var.n
  source = "./net"
  cidr   = "10.2.0.0/16"
}
variable "n" {}
module "missing" {
  source  = "example/missing/aws"
  version = "1.0.0"
}
resource "aws_case" "it" {
  first_id  = module.net["a"].vpc_id
  all_ids   = [for k, m in module.net : m.vpc_id]
  inner     = module.net["b"].cidr
  many_id   = module.many[0].vpc_id
  missing_id = module.missing.id
}
output "handed" {
  value = module.net["a"].vpc_id
}
-- net/main.tf --
variable "cidr" {}
module "vpc" {
  source = "../vpc"
  cidr   = var.cidr
}
output "vpc_id" { value = module.vpc.vpc.id }
output "cidr"   { value = module.vpc.vpc.cidr_block }
-- vpc/main.tf --
variable "cidr" {}
resource "aws_vpc" "this" {
  cidr_block = var.cidr
}
output "vpc" { value = aws_vpc.this }
`, Options{})
	r := s.After.Resource("aws_case.it")
	for name, want := range map[string]string{
		"first_id":   `<module.net["a"].module.vpc.aws_vpc.this.id>`,
		"all_ids":    `[<module.net["a"].module.vpc.aws_vpc.this.id> <module.net["b"].module.vpc.aws_vpc.this.id>]`,
		"inner":      "10.1.0.0/16",
		"many_id":    `<module.many[*].module.vpc.aws_vpc.this.id>`,
		"missing_id": "?",
	} {
		if got := show(r.Get(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	vpc := s.After.Resource(`module.net["b"].module.vpc.aws_vpc.this`)
	if region, _ := vpc.Region.Known(); vpc.Provider != "aws.west" || region != "us-west-2" {
		t.Errorf("provider %s in %s", vpc.Provider, region)
	}
	if many := s.After.Resource("module.many[*].module.vpc.aws_vpc.this"); many == nil || !many.Maybe || vpc.Maybe {
		t.Error("the one that stands for an unknown count is not marked")
	}
	if !s.Handed[`module.net["a"].module.vpc.aws_vpc.this`] {
		t.Errorf("handed out: %v", s.Handed)
	}
	var summaries []string
	for _, d := range s.Diagnostics {
		summaries = append(summaries, d.Summary)
	}
	want := []string{"module.missing is not installed", "var.n has no value, and with it nobody knows how many there are of module.many"}
	slices.Sort(summaries)
	if diff := cmp.Diff(want, summaries); diff != "" {
		t.Error(diff)
	}
}

// A later source of values wins over an earlier one, in Terraform's order.
func TestPrecedence(t *testing.T) {
	const archive = `
-- main.tf --
variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" { default = "default" }
variable "d" { default = "default" }
variable "e" { default = "default" }
variable "f" {
  type    = list(number)
  default = []
}
variable "g" {
  default  = "default"
  nullable = false
}
resource "aws_case" "it" {
  all = [var.a, var.b, var.c, var.d, var.e, var.g]
  f   = var.f
}
-- terraform.tfvars --
b = "tfvars"
c = "tfvars"
d = "tfvars"
e = "tfvars"
-- x.auto.tfvars --
c = "auto"
d = "auto"
e = "auto"
-- y.auto.tfvars.json --
{"d": "json", "e": "json"}
-- unread.tfvars --
a = "unread"
`
	s := evaluate(t, archive, Options{
		Environment: map[string]string{"a": "environment", "b": "environment", "f": "[80, 443]", "g": "environment"},
		Assignments: []Assignment{{Name: "e", Value: "flag"}, {File: "p.tfvars", Content: []byte("e = \"file\"\ng = null\n")}},
	})
	r := s.After.Resource("aws_case.it")
	if got, want := show(r.Get("all"))+show(r.Get("f")), "[environment tfvars auto json file default][80 443]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A value that does not fit its variable is said, and not repeated (U-19).
func TestMisfit(t *testing.T) {
	const archive = `
-- main.tf --
variable "number" { type = number }
variable "list" { type = list(string) }
variable "fits" { type = number }
resource "aws_case" "it" {
  all = [var.number, var.list, var.fits]
}
-- terraform.tfvars --
number = "hunter2"
`
	s := evaluate(t, archive, Options{
		Environment: map[string]string{"list": `["hunter2`},
		Assignments: []Assignment{{Name: "fits", Value: "22"}},
	})
	if got, want := show(s.After.Resource("aws_case.it").Get("all")), "[? ? 22]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var got []string
	for _, d := range s.Diagnostics {
		got = append(got, fmt.Sprintf("%s:%d: %s. %s", d.Range.File, d.Range.StartLine, d.Summary, d.Detail))
	}
	slices.Sort(got)
	want := []string{
		"main.tf:2: the value of var.list does not fit its type. Give it one of type list(string). What depends on it is not known.",
		"terraform.tfvars:1: the value of var.number does not fit its type. Give it one of type number. What depends on it is not known.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// JSON syntax, with templates and dynamic blocks, gives what the native syntax
// gives.
func TestJSONEvaluation(t *testing.T) {
	s := evaluate(t, `
-- main.tf.json --
{
  "variable": {"n": {"type": "list(string)", "default": ["x", "y"]}},
  "locals": {"id": "${aws_vpc.a.id}"},
  "resource": {
    "aws_vpc": {"a": {"cidr_block": "10.0.0.0/16"}},
    "aws_case": {"it": {
      "vpc_id": "${local.id}",
      "text": "n-${var.n[0]}",
      "block": [{"a": "${length(var.n)}"}],
      "dynamic": {"rule": {"for_each": "${var.n}", "content": {"name": "${rule.value}"}}}
    }}
  },
  "output": {"o": {"value": "${aws_vpc.a.id}"}}
}
`, Options{})
	r := s.After.Resource("aws_case.it")
	for name, want := range map[string]string{"vpc_id": "<aws_vpc.a.id>", "text": "n-x", "block": "[{a=2}]", "rule": "[{name=x} {name=y}]"} {
		if got := show(r.Get(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if show(s.Outputs["o"]) != "<aws_vpc.a.id>" {
		t.Errorf("output %s", show(s.Outputs["o"]))
	}
}

// What refers to itself, and what is too large, is unknown and said so.
func TestBounds(t *testing.T) {
	for name, c := range map[string]struct{ archive, summary string }{
		"cycle of locals": {`
-- main.tf --
locals {
  a = local.b
  b = local.a
}
resource "aws_case" "it" { x = local.a }
`, "local.a refers to itself"},
		"cycle of modules": {`
-- main.tf --
module "m" {
  source = "./m"
  in     = module.m.out
}
resource "aws_case" "it" { x = module.m.out }
-- m/main.tf --
variable "in" {}
output "out" { value = var.in }
`, "output out refers to itself"},
		"doubling":      {"\n-- main.tf --\nlocals {\n  a0 = [1, 2]\n" + doubling(64) + "}\nresource \"aws_case\" \"it\" { x = local.a64 }\n", "a value is too large"},
		"doubling text": {"\n-- main.tf --\nlocals {\n  a0 = \"xx\"\n" + strings.NewReplacer("[", "join(\"\", [", "]", "])").Replace(doubling(64)) + "}\nresource \"aws_case\" \"it\" { x = local.a64 }\n", ""},
		"loops": {`
-- main.tf --
locals {
  n = range(1000)
  x = [for a in local.n : [for b in local.n : [for c in local.n : [for d in local.n : 1]]]]
}
resource "aws_case" "it" { x = local.x }
`, "the configuration takes too long to evaluate"},
		"instances": {`
-- main.tf --
resource "aws_case" "it" {
  count = 1000000000
  x     = count.index
}
`, "there are more than 20000 instances"},
	} {
		t.Run(name, func(t *testing.T) {
			summary := c.summary
			c, _ := load(t, c.archive, ".")
			c.limits.Work = 20_000
			s, err := c.Stack(context.Background(), "test", ".", Options{Wanted: everything{}})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.After.Resources) != 1 {
				t.Errorf("got %d instances", len(s.After.Resources))
			}
			if summary != "" && !slices.ContainsFunc(s.Diagnostics, func(d tf.Diagnostic) bool { return d.Summary == summary }) {
				t.Errorf("diagnostics %v", s.Diagnostics)
			}
		})
	}
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  a%d = [local.a%d, local.a%d]\n", i+1, i, i)
	}
	return b.String()
}

// A finding names the root variables that its value comes from.
func TestOrigins(t *testing.T) {
	c, _ := load(t, `
-- main.tf --
variable "admin" { default = "10.0.0.0/8" }
variable "open"  { default = true }
variable "other" { default = "other" }
variable "rules" { default = { ssh = { cidr = "0.0.0.0/0" }, web = { cidr = "10.0.0.0/8" } } }
variable "token" {
  default   = "t"
  sensitive = true
}
module "m" {
  source = "./m"
  cidrs  = [var.admin, "10.9.0.0/16"]
  open   = var.open
  rules  = var.rules
  token  = var.token
  other  = var.other
}
-- prod.auto.tfvars --

admin = "0.0.0.0/0"
-- m/main.tf --
variable "cidrs" {}
variable "open" {}
variable "rules" {}
variable "token" {}
variable "other" {}
resource "aws_case" "each" {
  for_each = var.rules
  cidr     = each.value.cidr
}
resource "aws_case" "it" {
  name   = "constant"
  chosen = var.open ? "0.0.0.0/0" : "10.0.0.0/8"
  token  = "x${var.token}"
  rule {
    cidrs = var.cidrs
    name  = var.other
  }
  dynamic "rule" {
    for_each = var.rules
    content {
      cidrs = [rule.value.cidr]
    }
  }
}
`, ".")
	s, err := c.Stack(context.Background(), "test", ".", Options{Wanted: everything{}, Assignments: []Assignment{{Name: "open", Value: "true"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ address, path, want string }{
		{"module.m.aws_case.it", "name", ""},
		{"module.m.aws_case.it", "chosen", "open=true at  --var"},
		{"module.m.aws_case.it", "token", "token=!t at main.tf:6:3 "},
		{"module.m.aws_case.it", "rule[0].cidrs", "admin=0.0.0.0/0 at prod.auto.tfvars:2:1 "},
		{"module.m.aws_case.it", "rule[1].cidrs[0]", "rules=null at main.tf:4:20 "},
		{`module.m.aws_case.each["ssh"]`, "cidr", "rules=null at main.tf:4:20 "},
	} {
		var got []string
		for _, o := range s.Source.(tf.Tracer).Origins(s.After.Resource(c.address), c.path) {
			got = append(got, fmt.Sprintf("%s=%s at %s %s", o.Variable, show(o.Value), o.Range, o.From))
		}
		if joined := strings.Join(got, ", "); joined != c.want {
			t.Errorf("%s %s: got %q, want %q", c.address, c.path, joined, c.want)
		}
	}
}
