package tfconfig

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Every value of a configuration leads to the argument that somebody edits,
// over modules, for_each, dynamic blocks and JSON syntax; in a module from
// elsewhere, to the argument and the calls that lead there.
func TestPositions(t *testing.T) {
	c, _ := load(t, `
-- live/main.tf --
module "net" {
  for_each = { a = "10.0.0.0/16" }
  source   = "../modules/net"
  cidr     = each.value
}
module "registry" {
  source = "example/group/aws"
  cidrs  = ["0.0.0.0/0"]
}
-- live/more.tf.json --
{"resource": {"aws_sg": {"json": {
  "name": "json",
  "rule": [{"port": 1}, {"port": 2}],
  "dynamic": {"exit": {"for_each": [7, 8], "content": {"port": "${exit.value}"}}}
}}}}
-- live/.terraform/modules/modules.json --
{"Modules": [{"Key": "registry", "Dir": ".terraform/modules/registry"}]}
-- live/.terraform/modules/registry/main.tf --
variable "cidrs" {}
resource "aws_sg" "this" {
  rule {
    cidrs = var.cidrs
  }
}
-- modules/net/main.tf --
variable "cidr" {}
resource "aws_vpc" "this" {
  cidr_block = var.cidr
}
resource "aws_sg" "this" {
  for_each = toset(["x", "y"])
  name     = each.key
  rule {
    port = 22
  }
  dynamic "rule" {
    for_each = [80, 443]
    content {
      port = rule.value
      dynamic "peer" {
        for_each = ["p", "q"]
        content {
          name = peer.value
        }
      }
    }
  }
  rule {
    port = 22
    list = [
      "one",
      "two",
    ]
  }
}
`, "live")
	s, err := c.Stack(context.Background(), "live", "live", Options{Wanted: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var walk func(r *tf.Resource, path string, v tf.Value)
	walk = func(r *tf.Resource, path string, v tf.Value) {
		if l, ok := s.Source.Locate(r, path); ok && path != "id" && path != "arn" {
			line := fmt.Sprintf("%s %s: %s", r.Address, path, l.Range)
			for _, call := range l.Calls {
				line += " < " + call.String()
			}
			if l.External {
				line += " external"
			}
			got = append(got, line)
		}
		for i, e := range v.Elements() {
			walk(r, fmt.Sprintf("%s[%d]", path, i), e)
		}
		for _, f := range v.Fields() {
			walk(r, strings.TrimPrefix(path+"."+f.Name, "."), f.Value)
		}
	}
	for _, r := range s.After.Resources {
		if !strings.HasSuffix(r.Address, `this["y"]`) {
			walk(r, "", r.Values)
		}
	}
	want := strings.TrimSpace(`
aws_sg.json : live/more.tf.json:1:26
aws_sg.json exit: live/more.tf.json:4:15
aws_sg.json exit[0]: live/more.tf.json:4:15
aws_sg.json exit[0].port: live/more.tf.json:4:56
aws_sg.json exit[1]: live/more.tf.json:4:15
aws_sg.json exit[1].port: live/more.tf.json:4:56
aws_sg.json name: live/more.tf.json:2:3
aws_sg.json rule: live/more.tf.json:3:3
aws_sg.json rule[0]: live/more.tf.json:3:12
aws_sg.json rule[0].port: live/more.tf.json:3:13
aws_sg.json rule[1]: live/more.tf.json:3:25
aws_sg.json rule[1].port: live/more.tf.json:3:26
module.net["a"].aws_sg.this["x"] : modules/net/main.tf:5:1 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] name: modules/net/main.tf:7:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule: modules/net/main.tf:8:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[0]: modules/net/main.tf:8:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[0].port: modules/net/main.tf:9:5 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1]: modules/net/main.tf:11:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].peer: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].peer[0]: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].peer[0].name: modules/net/main.tf:18:11 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].peer[1]: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].peer[1].name: modules/net/main.tf:18:11 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[1].port: modules/net/main.tf:14:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2]: modules/net/main.tf:11:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].peer: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].peer[0]: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].peer[0].name: modules/net/main.tf:18:11 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].peer[1]: modules/net/main.tf:15:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].peer[1].name: modules/net/main.tf:18:11 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[2].port: modules/net/main.tf:14:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[3]: modules/net/main.tf:23:3 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[3].list: modules/net/main.tf:25:5 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[3].list[0]: modules/net/main.tf:26:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[3].list[1]: modules/net/main.tf:27:7 < live/main.tf:1:1
module.net["a"].aws_sg.this["x"] rule[3].port: modules/net/main.tf:24:5 < live/main.tf:1:1
module.net["a"].aws_vpc.this : modules/net/main.tf:2:1 < live/main.tf:1:1
module.net["a"].aws_vpc.this cidr_block: modules/net/main.tf:3:3 < live/main.tf:1:1
module.registry.aws_sg.this : live/.terraform/modules/registry/main.tf:2:1 < live/main.tf:6:1 external
module.registry.aws_sg.this rule: live/.terraform/modules/registry/main.tf:3:3 < live/main.tf:6:1 external
module.registry.aws_sg.this rule[0]: live/.terraform/modules/registry/main.tf:3:3 < live/main.tf:6:1 external
module.registry.aws_sg.this rule[0].cidrs: live/.terraform/modules/registry/main.tf:4:5 < live/main.tf:8:3 external
module.registry.aws_sg.this rule[0].cidrs[0]: live/.terraform/modules/registry/main.tf:4:5 < live/main.tf:8:3 external
`)
	if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
		t.Error(diff)
	}
}
