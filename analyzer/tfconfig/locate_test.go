package tfconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// load writes an archive of files into a folder and reads its module dir.
func load(t *testing.T, archive, dir string) (*Config, []tf.Diagnostic) {
	t.Helper()
	root := t.TempDir()
	t.Chdir(root) // so that places are told as they are in the repository
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Load(filepath.Join(root, dir), root, DefaultLimits(), false)
}

// resource is an instance with its values.
func resource(t *testing.T, address string, values ...tf.Field) *tf.Resource {
	t.Helper()
	a, err := tf.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	return &tf.Resource{Addr: a, Address: address, Values: tf.ObjectValue(values...)}
}

func field(name string, v tf.Value) tf.Field { return tf.Field{Name: name, Value: v} }

func str(s string) tf.Value { return tf.StringValue(s) }

func object(fields ...tf.Field) tf.Value { return tf.ObjectValue(fields...) }

func rule(port string, cidrs ...string) tf.Value {
	var list []tf.Value
	for _, c := range cidrs {
		list = append(list, str(c))
	}
	return object(field("from_port", tf.NumberValue(port)), field("to_port", tf.NumberValue(port)), field("cidr_blocks", tf.ListValue(list...)), field("self", tf.BoolValue(false)))
}

const groupText = `
-- stack/main.tf --
# Gruppe für λ
resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"] # everybody
  }
  ingress {
    from_port   = 22
    to_port     = 22
    cidr_blocks = var.office
  }
  ingress {
    from_port   = 23
    to_port     = "23"
    cidr_blocks = var.office
  }
}

resource "aws_security_group" "listed" {
  ingress = [
    { from_port = 443, to_port = 443, cidr_blocks = ["0.0.0.0/0"] },
    { from_port = 22, to_port = 22, cidr_blocks = ["0.0.0.0/0"] },
  ]
}

resource "aws_security_group" "mixed" {
  ingress {
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/8"]
  }
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_instance" "i" {
  metadata_options {
    /* é */ http_tokens = "optional"
  }
  vpc_security_group_ids = [
    aws_security_group.web.id, "sg-1",
    "sg-2",
  ]
}

resource "aws_security_group" "alike" {
  ingress {
    cidr_blocks = var.a
  }
  ingress {
    cidr_blocks = var.b
  }
  egress {
    cidr_blocks = var.a
  }
}
`

