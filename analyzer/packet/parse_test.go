package packet

import (
	"strings"
	"testing"
)

func TestParseFlow(t *testing.T) {
	for flow, want := range map[string]string{
		"":                 "all from 0.0.0.0/0",
		"all":              "all from 0.0.0.0/0",
		"-1":               "all from 0.0.0.0/0",
		"tcp":              "tcp from 0.0.0.0/0",
		" TCP/443 ":        "tcp/443 from 0.0.0.0/0",
		"tcp/22,8000-8080": "tcp/22,8000-8080 from 0.0.0.0/0",
		"tcp/0-65535":      "tcp from 0.0.0.0/0",
		"6/22":             "tcp/22 from 0.0.0.0/0",
		"icmp/8/0":         "icmp/8/0 from 0.0.0.0/0",
		"icmp/8":           "icmp/8 from 0.0.0.0/0",
		"icmp/0-7,8/1-255": "icmp/0-7,8/1-255 from 0.0.0.0/0",
		"icmpv6/128":       "icmpv6/128 from 0.0.0.0/0",
		"47":               "47 from 0.0.0.0/0",
		"0,2-5":            "0,2-5 from 0.0.0.0/0",
	} {
		restrict, err := ParseFlow(flow)
		if err != nil {
			t.Errorf("%q: %v", flow, err)
			continue
		}
		if got := restrict(Everything(IPv4)).String(); got != want {
			t.Errorf("%q: got %s, want %s", flow, got, want)
		}
	}
}

func TestParseFlowErrors(t *testing.T) {
	for flow, want := range map[string]string{
		"ssh":                      `unknown protocol "ssh"`,
		"256":                      "unknown protocol",
		"-2":                       "unknown protocol",
		"/22":                      "unknown protocol",
		"tcp/":                     `port "" is not a number`,
		"tcp/https":                `port "https" is not a number`,
		"tcp/+22":                  "is not a number",
		"tcp/65536":                "is not within 0-65535",
		"tcp/443-22":               "ends before it begins",
		"tcp/22,":                  `port "" is not a number`,
		"tcp/22/23":                "is not a number",
		"47/22":                    "only tcp and udp have ports",
		"all/22":                   "unknown protocol",
		"icmp/256":                 "ICMP type",
		"icmp/8/256":               "ICMP code",
		"icmp/0-8/1":               "belongs to one type",
		"tcp/99999999999999999999": "is not a number",
	} {
		_, err := ParseFlow(flow)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "flow ") {
			t.Errorf("%q: got %v, want %s", flow, err, want)
		}
	}
}

// FuzzParseFlow holds that what parses restricts, and prints as something that
// parses to the same.
func FuzzParseFlow(f *testing.F) {
	for _, seed := range []string{"", "tcp/22,8000-8080", "icmp/8/0", "0,2-5", "icmpv6/128", "udp/1-", "6,17/22"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, flow string) {
		restrict, err := ParseFlow(flow)
		if err != nil {
			return
		}
		var again Set
		s := restrict(Everything(IPv4))
		for _, line := range s.Flows() {
			text, _, _ := strings.Cut(line.String(), " ")
			part, err := ParseFlow(text)
			if err != nil {
				t.Fatalf("%q prints as %q: %v", flow, text, err)
			}
			again = again.Union(part(Everything(IPv4)))
		}
		if s.IsEmpty() || !again.Equal(s) {
			t.Fatalf("%q: %v, printed %v", flow, s, again)
		}
	})
}
