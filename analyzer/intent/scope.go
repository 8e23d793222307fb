package intent

import (
	"maps"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/settings"
)

// scope is one of the standard scopes of Network Access Analyzer (D3), as the
// statement that nothing flows in it but what the team excepts.
type scope struct {
	title    string
	kind     settings.IntentKind
	from, to []string
}

// scopes are the standard scopes by name.
var scopes = map[string]scope{
	"internet-ingress":      {"nothing is reached from the internet", settings.Deny, []string{"internet", "internet6"}, []string{"*"}},
	"internet-egress":       {"nothing reaches the internet", settings.Deny, []string{"*"}, []string{"internet", "internet6"}},
	"vpc-segmentation":      {"nothing flows between VPCs", settings.Isolated, nil, nil},
	"on-premises-ingress":   {"nothing is reached from on-premises networks", settings.Deny, []string{"onprem:0.0.0.0/0"}, []string{"*"}},
	"on-premises-egress":    {"nothing reaches on-premises networks", settings.Deny, []string{"*"}, []string{"onprem:0.0.0.0/0"}},
	"internet-to-databases": {"no data store is reached from the internet", settings.Deny, []string{"internet", "internet6"}, []string{"kind:data-store"}},
}

// Scopes are the names of the standard scopes.
func Scopes() []string { return slices.Sorted(maps.Keys(scopes)) }

// expand makes the statement of a scope; its own sets narrow it.
func (j *judge) expand(it settings.Intent) settings.Intent {
	s := scopes[it.Name]
	it.Kind = s.kind
	if len(it.From) == 0 {
		it.From = s.from
	}
	if len(it.To) == 0 {
		it.To = s.to
	}
	if it.Kind == settings.Isolated {
		for _, v := range j.view.Network.VPCs {
			if v.Resource != nil && !v.Outside {
				it.Between = append(it.Between, []string{"vpc:" + v.Resource.Address})
			}
		}
	}
	if it.Reason == "" {
		it.Reason = s.title
	}
	return it
}
