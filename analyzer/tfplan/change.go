package tfplan

import (
	"bytes"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// header is what the parts of the input say of an instance apart from its
// values.
type header struct {
	address, previous, module, mode, typ, name string
	deposed                                    bool
	provider                                   string
}

// header reads one member of a resource into h; it is false for members that
// say nothing about its address.
func (rd *reader) header(h *header, name []byte, c *cursor) bool {
	switch string(name) {
	case "address":
		h.address = string(c.text())
	case "previous_address":
		h.previous = string(c.text())
	case "module_address":
		h.module = rd.vals.names.intern(c.text())
	case "mode":
		h.mode = rd.vals.names.intern(c.text())
	case "type":
		h.typ = rd.vals.names.intern(c.text())
	case "name":
		h.name = rd.vals.names.intern(c.text())
	case "deposed", "deposed_key":
		key := c.raw()
		h.deposed = len(key) > 2 && key[0] == '"'
	default:
		return false
	}
	return true
}

// parse takes the address apart. The parts are given beside it; only the key
// must be cut out, as it is quoted in HCL's way there.
func (h *header) parse() (tf.Address, bool) {
	a := tf.Address{Module: h.module, Type: h.typ, Name: h.name}
	if h.mode == "data" {
		a.Mode = tf.Data
	}
	if prefix := a.String(); strings.HasPrefix(h.address, prefix) && h.typ != "" && h.name != "" {
		a.Key = h.address[len(prefix):]
		if a.Key == "" || a.Key[0] == '[' {
			return a, true
		}
	}
	parsed, err := tf.ParseAddress(h.address)
	return parsed, err == nil && parsed.Type != "" && parsed.Name != ""
}

// changeText is the text of the parts of one change.
type changeText struct {
	actions, before, after, afterUnknown, beforeSensitive, afterSensitive []byte
}

func readChange(c *cursor) changeText {
	var t changeText
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "actions":
			t.actions = c.raw()
		case "before":
			t.before = c.raw()
		case "after":
			t.after = c.raw()
		case "after_unknown":
			t.afterUnknown = c.raw()
		case "before_sensitive":
			t.beforeSensitive = c.raw()
		case "after_sensitive":
			t.afterSensitive = c.raw()
		default:
			c.raw()
		}
	}
	return t
}

// actionsOf is the action that a list of actions means.
func actionsOf(text []byte) (action tf.Action, known bool) {
	c := &cursor{b: text}
	names := make([]string, 0, 2)
	for ok := c.enter('['); ok && c.more(); {
		names = append(names, string(c.text()))
	}
	action, known = actionNames[strings.Join(names, ",")]
	return action, known
}

var actionNames = map[string]tf.Action{
	"no-op":         tf.NoOp,
	"create":        tf.Create,
	"read":          tf.Read,
	"update":        tf.Update,
	"delete":        tf.Delete,
	"forget":        tf.Forget,
	"delete,create": tf.Replace,
	"create,delete": tf.Replace,
	"create,forget": tf.Replace, // the old object stays outside Terraform
}

// element reads the header and the change of an element of resource_changes,
// resource_drift or deferred_changes.
func (rd *reader) element(b []byte) (h header, t changeText, ok bool) {
	c := &cursor{b: b}
	if c.peek() != '{' {
		return h, t, false
	}
	for ok := c.enter('{'); ok && c.more(); {
		name := c.text()
		if rd.header(&h, name, c) {
			continue
		}
		if string(name) == "change" {
			t = readChange(c)
			continue
		}
		c.raw()
	}
	return h, t, h.address != ""
}

