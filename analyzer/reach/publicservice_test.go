package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestPublicServices: what the internet reaches without a path through a VPC
// is an exposure and a yes, whatever guards its private side (SVC-5, SVC-20).
func TestPublicServices(t *testing.T) {
	known := func(cidr string) tf.Val[netip.Prefix] { return tf.KnownVal(netip.MustParsePrefix(cidr)) }
	https := []aws.ServicePort{{Protocol: packet.TCP, From: 443, To: 443}}
	for _, tt := range []struct {
		name    string
		public  tf.Tri
		sources []tf.Val[netip.Prefix]
		ports   []aws.ServicePort
		flow    string
		want    reach.Verdict
		codes   string
		waits   string
		exposed int
	}{
		{"everyone", tf.Yes, []tf.Val[netip.Prefix]{known("0.0.0.0/0")}, https, "tcp/443", reach.Yes, "", "", 1},
		{"a list", tf.Yes, []tf.Val[netip.Prefix]{known("203.0.113.0/24")}, https, "tcp/443", reach.Yes, "", "", 1},
		{"nobody of the internet", tf.Yes, []tf.Val[netip.Prefix]{known("10.0.0.0/8")}, https, "tcp/443", reach.No,
			"FILTER_AT_DESTINATION_SOURCE_ADDRESS at aws_instance.a", "", 0},
		{"another port", tf.Yes, []tf.Val[netip.Prefix]{known("0.0.0.0/0")}, https, "tcp/22", reach.No, "PROTOCOL_RESTRICTION at aws_instance.a", "", 1},
		{"switched off", tf.No, []tf.Val[netip.Prefix]{known("0.0.0.0/0")}, https, "tcp/443", reach.No, "NO_PATH at aws_instance.a", "", 0},
		{"switch not known", tf.Maybe, []tf.Val[netip.Prefix]{known("0.0.0.0/0")}, https, "tcp/443", reach.Unknown, "", "public:aws_instance.a", 1},
		{"list not known", tf.Yes, []tf.Val[netip.Prefix]{tf.UnknownVal[netip.Prefix]()}, https, "tcp/443", reach.Unknown, "", "sources:aws_instance.a", 2},
		{"ports not known", tf.Yes, []tf.Val[netip.Prefix]{known("0.0.0.0/0")}, nil, "tcp/443", reach.Unknown, "", "listens:aws_instance.a", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			// Its private side is as closed as can be.
			o := w.host("a", w.private, tf.No, w.group("none")).Object
			w.n.PublicServices = []*aws.PublicService{{Object: o, Service: "API of a", Public: tt.public, Sources: tt.sources, Ports: tt.ports}}
			a := w.ask(t, "internet", "aws_instance.a", tt.flow)
			if a.Answer != tt.want || codes(a) != tt.codes || facts(a.Waits) != tt.waits {
				t.Errorf("%s by %q waiting for %q", a.Answer, codes(a), facts(a.Waits))
			}
			if got := reach.Compile(w.n).FromInternet(); len(got) != tt.exposed {
				t.Errorf("%d exposures, want %d", len(got), tt.exposed)
			}
		})
	}
}

// TestOnlyPublicService: what has no interface is reached from the internet;
// from elsewhere nobody can say.
func TestOnlyPublicService(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No)
	w.n.PublicServices = []*aws.PublicService{{
		Object: object("aws_opensearch_domain.d"), Service: "search endpoint", Public: tf.Yes,
		Sources: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0"))},
		Ports:   []aws.ServicePort{{Protocol: packet.TCP, From: 443, To: 443}},
	}}
	for from, want := range map[string]reach.Verdict{
		"internet": reach.Yes, "internet:203.0.113.7": reach.Yes, "internet6": reach.No, "aws_instance.a": reach.Unknown, "onprem:192.168.1.1": reach.Unknown,
	} {
		if a := w.ask(t, from, "aws_opensearch_domain.d", "tcp/443"); a.Answer != want || want == reach.Yes && !a.Complete {
			t.Errorf("from %s: %s, complete %t, want %s", from, a.Answer, a.Complete, want)
		}
	}
}

// Hosts of the network reach a public service over the internet, as whoever is
// among those that it answers (SVC-5).
func TestPublicServiceFromInside(t *testing.T) {
	for sources, want := range map[string]reach.Verdict{"0.0.0.0/0": reach.Yes, "198.51.100.0/24": reach.Unknown, "10.0.0.0/8": reach.No} {
		w := newWorld()
		w.host("a", w.public, tf.Yes, w.group("a"))
		api := w.host("api", w.private, tf.No, w.group("api"))
		w.n.PublicServices = []*aws.PublicService{{Object: api.Object, Service: "API", Public: tf.Yes, Cause: aws.Cause{Resource: api.Resource},
			Sources: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix(sources))}, Ports: []aws.ServicePort{{Protocol: packet.TCP, From: 443, To: 443}}}}
		got := w.ask(t, "aws_instance.a", "aws_instance.api", "tcp/443")
		through := reach.No
		for _, f := range got.Through {
			through = f.Verdict()
		}
		if got.Answer != reach.No || through != want {
			t.Errorf("answers %s: %s, over the internet %s; want no and %s", sources, got.Answer, through, want)
		}
	}
}
