package intent

import (
	"fmt"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// mustReach: every packet gets from each of one set to each of the other, and
// its reply back. Whatever falls short is a finding with what stops it.
func (j *judge) mustReach() error {
	a, b, ok, err := j.sets(j.intent.From, j.intent.To)
	if err != nil || !ok {
		return err
	}
	packets := packetsOf(j.intent.Flows)
	for _, from := range j.singles(a) {
		for _, to := range j.singles(b) {
			if from.Label == to.Label {
				continue
			}
			j.result.Evaluated++
			j.wanted(from, to, packets)
		}
	}
	return nil
}

// singles are the end points of a set one by one.
func (j *judge) singles(s set) []end {
	var out []end
	for _, e := range s.ends("") {
		if !e.inside() {
			out = append(out, e)
			continue
		}
		for _, i := range e.Interfaces {
			out = append(out, end{reach.Endpoint{Kind: reach.Interfaces, Label: ownerOf(i), Interfaces: []*aws.Interface{i}, Object: i.Object}, e.certain})
		}
		for _, lb := range e.Balancers {
			out = append(out, end{reach.Endpoint{Kind: reach.LoadBalancers, Label: lb.Label, Balancers: []*aws.LoadBalancer{lb}, Object: lb.Object}, e.certain})
		}
		for _, s := range e.Services {
			out = append(out, end{reach.Endpoint{Kind: reach.Service, Label: s.Label, Services: []*aws.PublicService{s}, Object: s.Object}, e.certain})
		}
	}
	return out
}

func (e end) inside() bool {
	return len(e.Interfaces)+len(e.Balancers)+len(e.Services) > 0
}

// wanted reports what does not get through between two end points.
func (j *judge) wanted(from, to end, packets packet.Set) {
	answer := j.view.Graph.Ask(reach.Question{From: from.Endpoint, To: to.Endpoint, Packets: packets})
	if answer.Complete {
		return
	}
	f := analyzer.Finding{
		Effect: analyzer.Effect{Stated: j.severity}, Because: []analyzer.Note{j.because()},
		Path: answer.Path, Assumptions: answer.Assumptions,
	}
	verdict, does := analyzer.Violation, "does not reach"
	switch {
	case answer.Answer == reach.Unknown || !from.certain || !to.certain:
		verdict, does = analyzer.Undetermined, "may not reach"
		f.WaitsFor = answer.Waits
	case answer.Answer == reach.Yes:
		does = "reaches only in part"
	}
	f.Cause = aws.Cause{Resource: to.Object.Resource}
	if f.Cause.Resource == nil { // something outside, to which the sender does not get
		f.Cause.Resource = from.Object.Resource
	}
	own := f.Cause
	var stops []string
	for _, h := range answer.Blockers {
		if f.Cause == own && h.Cause.Resource != nil {
			f.Cause = h.Cause
		}
		stops = append(stops, h.Object.Label+": "+h.Detail)
	}
	f.Message = fmt.Sprintf("%s %s %s on %s, which it must", inWords([]string{from.Label})[0], does, inWords([]string{to.Label})[0], packets.Services())
	if len(stops) > 0 {
		f.Fix = "open what stops it: " + strings.Join(stops, "; ")
	}
	f.Subjects = []analyzer.Subject{{Address: to.Label, Verdict: verdict}}
	j.result.Findings = append(j.result.Findings, f)
}
