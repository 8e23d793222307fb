package tfconfig

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Data sources that the configuration decides are computed; the text of a
// policy document is that of the provider, which sorts lists in falling order
// and writes a list of one as its element.
func TestComputedDataSources(t *testing.T) {
	s := evaluate(t, `
-- main.tf --
provider "aws" {
  region = "cn-north-1"
}
data "aws_region" "here" {}
data "aws_partition" "here" {}
data "aws_availability_zones" "all" {}
data "aws_iam_policy_document" "doc" {
  statement {
    sid       = "One"
    actions   = ["s3:Get*", "s3:List*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["ec2.${data.aws_partition.here.dns_suffix}"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["111122223333"]
    }
  }
  statement {
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["s3:*"]
    resources = [aws_bucket.b.arn]
  }
}
resource "aws_bucket" "b" {}
resource "aws_case" "it" {
  region    = data.aws_region.here.name
  partition = data.aws_partition.here.partition
  policy    = data.aws_iam_policy_document.doc.json
  unknown   = data.aws_iam_policy_document.unknown.json
  zones     = length(slice(data.aws_availability_zones.all.names, 0, 3))
  zone      = data.aws_availability_zones.all.names[0]
}
`, Options{})
	r := s.After.Resource("aws_case.it")
	for name, want := range map[string]string{"region": "cn-north-1", "partition": "aws-cn", "unknown": "?", "zones": "3", "zone": "?"} {
		if got := show(r.Get(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	want := strings.TrimSpace(`
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Allow",
      "Action": [
        "s3:List*",
        "s3:Get*"
      ],
      "Resource": "*",
      "Principal": {
        "Service": "ec2.amazonaws.com.cn"
      },
      "Condition": {
        "StringEquals": {
          "aws:SourceAccount": "111122223333"
        }
      }
    },
    {
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Principal": "*"
    }
  ]
}`)
	if diff := cmp.Diff(want, show(r.Get("policy"))); diff != "" {
		t.Error(diff)
	}
}

// Somebody else may answer a data source; its arguments are evaluated, and it
// is asked once.
func TestAnsweredDataSources(t *testing.T) {
	asked := 0
	s := evaluate(t, `
-- main.tf --
locals { stack = "net" }
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { key = "${local.stack}.tfstate" }
}
data "aws_vpc" "main" {
  tags = { Name = "main" }
}
resource "aws_case" "it" {
  subnet_id = data.terraform_remote_state.net.outputs.subnet
  other_id  = data.terraform_remote_state.net.outputs.other
  vpc_id    = data.aws_vpc.main.id
}
`, Options{Data: func(r *tf.Resource) (tf.Value, bool) {
		asked++
		switch show(r.Values) {
		case "{backend=s3 config={key=net.tfstate}}":
			return tf.ObjectValue(tf.Field{Name: "outputs", Value: tf.ObjectValue(
				tf.Field{Name: "subnet", Value: tf.SymbolicValue(tf.Symbol{Address: "net//aws_subnet.a", Attribute: "id"})},
				tf.Field{Name: "other", Value: tf.StringValue("x")},
			)}), true
		case "{tags={Name=main}}":
			return tf.ObjectValue(tf.Field{Name: "id", Value: tf.StringValue("vpc-1")}), true
		}
		t.Errorf("asked for %s", show(r.Values))
		return tf.Value{}, false
	}})
	r := s.After.Resource("aws_case.it")
	for name, want := range map[string]string{"subnet_id": "<net//aws_subnet.a.id>", "other_id": "x", "vpc_id": "vpc-1"} {
		if got := show(r.Get(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

// A module outside of what is read is said to be there, not to be missing.
func TestModuleOutside(t *testing.T) {
	c, _ := load(t, `
-- live/main.tf --
module "m" {
  source = "../../elsewhere"
}
`, "live")
	s, err := c.Stack(context.Background(), "live", "live", Options{Wanted: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Above() != 1 || len(s.Diagnostics) != 1 || s.Diagnostics[0].Summary != "module.m lies outside of the repository" || s.Diagnostics[0].Range.String() != "live/main.tf:1:1" {
		t.Errorf("%d above: %v", c.Above(), s.Diagnostics)
	}
}
