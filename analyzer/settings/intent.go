package settings

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// IntentKind is the kind of an intent: what the team states about packets.
type IntentKind string

// The kinds of intent, as their blocks are called.
const (
	// Deny: no packet gets from one set to the other.
	Deny IntentKind = "deny"
	// AllowOnly: nobody but one set reaches the other.
	AllowOnly IntentKind = "allow_only"
	// MustReach: every packet gets from each of one set to each of the other,
	// and its reply back.
	MustReach IntentKind = "must_reach"
	// Isolated: nothing gets from any of several sets to another, either way.
	Isolated IntentKind = "isolated"
	// Through: what gets from one set to the other passes one of the third.
	Through IntentKind = "through"
	// NoNewExposure: the internet reaches nothing that it did not reach before.
	NoNewExposure IntentKind = "no_new_exposure"
	// Scope: one of the standard scopes of Network Access Analyzer.
	Scope IntentKind = "scope"
)

// Intent is a statement of the team about its network, to be proven over all
// packets.
type Intent struct {
	Kind IntentKind
	Name string
	// From, To and Via are endpoint sets: selectors such as "internet",
	// "tag:tier=db" or "module.app.*", those after a "!" taken away again.
	From, To, Via []string
	// Between are the sets that are kept apart.
	Between [][]string
	// Flows are the packets that it is about; none means all.
	Flows []string
	// Forward counts packets whose reply does not return too (M-2).
	Forward bool
	// Severity is that of its findings.
	Severity   string
	Reason     string
	Owner      string
	Exceptions []Exception
	Range      tf.Range
}

// Exception is a part of an intent that somebody answers for. An empty set
// means everything that the intent is about.
type Exception struct {
	From, To, Flows []string
	Reason          string
	Owner           string
	Until           string // YYYY-MM-DD, or empty
	Range           tf.Range
}

// SelectsByTag reports whether an intent selects by tags, which are read only
// then. A nil Settings has none.
func (s *Settings) SelectsByTag() bool {
	if s == nil {
		return false
	}
	byTag := func(selectors []string) bool {
		return slices.ContainsFunc(selectors, func(text string) bool {
			return strings.HasPrefix(strings.TrimPrefix(text, "!"), "tag:")
		})
	}
	return slices.ContainsFunc(s.Intents, func(it Intent) bool {
		return byTag(it.From) || byTag(it.To) || slices.ContainsFunc(it.Between, byTag) ||
			slices.ContainsFunc(it.Exceptions, func(e Exception) bool { return byTag(e.From) || byTag(e.To) })
	})
}

// intentForms are the arguments that each kind takes, and those that it needs.
var intentForms = map[IntentKind]struct{ takes, needs []string }{
	Deny:          {[]string{"from", "to", "flow", "direction"}, []string{"from", "to"}},
	AllowOnly:     {[]string{"from", "to", "flow", "direction"}, []string{"from", "to"}},
	MustReach:     {[]string{"from", "to", "flow"}, []string{"from", "to"}},
	Isolated:      {[]string{"between", "flow", "direction"}, []string{"between"}},
	Through:       {[]string{"from", "to", "via", "flow", "direction"}, []string{"from", "to", "via"}},
	NoNewExposure: {[]string{"to", "flow"}, nil},
	Scope:         {[]string{"from", "to", "flow"}, nil},
}

