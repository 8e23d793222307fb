// Package plangen writes large Terraform plans for benchmarks: plans that look
// like what `terraform show -json` prints, with the mix of real ones; and
// configurations. Only tests import it.
//
// A plan is a number of stacks, each a module of the root module: a VPC with
// its subnets, gateways, load balancer and rules, the servers and the database
// in it, and what usually stands around them (see [stack]). The stacks are
// alike but for names, identifiers and addresses, so that each is rendered
// once, as text with placeholders, and any number of them is streamed.
package plangen

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Options is what plan to write.
type Options struct {
	// Resources is how many resource instances the plan has at least; it is
	// rounded up to whole stacks.
	Resources int
	// Update asks for a plan that changes a little of what exists, instead of
	// one that creates everything.
	Update bool
}

// findingEvery is one in how many stacks has SSH open to the world.
const findingEvery = 10

// Write writes the plan.
func Write(w io.Writer, o Options) error {
	ordinary, err := render(o.Update, false)
	if err != nil {
		return err
	}
	open, err := render(o.Update, true)
	if err != nil {
		return err
	}
	out := &plan{
		w:      bufio.NewWriterSize(w, 1<<20),
		stacks: (o.Resources + ordinary.instances - 1) / ordinary.instances,
		texts:  func(n int) *texts { return pick(n, open, ordinary) },
	}
	out.write(o.Update)
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

func pick(n int, open, ordinary *texts) *texts {
	if n%findingEvery == 0 {
		return open
	}
	return ordinary
}

// plan is the state of writing one.
type plan struct {
	w      *bufio.Writer
	stacks int
	texts  func(n int) *texts
	err    error
}

func (p *plan) write(update bool) {
	p.text(`{"format_version":"1.2","terraform_version":"1.11.4","variables":{"region":{"value":"eu-west-1"}},` +
		`"planned_values":{"root_module":{"child_modules":[`)
	p.each(func(t *texts) string { return t.planned })
	p.text(`]}},"resource_changes":[`)
	p.each(func(t *texts) string { return t.changes })
	p.text(`],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"resources":[` + zones + `]`)
	if update {
		p.text(`,"child_modules":[`)
		p.each(func(t *texts) string { return t.prior })
		p.text(`]`)
	}
	p.text(`}}},"configuration":{"provider_config":{"aws":{"name":"aws","full_name":"registry.terraform.io/hashicorp/aws",` +
		`"version_constraint":"~> 6.0","expressions":{"region":{"references":["var.region"]}}}},"root_module":{"resources":[` +
		zonesConfiguration + `],"module_calls":{`)
	p.each(func(t *texts) string { return t.configuration })
	p.text(`},"variables":{"region":{"default":"eu-west-1","description":"The Region of every stack."}}}},"relevant_attributes":[`)
	p.each(func(t *texts) string { return t.relevant })
	p.text(`],"timestamp":"2026-01-01T00:00:00Z","applyable":true,"complete":true,"errored":false}` + "\n")
}

// each writes a part of every stack, separated by commas.
func (p *plan) each(part func(*texts) string) {
	for n := range p.stacks {
		if n > 0 {
			p.text(",")
		}
		if p.err == nil {
			_, p.err = strings.NewReplacer(
				stackName, fmt.Sprintf("s%05d", n),
				stackHex, fmt.Sprintf("%08x", n),
				stackOctet, fmt.Sprint(n%256),
			).WriteString(p.w, part(p.texts(n)))
		}
	}
}

func (p *plan) text(s string) {
	if p.err == nil {
		_, p.err = p.w.WriteString(s)
	}
}

// The data source of the root module: known before the plan, so that its
// values stand in the prior state only.
const (
	zones = `{"address":"data.aws_availability_zones.available","mode":"data","type":"aws_availability_zones","name":"available",` +
		`"provider_name":"registry.terraform.io/hashicorp/aws","schema_version":0,"values":{"id":"eu-west-1",` +
		`"names":["eu-west-1a","eu-west-1b","eu-west-1c"],"region":"eu-west-1","state":"available"},"sensitive_values":{"names":[false,false,false]}}`
	zonesConfiguration = `{"address":"data.aws_availability_zones.available","mode":"data","type":"aws_availability_zones",` +
		`"name":"available","provider_config_key":"aws","expressions":{"state":{"constant_value":"available"}},"schema_version":0}`
)
