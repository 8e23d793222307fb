package plangen

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var (
	output    = flag.String("plan", "", "write a generated plan to this file")
	resources = flag.Int("resources", 100_000, "how many resources the plan written by -plan has")
	update    = flag.Bool("update-plan", false, "make the plan written by -plan an update")
)

// TestWritePlan writes the plan that the flags ask for.
func TestWritePlan(t *testing.T) {
	if *output == "" {
		t.Skip("no -plan")
	}
	file, err := os.Create(*output)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(file, Options{Resources: *resources, Update: *update}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// networkTypes is what the network is made of.
var networkTypes = map[string]bool{
	"aws_vpc": true, "aws_subnet": true, "aws_internet_gateway": true, "aws_nat_gateway": true, "aws_eip": true, "aws_route_table": true,
	"aws_route": true, "aws_route_table_association": true, "aws_network_acl": true, "aws_network_acl_rule": true, "aws_security_group": true,
	"aws_default_security_group": true, "aws_vpc_security_group_ingress_rule": true, "aws_vpc_security_group_egress_rule": true,
	"aws_lb": true, "aws_lb_listener": true, "aws_lb_target_group": true, "aws_lb_target_group_attachment": true,
}

// written is what the tests read of a plan.
type written struct {
	PlannedValues   json.RawMessage `json:"planned_values"`
	ResourceChanges []struct {
		Address string
		Module  string `json:"module_address"`
		Type    string
		Name    string
		Index   any
		Change  struct {
			Actions       []string
			Before, After map[string]any
			AfterUnknown  map[string]any `json:"after_unknown"`
		}
	} `json:"resource_changes"`
	PriorState    json.RawMessage `json:"prior_state"`
	Configuration json.RawMessage
}

func generate(t *testing.T, o Options) (written, int) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, o); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "@") {
		t.Error("a placeholder is left")
	}
	var p written
	if err := json.Unmarshal(b.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	return p, b.Len()
}

// share fails unless part of whole lies between low and high percent.
func share(t *testing.T, what string, part, whole, low, high int) {
	t.Helper()
	if percent := 100 * part / whole; percent < low || percent > high {
		t.Errorf("%s: %d %% (%d of %d), want %d to %d", what, percent, part, whole, low, high)
	}
}

// TestMix holds the generated plans to the mix of real ones.
func TestMix(t *testing.T) {
	for name, o := range map[string]Options{"create": {Resources: 2000}, "update": {Resources: 2000, Update: true}} {
		t.Run(name, func(t *testing.T) {
			p, size := generate(t, o)
			var network, repeated, deepest, open, stacks int
			addresses := map[string]bool{}
			for _, r := range p.ResourceChanges {
				if addresses[r.Address] {
					t.Errorf("%s twice", r.Address)
				}
				addresses[r.Address] = true
				if networkTypes[r.Type] {
					network++
				}
				if r.Index != nil {
					repeated++
				}
				deepest = max(deepest, strings.Count(r.Module, "module."))
				if r.Type == "aws_vpc" {
					stacks++
				}
				if r.Name == "bastion_ssh" && r.Change.After["cidr_ipv4"] == "0.0.0.0/0" {
					open++
				}
			}
			all := len(p.ResourceChanges)
			if all < o.Resources || all > o.Resources+100 {
				t.Errorf("%d resources", all)
			}
			share(t, "instances of network types", network, all, 60, 70)
			share(t, "configuration", len(p.Configuration), size, 30, 60)
			share(t, "instances from count and for_each", repeated, all, 45, 55)
			share(t, "stacks with a finding", open, stacks, 9, 13)
			if deepest != 3 {
				t.Errorf("modules are %d deep", deepest)
			}
			t.Logf("%d bytes a resource, configuration %d %%", size/all, 100*len(p.Configuration)/size)
		})
	}
}

// TestUpdateIsSmall holds that an update changes little, and opens what the
// create plan has open.
func TestUpdateIsSmall(t *testing.T) {
	p, _ := generate(t, Options{Resources: 2000, Update: true})
	changed, opened := 0, 0
	for _, r := range p.ResourceChanges {
		before, after := r.Change.Before, r.Change.After
		differ := false
		for name := range after {
			a, _ := json.Marshal(before[name])
			b, _ := json.Marshal(after[name])
			differ = differ || !bytes.Equal(a, b)
		}
		if want := "no-op"; differ {
			changed++
			want = "update"
			if r.Change.Actions[0] != want {
				t.Errorf("%s: %v, want %s", r.Address, r.Change.Actions, want)
			}
		} else if r.Change.Actions[0] != want {
			t.Errorf("%s: %v, want %s", r.Address, r.Change.Actions, want)
		}
		if r.Name == "bastion_ssh" && differ {
			opened++
		}
	}
	share(t, "changed instances", changed, len(p.ResourceChanges), 1, 10)
	if opened == 0 {
		t.Error("nothing is opened")
	}
}

// TestStacksAreConnected walks from the internet to an instance of each stack,
// by the identifiers of an update plan.
func TestStacksAreConnected(t *testing.T) {
	p, _ := generate(t, Options{Resources: 200, Update: true})
	byID := map[string]map[string]any{}
	tableOf := map[string]string{}
	for _, r := range p.ResourceChanges {
		after := r.Change.After
		byID[after["id"].(string)] = after
		if r.Type == "aws_route_table_association" {
			tableOf[after["subnet_id"].(string)] = after["route_table_id"].(string)
		}
	}
	targets := map[string]string{}
	for _, r := range p.ResourceChanges {
		if r.Type == "aws_route" {
			after := r.Change.After
			targets[after["route_table_id"].(string)], _ = after["gateway_id"].(string)
		}
	}
	found := map[string]bool{}
	for _, r := range p.ResourceChanges {
		if r.Type != "aws_instance" {
			continue
		}
		subnet := byID[r.Change.After["subnet_id"].(string)]
		vpc := byID[subnet["vpc_id"].(string)]
		group := byID[r.Change.After["vpc_security_group_ids"].([]any)[0].(string)]
		gateway := byID[targets[tableOf[subnet["id"].(string)]]]
		if group["vpc_id"] != vpc["id"] {
			t.Errorf("%s: group and subnet are of different VPCs", r.Address)
		}
		if gateway != nil && gateway["vpc_id"] == vpc["id"] {
			found[vpc["id"].(string)] = true
		}
	}
	for _, r := range p.ResourceChanges {
		if r.Type == "aws_vpc" && !found[r.Change.After["id"].(string)] {
			t.Errorf("%s: nothing in it is connected", r.Address)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		var n counter
		if err := Write(&n, Options{Resources: 10_000}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(n))
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