func TestLocate(t *testing.T) {
	c, diags := load(t, groupText, "stack")
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	// The plan has the rules of a set in an order of its own.
	web := resource(t, "aws_security_group.web", field("name", str("web")), field("ingress", tf.ListValue(rule("22", "10.1.0.0/16"), rule("23", "10.1.0.0/16"), rule("443", "0.0.0.0/0"))))
	listed := resource(t, "aws_security_group.listed", field("ingress", tf.ListValue(rule("22", "0.0.0.0/0"), rule("443", "0.0.0.0/0"))))
	mixed := resource(t, "aws_security_group.mixed[0]", field("ingress", tf.ListValue(rule("22", "0.0.0.0/0"), rule("22", "10.0.0.0/8"), rule("80", "0.0.0.0/0"))))
	instance := resource(t, `module.none.aws_instance.i`)
	instance.Addr.Module = ""
	instance.Values = object(
		field("metadata_options", tf.ListValue(object(field("http_tokens", str("optional"))))),
		field("vpc_security_group_ids", tf.ListValue(str("sg-1"), str("sg-2"), tf.UnknownValue())),
	)
	alike := resource(t, "aws_security_group.alike", field("ingress", tf.ListValue(rule("1", "10.0.0.0/8"), rule("2", "10.0.0.0/8"), rule("3", "0.0.0.0/0"))), field("egress", tf.ListValue(rule("1"))))

	tests := []struct {
		r    *tf.Resource
		path string
		want string // range and line
	}{
		{web, "", `main.tf:2:1-2:36 resource "aws_security_group" "web" {`},
		{web, "name", `main.tf:3:3-3:15   name = "web"`},
		{web, "vpc_id", `main.tf:2:1-2:36 resource "aws_security_group" "web" {`},
		{web, "ingress[0].cidr_blocks", `main.tf:13:5-13:29     cidr_blocks = var.office`},
		{web, "ingress[1]", `main.tf:15:3-15:10   ingress {`},
		{web, "ingress[1].to_port", `main.tf:17:5-17:23     to_port     = "23"`},
		{web, "ingress[2].cidr_blocks", `main.tf:8:5-8:32     cidr_blocks = ["0.0.0.0/0"]`},
		{web, "ingress[2].cidr_blocks[0]", `main.tf:8:20-8:31                    "0.0.0.0/0"`},
		{web, "ingress[2].self", `main.tf:5:3-5:10   ingress {`},
		{web, "ingress[9].cidr_blocks", `main.tf:2:1-2:36 resource "aws_security_group" "web" {`},
		{web, "ingress", `main.tf:2:1-2:36 resource "aws_security_group" "web" {`},
		{listed, "ingress[0].cidr_blocks", `main.tf:25:37-25:64                                     cidr_blocks = ["0.0.0.0/0"]`},
		{listed, "ingress[1].from_port", `main.tf:24:7-24:22       from_port = 443`},
		{listed, "ingress", `main.tf:23:3-26:4   ingress = [`},
		{mixed, "ingress[1].cidr_blocks", `main.tf:33:5-33:33     cidr_blocks = ["10.0.0.0/8"]`},
		{mixed, "ingress[0].cidr_blocks", `main.tf:40:7-40:34       cidr_blocks = ["0.0.0.0/0"]`},
		{mixed, "ingress[2].from_port", `main.tf:38:7-38:34       from_port   = ingress.value`},
		{mixed, "ingress[2]", `main.tf:35:3-35:20   dynamic "ingress" {`},
		{instance, "metadata_options.http_tokens", `main.tf:47:13-47:37             http_tokens = "optional"`},
		{instance, "metadata_options[0].http_tokens", `main.tf:47:13-47:37             http_tokens = "optional"`},
		{instance, "vpc_security_group_ids[1]", `main.tf:51:5-51:11     "sg-2"`},
		{alike, "ingress[1].cidr_blocks", `main.tf:55:1-55:38 resource "aws_security_group" "alike" {`},
		{alike, "egress[0].cidr_blocks", `main.tf:63:5-63:24     cidr_blocks = var.a`},
	}
	for _, test := range tests {
		l, ok := c.Locate(test.r, test.path)
		if !ok {
			t.Errorf("%s %q: not found", test.r.Address, test.path)
			continue
		}
		if diff := cmp.Diff(test.want, describe(l)); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", test.r.Address, test.path, diff)
		}
	}
}

// describe writes a location in one line, its file without the folder.
func describe(l tf.Location) string {
	r := l.Range
	end := tf.Range{File: filepath.Base(r.File), StartLine: r.EndLine, StartColumn: r.EndColumn}
	return strings.TrimPrefix(r.String(), "stack/") + "-" + strings.SplitN(end.String(), ":", 2)[1] + " " + l.Line
}

