package driver_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Whatever may not be there (U-12), with all that refers to it: what may pass
// then is at least what passes with it and what passes without it, and what
// certainly passes does so in both cases. It is tried with every resource of
// every fixture.
func TestWithOrWithout(t *testing.T) {
	if testing.Short() {
		t.Skip("asks a hundred thousand questions")
	}
	var dirs []string
	err := filepath.WalkDir(filepath.Join("..", "..", "fixtures"), func(path string, e os.DirEntry, err error) error {
		if e != nil && e.Name() == "main.tf" {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	if err != nil || len(dirs) == 0 {
		t.Fatal(dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.ToSlash(dir), func(t *testing.T) {
			withOrWithout(t, open(t, dir)[0])
		})
	}
}

// plain is a network in which the internet reaches a and, by the default
// group and main table, b; a and c speak by a peering.
const plain = `
provider "aws" {
  region = "eu-west-1"
}
locals {
  c = aws_vpc.c.id
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "c" {
  cidr_block = "10.1.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "b" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.2.0/24"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "c" {
  vpc_id     = local.c
  cidr_block = "10.1.1.0/24"
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_route" "a" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route" "a_to_c" {
  route_table_id            = aws_route_table.a.id
  destination_cidr_block    = "10.1.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.c.id
}
resource "aws_route" "b" {
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route" "c" {
  route_table_id            = aws_vpc.c.main_route_table_id
  destination_cidr_block    = "10.0.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.c.id
}
resource "aws_vpc_peering_connection" "c" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = local.c
  auto_accept = true
}
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "a" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.a.id]
}
resource "aws_instance" "b" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.b.id
}
resource "aws_instance" "c" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.c.id
}
resource "aws_ec2_transit_gateway" "main" {}
`

// more are elements that hang on others, or manage what AWS has made, and
// that change what the plain network lets through.
var more = map[string]string{
	"default ACL":   `resource "aws_default_network_acl" "x" { default_network_acl_id = aws_vpc.main.default_network_acl_id }`,
	"default group": `resource "aws_default_security_group" "x" { vpc_id = aws_vpc.main.id }`,
	"default table": `resource "aws_default_route_table" "x" { default_route_table_id = aws_vpc.main.default_route_table_id }`,
	"main table": `resource "aws_route_table" "x" { vpc_id = aws_vpc.main.id }
resource "aws_main_route_table_association" "x" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.x.id
}`,
	"ACL": `resource "aws_network_acl" "x" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.a.id]
}`,
	"ACL association": `resource "aws_network_acl" "x" { vpc_id = aws_vpc.main.id }
resource "aws_network_acl_association" "x" {
  network_acl_id = aws_network_acl.x.id
  subnet_id      = aws_subnet.a.id
}`,
	"ACL rule": `resource "aws_network_acl_rule" "x" {
  network_acl_id = aws_vpc.main.default_network_acl_id
  rule_number    = 10
  protocol       = "-1"
  rule_action    = "deny"
  cidr_block     = "0.0.0.0/0"
}`,
	"group of an interface": `resource "aws_network_interface_sg_attachment" "x" {
  security_group_id    = aws_security_group.a.id
  network_interface_id = aws_instance.b.primary_network_interface_id
}`,
	"propagation": `resource "aws_vpn_gateway" "x" { vpc_id = aws_vpc.main.id }
resource "aws_vpn_connection" "x" {
  type                = "ipsec.1"
  customer_gateway_id = "cgw-0123456789abcdef0"
  vpn_gateway_id      = aws_vpn_gateway.x.id
  static_routes_only  = true
}
resource "aws_vpn_connection_route" "x" {
  vpn_connection_id      = aws_vpn_connection.x.id
  destination_cidr_block = "8.0.0.0/8"
}
resource "aws_vpn_gateway_route_propagation" "x" {
  route_table_id = aws_route_table.a.id
  vpn_gateway_id = aws_vpn_gateway.x.id
}`,
	"attached VPN gateway": `resource "aws_vpn_gateway" "x" {}
resource "aws_vpn_gateway_attachment" "x" {
  vpc_id         = aws_vpc.main.id
  vpn_gateway_id = aws_vpn_gateway.x.id
}
resource "aws_route" "x" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "192.168.0.0/16"
  gateway_id             = aws_vpn_gateway.x.id
}`,
	"prefix list of a route": `resource "aws_ec2_managed_prefix_list" "x" {
  name           = "office"
  address_family = "IPv4"
  max_entries    = 5
}
resource "aws_ec2_managed_prefix_list_entry" "x" {
  prefix_list_id = aws_ec2_managed_prefix_list.x.id
  cidr           = "8.0.0.0/8"
}
resource "aws_route" "x" {
  route_table_id             = aws_route_table.a.id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.x.id
  transit_gateway_id         = aws_ec2_transit_gateway.main.id
}`,
	"route elsewhere": `resource "aws_route" "x" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "8.0.0.0/8"
  transit_gateway_id     = aws_ec2_transit_gateway.main.id
}`,
	"Elastic IP": `resource "aws_eip_association" "x" {
  allocation_id = "eipalloc-0123456789abcdef0"
  instance_id   = aws_instance.b.id
}`,
	"Block Public Access": `resource "aws_vpc_block_public_access_options" "x" { internet_gateway_block_mode = "block-bidirectional" }
resource "aws_vpc_block_public_access_exclusion" "x" {
  subnet_id                       = aws_subnet.a.id
  internet_gateway_exclusion_mode = "allow-bidirectional"
}`,
}

// The same for elements that no fixture has.
func TestWithOrWithoutMore(t *testing.T) {
	for name, text := range more {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(plain+text), 0o600); err != nil {
				t.Fatal(err)
			}
			withOrWithout(t, open(t, dir)[0])
		})
	}
}

