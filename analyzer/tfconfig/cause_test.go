package tfconfig

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a count or for_each depends on is found through locals, variables of
// modules, outputs and other instances, and said once for all that it makes
// uncertain (U-12).
func TestCauses(t *testing.T) {
	s := evaluate(t, `
-- main.tf --
variable "n" {}
variable "other" {}
variable "more" {}
variable "known" { default = 2 }
data "aws_availability_zones" "all" {}
resource "random_id" "x" { byte_length = 2 }
locals {
  zones = toset(data.aws_availability_zones.all.names)
  n     = var.known * var.n
}
resource "aws_subnet" "zone" {
  for_each = local.zones
}
resource "aws_instance" "zone" {
  for_each = aws_subnet.zone
}
resource "aws_instance" "local" {
  count = local.n
}
resource "aws_instance" "computed" {
  count = random_id.x.dec
}
module "other" {
  source = "./net"
  size   = 0
  names  = []
}
module "net" {
  source = "./net"
  size   = var.n
  names  = module.net.zones
}
resource "aws_instance" "output" {
  for_each = toset(module.net.zones)
}
resource "aws_instance" "two" {
  count = var.n + length(data.aws_availability_zones.all.names)
}
resource "aws_vpc" "a" {
  cidr_block = "${var.other}${var.more}"
}
-- net/main.tf --
variable "size" {}
variable "names" {}
data "aws_availability_zones" "here" {}
resource "aws_instance" "in" {
  count = var.size
}
resource "aws_instance" "here" {
  for_each = toset(data.aws_availability_zones.here.names)
}
data "aws_instances" "here" {
  for_each = toset(data.aws_availability_zones.here.names)
}
output "zones" { value = data.aws_availability_zones.here.names }
`, Options{Assignments: []Assignment{{Name: "nn", Value: "1"}}})
	for address, want := range map[string]string{
		"aws_subnet.zone[*]":            "data.aws_availability_zones.all",
		"aws_instance.zone[*]":          "data.aws_availability_zones.all",
		"aws_instance.local[*]":         "var.n",
		"aws_instance.computed[*]":      "random_id.x",
		"module.net.aws_instance.in[*]": "var.n",
		"aws_instance.output[*]":        "module.net.data.aws_availability_zones.here",
		"aws_instance.two[*]":           "data.aws_availability_zones.all and var.n",
	} {
		r := s.After.Resource(address)
		if r == nil || !r.Maybe || r.Unknown != want {
			t.Errorf("%s: %+v, want %s", address, r, want)
		}
	}
	var got []string
	for _, d := range s.Diagnostics {
		got = append(got, d.Summary)
	}
	want := []string{
		"random_id.x is not known, and with it how many there are of aws_instance.computed",
		"var.n has no value, and with it nobody knows how many there are of aws_instance.local and module.net.aws_instance.in",
		"module.net.data.aws_availability_zones.here is not known, and with it how many there are of aws_instance.output",
		"data.aws_availability_zones.all and var.n are not known, and with them how many there are of aws_instance.two",
		"data.aws_availability_zones.all is not known, and with it how many there are of aws_instance.zone and aws_subnet.zone",
		"data.aws_availability_zones.here of 2 module calls is not known, and with it how many there are of aws_instance.here",
		"var.more and var.other have no value",
		"there is no variable nn to give a value to",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