// change reads one element of resource_changes.
func (rd *reader) change(b []byte) {
	h, t, ok := rd.element(b)
	if !ok || h.typ == "" {
		rd.unreadable++
		return
	}
	action, known := actionsOf(t.actions)
	if !known {
		rd.diagnose(tf.Warning, true, "unknown action on "+h.address, "the plan wants "+string(t.actions)+"; it is taken for an update")
		action = tf.Update
	}
	info := rd.typeInfo(h.typ)
	gone := action == tf.Delete || h.deposed
	if h.mode != "data" && !gone {
		rd.stack.Instances++
		info.count++
	}
	if !info.keep {
		return
	}
	if !gone && rd.addresses[h.address] {
		rd.duplicate(h.address)
		return
	}
	addr, ok := h.parse()
	if !ok {
		rd.diagnose(tf.Warning, true, "the address "+h.address+" cannot be read", "the instance is not analysed")
		return
	}
	r := &tf.Resource{Addr: addr, Address: h.address, Action: action, Moved: h.previous, Deposed: h.deposed}

	hasBefore := len(t.before) > 0 && t.before[0] == '{'
	hasAfter := len(t.after) > 0 && t.after[0] == '{' && !gone
	if action == tf.Forget {
		// It stays in AWS, out of Terraform's hands (U-23).
		hasAfter, t.after, t.afterSensitive = hasBefore, t.before, t.beforeSensitive
		t.afterUnknown = nil
	}
	unknown := rd.maskOf(t.afterUnknown)
	same := hasBefore && hasAfter && h.previous == "" && unknown.isZero() && bytes.Equal(t.before, t.after)
	if hasBefore && !same {
		old := *r
		if h.previous != "" {
			if a, err := tf.ParseAddress(h.previous); err == nil {
				old.Addr, old.Address = a, h.previous
			}
		}
		rd.fill(&old, info, t.before, mask{}, rd.maskOf(t.beforeSensitive))
		rd.before = append(rd.before, &old)
	}
	if !hasAfter {
		if !gone && action != tf.Forget {
			rd.unreadable++
		}
		return
	}
	rd.addresses[r.Address] = true
	rd.fill(r, info, t.after, unknown, rd.maskOf(t.afterSensitive))
	rd.after = append(rd.after, r)
	if same {
		rd.before = append(rd.before, r)
	}
}

func (rd *reader) maskOf(text []byte) mask { return rd.vals.mask(&cursor{b: text}) }

// fill reads the wanted attributes of an instance. One with unknowns waits
// for the configuration.
func (rd *reader) fill(r *tf.Resource, info *typeInfo, text []byte, unknown, sensitive mask) {
	fields := rd.vals.fields(&cursor{b: text}, unknown, sensitive, info.attributes)
	r.Values = marked(tf.ObjectValue(fields...), sensitive.all)
	r.Region = r.Values.Get("region").AsString()
	if !unknown.isZero() {
		rd.pending = append(rd.pending, &pending{r, fields})
	}
}

func (rd *reader) duplicate(address string) {
	rd.diagnose(tf.Warning, true, "the address "+address+" occurs twice", "the first one is analysed; "+showHint)
}

// drift reads what changed outside Terraform: the instance as it is now.
func (rd *reader) drift(b []byte) {
	h, t, ok := rd.element(b)
	if !ok {
		return
	}
	info := rd.typeInfo(h.typ)
	addr, ok := h.parse()
	if !ok || !info.keep || h.deposed {
		return
	}
	action, _ := actionsOf(t.actions)
	r := &tf.Resource{Addr: addr, Address: h.address, Action: action, Moved: h.previous}
	text, sensitive := t.after, t.afterSensitive
	if action == tf.Delete {
		text, sensitive = t.before, t.beforeSensitive
	}
	rd.fill(r, info, text, mask{}, rd.maskOf(sensitive))
	rd.stack.Drift = append(rd.stack.Drift, r)
}

// deferred reads one element of deferred_changes: the plan does not say what
// will become of the instance.
func (rd *reader) deferred(b []byte) {
	rd.stack.Complete = false
	c := &cursor{b: b}
	reason, address := "", ""
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "reason":
			reason = string(c.text())
		case "resource_change":
			h, _, _ := rd.element(c.raw())
			address = h.address
		default:
			c.raw()
		}
	}
	if address == "" {
		address = "an instance"
	}
	rd.diagnose(tf.Warning, true, "the change of "+address+" is deferred", "reason: "+strings.ReplaceAll(reason, "_", " ")+"; apply, and plan again to have it analysed (U-21)")
}