func TestLocateChecksTheSourceAgainstThePlan(t *testing.T) {
	c, _ := load(t, `
-- main.tf --
resource "aws_instance" "i" {
  count         = 2
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
  key_name      = null
  metadata_options {
    http_tokens = "optional"
  }
  dynamic "ebs_block_device" {
    for_each = var.disks
    content {}
  }
}
`, ".")
	same := func() *tf.ResourceConfig {
		return &tf.ResourceConfig{
			Arguments: []string{"instance_type", "subnet_id", "metadata_options"},
			Complete:  true,
			Constants: map[string]string{"instance_type": "t3.micro", "metadata_options[0].http_tokens": "optional"},
		}
	}
	tests := map[string]struct {
		change func(*tf.ResourceConfig)
		want   bool
	}{
		"the same":                       {func(*tf.ResourceConfig) {}, true},
		"with a dynamic block":           {func(c *tf.ResourceConfig) { c.Arguments = append(c.Arguments, "ebs_block_device") }, true},
		"with an argument more":          {func(c *tf.ResourceConfig) { c.Arguments = append(c.Arguments, "ami") }, false},
		"with an argument less":          {func(c *tf.ResourceConfig) { c.Arguments = c.Arguments[:2] }, false},
		"with another literal":           {func(c *tf.ResourceConfig) { c.Constants["instance_type"] = "t3.large" }, false},
		"with another literal in it":     {func(c *tf.ResourceConfig) { c.Constants["metadata_options[0].http_tokens"] = "required" }, false},
		"with a literal for a reference": {func(c *tf.ResourceConfig) { c.Constants["subnet_id"] = "subnet-1" }, false},
		"with a reference for a literal": {func(c *tf.ResourceConfig) { delete(c.Constants, "instance_type") }, false},
	}
	for name, test := range tests {
		r := resource(t, "aws_instance.i[1]")
		r.Config = same()
		test.change(r.Config)
		if _, ok := c.Locate(r, "instance_type"); ok != test.want {
			t.Errorf("a plan %s: found %v, want %v", name, ok, test.want)
		}
	}

	// Without a configuration in the input the values must not contradict.
	for value, want := range map[string]bool{"t3.micro": true, "t3.large": false} {
		r := resource(t, "aws_instance.i[0]", field("instance_type", str(value)))
		if _, ok := c.Locate(r, ""); ok != want {
			t.Errorf("instance_type %s: found %v, want %v", value, ok, want)
		}
	}
	for _, address := range []string{"aws_instance.j", "module.m.aws_instance.i", "data.aws_instance.i"} {
		if _, ok := c.Locate(resource(t, address), ""); ok {
			t.Errorf("%s: found in a source that does not have it", address)
		}
	}
}

func TestLocateInJSON(t *testing.T) {
	c, diags := load(t, `
-- main.tf.json --
{"resource": {"aws_security_group": {"web": [{
  "//": "the front door",
  "name": "${var.name}",
  "ingress": [
    {"from_port": 443, "cidr_blocks": ["0.0.0.0/0"]},
    {"from_port": 22,
     "cidr_blocks": ["0.0.0.0/0"]}
  ]
}]}}}
`, ".")
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	r := resource(t, "aws_security_group.web", field("ingress", tf.ListValue(rule("22", "0.0.0.0/0"), rule("443", "0.0.0.0/0"))))
	r.Config = &tf.ResourceConfig{Arguments: []string{"name", "ingress"}, Constants: map[string]string{}}
	for path, want := range map[string]string{
		"ingress[0].cidr_blocks": `main.tf.json:7:6-7:34      "cidr_blocks": ["0.0.0.0/0"]`,
		"":                       `main.tf.json:1:38-1:43                                      "web"`,
	} {
		if l, ok := c.Locate(r, path); !ok || describe(l) != want {
			t.Errorf("%q: got %q, want %q", path, describe(l), want)
		}
	}
}

