package settings

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

func ssh() packet.Set {
	return packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(packet.PortRange(22, 22)).
		From(packet.Prefixes(netip.MustParsePrefix("0.0.0.0/0")))
}

func TestBaselineRoundTrip(t *testing.T) {
	b := &Baseline{Entries: []Entry{
		{Fingerprint: "b", Check: "imds-v1", Stack: "prod", Address: "aws_instance.b", Severity: "low"},
		{Fingerprint: "a", Check: "internet-reaches-admin-port", Stack: "prod", Address: "aws_instance.a", Severity: "critical",
			Flows: ssh(), Subjects: []string{"aws_instance.z", "aws_instance.a", "aws_instance.a"}, Reason: "a < b", Owner: "ops", Until: "2027-01-31"},
	}}
	data, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "format_version": "1.0",
  "accepted": [
    {
      "fingerprint": "a",
      "check": "internet-reaches-admin-port",
      "stack": "prod",
      "address": "aws_instance.a",
      "severity": "critical",
      "flows": [
        {
          "protocol": "tcp",
          "ports": [
            "22"
          ],
          "sources": [
            "0.0.0.0/0"
          ]
        }
      ],
      "subjects": [
        "aws_instance.a",
        "aws_instance.z"
      ],
      "reason": "a < b",
      "owner": "ops",
      "until": "2027-01-31"
    },
    {
      "fingerprint": "b",
      "check": "imds-v1",
      "stack": "prod",
      "address": "aws_instance.b",
      "severity": "low",
      "flows": [],
      "subjects": []
    }
  ]
}
`
	if string(data) != want {
		t.Errorf("got %s", data)
	}
	read, err := LoadBaseline("baseline.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Entries) != 2 || !read.Entries[0].Flows.Equal(ssh()) || read.Entries[0].Owner != "ops" {
		t.Errorf("read back %+v", read.Entries)
	}
	again, err := read.Marshal()
	if err != nil || string(again) != want {
		t.Errorf("written again: %s (%v)", again, err)
	}
}

func TestLoadBaselineRejects(t *testing.T) {
	for text, want := range map[string]string{
		`not JSON`:                 `is no baseline`,
		`{}`:                       `has no format_version`,
		`{"format_version":"2.0"}`: `newer than this tfcheck reads`,
		`{"format_version":"1.0","accepted":[{}]}`:                                                          `has no fingerprint`,
		`{"format_version":"1.0","accepted":[{"fingerprint":"a","until":"x"}]}`:                             `is no date`,
		`{"format_version":"1.0","accepted":[{"fingerprint":"a","flows":[{"protocol":"tcp"}]}]}`:            `addresses`,
		`{"format_version":"1.0","accepted":[{"fingerprint":"a","flows":[{"protocol":"x","sources":[]}]}]}`: `unknown protocol`,
	} {
		if _, err := LoadBaseline("baseline.json", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if _, err := LoadBaseline("baseline.json", []byte(`{"format_version":"1.7","new":true,"accepted":[]}`)); err != nil {
		t.Errorf("a later minor version: %v", err)
	}
}
