package tfconfig

import "testing"

// TestDefaultTags: a resource bears the default tags of its provider under its
// own.
func TestDefaultTags(t *testing.T) {
	const none = `provider "aws" {}`
	for _, c := range []struct{ about, provider, resource, want string }{
		{"both", `provider "aws" {
  default_tags {
    tags = { env = "prod", team = "net" }
  }
}`, `tags = { env = "test", Name = "a" }`, `{Name=a env=test team=net}`},
		{"of the provider alone", `provider "aws" {
  default_tags {
    tags = { env = "prod" }
  }
}`, ``, `{env=prod}`},
		{"its own alone", none, `tags = { env = "test" }`, `{env=test}`},
		{"none", none, ``, `{}`},
		{"without a provider block", ``, `tags = { env = "test", no = null }`, `{env=test}`},
		{"of another configuration", `provider "aws" {}
provider "aws" {
  alias = "west"
  default_tags {
    tags = { env = "west" }
  }
}`, `provider = aws.west`, `{env=west}`},
		{"a part that is not known", `provider "aws" {
  default_tags {
    tags = { env = aws_x.other.thing }
  }
}`, `tags = { Name = "a" }`, `{Name=a env=?}`},
		{"not known", `variable "tags" {
  type = map(string)
}
provider "aws" {
  default_tags {
    tags = var.tags
  }
}`, `tags = { Name = "a" }`, `?`},
		{"an empty block", `provider "aws" {
  default_tags {}
}`, `tags = { Name = "a" }`, `{Name=a}`},
	} {
		s := evaluate(t, "-- main.tf --\n"+c.provider+"\nresource \"aws_x\" \"other\" {}\nresource \"aws_case\" \"a\" {\n  "+c.resource+"\n}\nresource \"aws_case\" \"b\" {\n  all = aws_case.a.tags_all\n}\n", Options{})
		if got := show(s.After.Resource("aws_case.b").Get("all")); got != c.want {
			t.Errorf("%s: %s, want %s", c.about, got, c.want)
		}
	}
	s := evaluate(t, `
-- main.tf.json --
{"provider": {"aws": {"default_tags": {"tags": {"env": "prod"}}}},
 "resource": {"aws_case": {"a": {"tags": {"Name": "a"}}, "b": {"all": "${aws_case.a.tags_all}"}}}}
`, Options{})
	if got := show(s.After.Resource("aws_case.b").Get("all")); got != `{Name=a env=prod}` {
		t.Errorf("in JSON: %s", got)
	}
}