func TestLocateInModules(t *testing.T) {
	c, diags := load(t, `
-- live/prod/main.tf --
module "net" {
  source = "../../modules/net"
}
module "db" {
  source  = "terraform-aws-modules/rds/aws"
}
module "far" {
  source  = "terraform-aws-modules/far/aws"
}
-- live/prod/.terraform/modules/modules.json --
{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"db","Source":"registry","Dir":".terraform/modules/db"},
{"Key":"db.inner","Source":"./inner","Dir":".terraform/modules/db/inner"}]}
-- live/prod/.terraform/modules/db/main.tf --
module "inner" {
  source = "./inner"
}
-- live/prod/.terraform/modules/db/inner/main.tf --
# tfcheck:ignore everything -- this author has no say
resource "aws_db_instance" "this" {
}
-- modules/net/main.tf --
module "group" {
  for_each = var.groups
  source   = "./group"
}
-- modules/net/group/main.tf --
resource "aws_security_group" "this" {
  count = 2
}
`, "live/prod")
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	tests := []struct {
		address  string
		at       string
		calls    []string
		external bool
	}{
		{`module.net.module.group["a.b"].aws_security_group.this[0]`, "modules/net/group/main.tf:1:1", []string{"live/prod/main.tf:1:1", "modules/net/main.tf:1:1"}, false},
		{`module.db.module.inner.aws_db_instance.this`, "live/prod/.terraform/modules/db/inner/main.tf:2:1", []string{"live/prod/main.tf:4:1"}, true},
		{`module.far.module.deep.aws_vpc.this`, "live/prod/main.tf:7:1", []string{"live/prod/main.tf:7:1"}, true},
	}
	for _, test := range tests {
		l, ok := c.Locate(resource(t, test.address), "")
		var calls []string
		for _, r := range l.Calls {
			calls = append(calls, r.String())
		}
		if !ok || l.Range.String() != test.at || l.External != test.external || !cmp.Equal(calls, test.calls) {
			t.Errorf("%s: got %s by %v (external %v, found %v), want %s by %v (external %v)", test.address, l.Range, calls, l.External, ok, test.at, test.calls, test.external)
		}
	}
	if n := len(c.Comments("")); n != 0 {
		t.Errorf("got %d comments of a module from elsewhere, want none", n)
	}
}

// A line that is printed holds the argument it is about and no secret.
func TestLineHoldsNoSecret(t *testing.T) {
	const canary = "hunter2"
	c, _ := load(t, `
-- main.tf --
resource "aws_db_instance" "a" {
  password = "hunter2" # hunter2
  tags = { name = "hunter2", port = 22 } # hunter2
  cidrs = ["0.0.0.0/0", "hunter2"]
  lines = [ # hunter2
    "hunter2", "0.0.0.0/0", /* hunter2 */
  ]
  login { password = "hunter2" }
  kept = "shown"
  dropped = "hunter2"
  built = join("hunter2", var.list)
}
`, ".")
	secret := str(canary).MarkSensitive()
	r := resource(t, "aws_db_instance.a",
		field("password", secret),
		field("tags", object(field("name", secret), field("port", tf.NumberValue("22")))),
		field("cidrs", tf.ListValue(str("0.0.0.0/0"), secret)),
		field("lines", tf.ListValue(str(canary), str("0.0.0.0/0")).MarkSensitive()),
		field("login", tf.ListValue(object(field("password", str(canary)))).MarkSensitive()),
		field("kept", str("shown")),
		field("built", str("x").MarkSensitive()),
	)
	for path, want := range map[string]string{
		"password":       `  password = (sensitive)`,
		"tags":           `  tags = (sensitive)`,
		"tags.name":      `           name = (sensitive)`,
		"tags.port":      `                             port = 22`,
		"cidrs":          `  cidrs = (sensitive)`,
		"cidrs[0]":       `           "0.0.0.0/0"`,
		"cidrs[1]":       `                        (sensitive)`,
		"lines":          `  lines = (sensitive)`,
		"lines[1]":       `               (sensitive)`,
		"login":          `  login {`,
		"login.password": `          password = (sensitive)`,
		"kept":           `  kept = "shown"`,
		"dropped":        `  dropped = …`,
		"built":          `  built = (sensitive)`,
		"missing":        `resource "aws_db_instance" "a" {`,
	} {
		l, ok := c.Locate(r, path)
		if !ok || l.Line != want {
			t.Errorf("%s: got %q, want %q", path, l.Line, want)
		}
		if strings.Contains(l.Line, canary) {
			t.Errorf("%s: the secret is printed: %q", path, l.Line)
		}
	}
}