// intentKinds are the names of the blocks.
func intentKinds() []string {
	var names []string
	for kind := range intentForms {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return names
}

// intent reads the block of an intent.
func (l *loader) intent(b *hclsyntax.Block) {
	kind := IntentKind(b.Type)
	if len(b.Labels) != 1 || b.Labels[0] == "" {
		l.errorf(b.DefRange(), "Write "+b.Type+" \"NAME\" { … }; the name stands in findings.", "%s needs a name", b.Type)
		return
	}
	it := Intent{Kind: kind, Name: b.Labels[0], Severity: "high", Range: l.rangeOf(b.DefRange())}
	if slices.ContainsFunc(l.s.Intents, func(o Intent) bool { return o.Name == it.Name }) {
		l.errorf(b.LabelRanges[0], "Give each intent a name of its own.", "there are two intents called %q", it.Name)
		return
	}
	if kind == Scope && !l.oneOf(b.LabelRanges[0], "scope", it.Name, l.known.Scopes) {
		return
	}
	before := len(l.diags)
	form := intentForms[kind]
	lists := map[string]*[]string{"from": &it.From, "to": &it.To, "via": &it.Via, "flow": &it.Flows}
	for _, a := range sorted(b.Body.Attributes) {
		general := slices.Contains([]string{"severity", "reason", "owner"}, a.Name)
		if !general && !slices.Contains(form.takes, a.Name) {
			l.unknown(a.NameRange, "argument of "+b.Type, a.Name, append(slices.Clone(form.takes), "severity", "reason", "owner")...)
			continue
		}
		switch a.Name {
		case "severity":
			if s, ok := l.text(a); ok && l.oneOf(a.Expr.Range(), "severity", s, l.known.Severities) {
				it.Severity = s
			}
		case "reason":
			it.Reason, _ = l.text(a)
		case "owner":
			it.Owner, _ = l.text(a)
		case "direction":
			if s, ok := l.text(a); ok && l.oneOf(a.Expr.Range(), "direction", s, []string{"forward", "two-way"}) {
				it.Forward = s == "forward"
			}
		case "between":
			it.Between = l.sets(a)
		default:
			*lists[a.Name] = l.list(a)
		}
	}
	for _, inner := range b.Body.Blocks {
		if inner.Type != "except" {
			l.unknown(inner.TypeRange, "block in "+b.Type, inner.Type, "except")
			continue
		}
		l.exception(inner, &it)
	}
	set := map[string]bool{"from": len(it.From) > 0, "to": len(it.To) > 0, "via": len(it.Via) > 0, "between": len(it.Between) > 1}
	for _, name := range form.needs {
		if !set[name] && len(l.diags) == before {
			l.errorf(b.DefRange(), needed[name], "%s %q needs %s", b.Type, it.Name, name)
		}
	}
	if len(l.diags) == before {
		l.s.Intents = append(l.s.Intents, it)
	}
}

// needed says how to write what is missing.
var needed = map[string]string{
	"from":    "Write from = [\"internet\"] or from = [\"tag:tier=web\"].",
	"to":      "Write to = [\"tag:tier=db\"] or to = [\"aws_db_instance.main\"].",
	"via":     "Write via = [\"aws_networkfirewall_firewall.main\"].",
	"between": "Write between = [[\"tag:env=prod\"], [\"tag:env=dev\"]].",
}

// exception reads an except block.
func (l *loader) exception(b *hclsyntax.Block, it *Intent) {
	e := Exception{Range: l.rangeOf(b.DefRange())}
	l.noBlocks(b)
	before := len(l.diags)
	for _, a := range sorted(b.Body.Attributes) {
		switch a.Name {
		case "from":
			e.From = l.list(a)
		case "to":
			e.To = l.list(a)
		case "flow":
			e.Flows = l.list(a)
		case "reason":
			e.Reason, _ = l.text(a)
		case "owner":
			e.Owner, _ = l.text(a)
		case "until":
			if e.Until, _ = l.text(a); !IsDate(e.Until) {
				l.errorf(a.Expr.Range(), "Write it as \"2027-01-31\".", "until is no date")
			}
		default:
			l.unknown(a.NameRange, "argument of except", a.Name, "from", "to", "flow", "reason", "owner", "until")
		}
	}
	if len(l.diags) > before {
		return
	}
	switch {
	case e.Owner == "" || e.Reason == "":
		l.errorf(b.DefRange(), "An exception says why it exists and who answers for it.", "except needs reason and owner")
	case len(e.From)+len(e.To)+len(e.Flows) == 0:
		l.errorf(b.DefRange(), "Say which part is excepted: from, to or flow.", "except is about everything")
	default:
		it.Exceptions = append(it.Exceptions, e)
	}
}

// list is an argument that holds strings; flows are read to be sure that they
// are some.
func (l *loader) list(a *hclsyntax.Attribute) []string {
	v, ok := l.value(a, cty.DynamicPseudoType)
	if !ok {
		return nil
	}
	var out []string
	if v.Type() == cty.String {
		out = []string{v.AsString()}
	} else if v, ok = l.value(a, cty.List(cty.String)); ok {
		out = stringsOf(v)
	}
	for _, s := range out {
		switch {
		case strings.Trim(s, "! ") == "":
			l.errorf(a.Expr.Range(), "", "%s holds an empty string", a.Name)
		case a.Name == "flow":
			if _, err := packet.ParseFlow(s); err != nil {
				l.errorf(a.Expr.Range(), "Write tcp/443, tcp/22,8000-8080, udp, icmp/8/0 or a protocol number.", "%v", err)
			}
		}
	}
	return out
}

// sets is an argument that holds lists of strings.
func (l *loader) sets(a *hclsyntax.Attribute) [][]string {
	v, ok := l.value(a, cty.List(cty.List(cty.String)))
	if !ok {
		return nil
	}
	var out [][]string
	for _, set := range v.AsValueSlice() {
		if names := stringsOf(set); len(names) > 0 {
			out = append(out, names)
		}
	}
	return out
}