func withOrWithout(t *testing.T, s *tf.Stack) {
	t.Helper()
	with := s.After.Resources
	ends := ends(with)
	certain := answers(t, s, with, ends)
	for _, part := range parts(with) {
		var without, perhaps []*tf.Resource
		for _, r := range with {
			if !part[r.Address] {
				without, perhaps = append(without, r), append(perhaps, r)
				continue
			}
			maybe := *r
			maybe.Maybe = true
			perhaps = append(perhaps, &maybe)
		}
		gone, open := answers(t, s, without, ends), answers(t, s, perhaps, ends)
		for _, q := range slices.Sorted(maps.Keys(open)) {
			a, b, got := certain[q], gone[q], open[q]
			if !a.May.Union(b.May).SubsetOf(got.May) {
				t.Errorf("%s without %v: what passes only with or only without it is denied", q, slices.Sorted(maps.Keys(part)))
			}
			if !got.Must.SubsetOf(a.Must.Intersect(b.Must)) {
				t.Errorf("%s without %v: what passes only with or only without it is certain", q, slices.Sorted(maps.Keys(part)))
			}
		}
	}
}

// parts are the addresses of every block with those of what refers to it.
func parts(resources []*tf.Resource) []map[string]bool {
	refers := map[string]map[string]bool{} // by what is referred to
	for _, r := range resources {
		note := func(s tf.Symbol) {
			to := tf.StripKeys(s.Address)
			if refers[to] == nil {
				refers[to] = map[string]bool{}
			}
			refers[to][tf.StripKeys(r.Address)] = true
		}
		r.Values.Rewrite(func(v tf.Value) tf.Value {
			if s, ok := v.Symbol(); ok {
				note(s)
			}
			for _, s := range v.Candidates() {
				note(s)
			}
			return v
		}, func(a *tf.Assumption) *tf.Assumption { return a })
	}
	var out []map[string]bool
	seen := map[string]bool{}
	for _, r := range resources {
		block := tf.StripKeys(r.Address)
		if seen[block] {
			continue
		}
		seen[block] = true
		blocks, todo := map[string]bool{}, []string{block}
		for len(todo) > 0 {
			next := todo[0]
			todo = todo[1:]
			if !blocks[next] {
				blocks[next] = true
				todo = append(todo, slices.Collect(maps.Keys(refers[next]))...)
			}
		}
		part := map[string]bool{}
		for _, r := range resources {
			if blocks[tf.StripKeys(r.Address)] {
				part[r.Address] = true
			}
		}
		out = append(out, part)
	}
	return out
}

// manyEnds bounds the pairs of a fixture that are asked about.
const manyEnds = 6

// ends are end points of questions.
func ends(resources []*tf.Resource) []string {
	out := []string{"internet", "onprem:192.168.0.0/16"}
	for _, r := range resources {
		switch {
		case len(out) == manyEnds:
			return out
		case r.Addr.Mode != tf.Managed:
		case r.Addr.Type == "aws_instance", r.Addr.Type == "aws_lb", r.Addr.Type == "aws_db_instance", r.Addr.Type == "aws_subnet" && len(out) < 4:
			out = append(out, r.Address)
		}
	}
	return out
}

// answers are what gets from any end to any other, and what comes in from the
// internet.
func answers(t *testing.T, s *tf.Stack, resources []*tf.Resource, ends []string) map[string]reach.Relation {
	t.Helper()
	variant := *s
	variant.After = tf.NewSnapshot(slices.Clone(resources))
	graph := driver.Graph([]*tf.Stack{&variant}, nil)
	out := map[string]reach.Relation{}
	for _, from := range ends {
		for _, to := range ends {
			q := reach.Question{Packets: packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6))}
			var err1, err2 error
			q.From, err1 = graph.Endpoint(from)
			q.To, err2 = graph.Endpoint(to)
			if err1 == nil && err2 == nil && from != to {
				out[from+" to "+to] = graph.Ask(q).Flows
			}
		}
	}
	for _, f := range graph.FromInternet() {
		if strings.Contains(f.To.Label, "outside") {
			continue
		}
		key := "internet to " + f.To.Label + ", all"
		all := out[key]
		out[key] = reach.Relation{Must: all.Must.Union(f.Reachable.Must), May: all.May.Union(f.Reachable.May)}
	}
	return out
}
