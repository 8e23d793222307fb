package tfplan

import (
	"bytes"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan/planfile"
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

// instanceChange is what the plan does to one instance.
type instanceChange struct {
	header
	action        tf.Action
	odd           string // the action, if it is none that is known
	before, after content
}

// content is the attributes of an instance as the input holds them, an object
// in JSON or msgpack. What is unknown in it stands beside JSON and inside
// msgpack; what is sensitive stands beside both. The zero content is no object.
type content struct {
	object             []byte
	packed             bool
	unknown, sensitive []byte          // JSON masks
	paths              []planfile.Path // what is sensitive in msgpack
}

func (c *content) isZero() bool { return c.object == nil }

// jsonContent is the content of a member that may be absent or null.
func jsonContent(object, unknown, sensitive []byte) content {
	if len(object) == 0 || object[0] != '{' {
		return content{}
	}
	return content{object: object, unknown: unknown, sensitive: sensitive}
}

// read reads the member of that name.
func (c *instanceChange) read(text *cursor) {
	var actions, before, after, afterUnknown, beforeSensitive, afterSensitive []byte
	for ok := text.enter('{'); ok && text.more(); {
		switch string(text.text()) {
		case "actions":
			actions = text.raw()
		case "before":
			before = text.raw()
		case "after":
			after = text.raw()
		case "after_unknown":
			afterUnknown = text.raw()
		case "before_sensitive":
			beforeSensitive = text.raw()
		case "after_sensitive":
			afterSensitive = text.raw()
		default:
			text.raw()
		}
	}
	c.before = jsonContent(before, nil, beforeSensitive)
	c.after = jsonContent(after, afterUnknown, afterSensitive)
	var known bool
	if c.action, known = actionsOf(actions); !known {
		c.action, c.odd = tf.Update, string(actions)
	}
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

// element reads an element of resource_changes, resource_drift or
// deferred_changes.
func (rd *reader) element(b []byte) (instanceChange, bool) {
	var c instanceChange
	text := &cursor{b: b}
	for ok := text.enter('{'); ok && text.more(); {
		name := text.text()
		switch {
		case rd.header(&c.header, name, text):
		case string(name) == "change":
			c.read(text)
		default:
			text.raw()
		}
	}
	return c, c.address != ""
}

// resourceChange reads one element of resource_changes.
func (rd *reader) resourceChange(b []byte) {
	c, ok := rd.element(b)
	if !ok || c.typ == "" {
		rd.unreadable++
		return
	}
	rd.addChange(&c)
}

// addChange adds what a change makes of an instance.
func (rd *reader) addChange(c *instanceChange) {
	if c.odd != "" {
		rd.diagnose(tf.Warning, true, "unknown action on "+c.address, "the plan wants "+c.odd+"; it is taken for an update")
	}
	info := rd.typeInfo(c.typ)
	gone := c.action == tf.Delete || c.deposed
	if c.mode != "data" && !gone {
		rd.stack.Instances++
		info.count++
	}
	if rd.known != nil && !gone {
		if addr, ok := c.parse(); ok {
			rd.known.note(addr)
		}
	}
	if !info.keep {
		return
	}
	if !gone && rd.addresses[c.address] {
		rd.duplicate(c.address)
		return
	}
	addr, ok := c.parse()
	if !ok {
		rd.diagnose(tf.Warning, true, "the address "+c.address+" cannot be read", "the instance is not analysed")
		return
	}
	r := &tf.Resource{Addr: addr, Address: c.address, Action: c.action, Moved: c.previous, Deposed: c.deposed, Provider: c.provider}

	after := c.after
	switch {
	case gone:
		after = content{}
	case c.action == tf.Forget:
		after = c.before // it stays in AWS, out of Terraform's hands (U-23)
	}
	same := !after.isZero() && c.previous == "" && bytes.Equal(c.before.object, after.object) && rd.isKnown(&after)
	if !c.before.isZero() && !same {
		old := *r
		if c.previous != "" {
			if a, err := tf.ParseAddress(c.previous); err == nil {
				old.Addr, old.Address = a, c.previous
			}
		}
		if rd.fill(&old, info, &c.before) {
			rd.before = append(rd.before, &old)
		}
	}
	if after.isZero() {
		if !gone && c.action != tf.Forget {
			rd.unreadable++
		}
		return
	}
	if !rd.fill(r, info, &after) {
		return
	}
	rd.addresses[r.Address] = true
	rd.after = append(rd.after, r)
	if same {
		rd.before = append(rd.before, r)
	}
}

// isKnown reports whether nothing in a content is unknown that equals what
// there was before.
func (rd *reader) isKnown(c *content) bool {
	if c.packed {
		return true // what is unknown would have made it another
	}
	m := rd.vals.mask(&cursor{b: c.unknown})
	return m.isZero()
}

// fill reads the wanted attributes of an instance; it is false if that is not
// possible. One with unknowns waits for the configuration.
func (rd *reader) fill(r *tf.Resource, info *typeInfo, c *content) bool {
	var fields []tf.Field
	var sensitive mask
	var unknown bool
	if c.packed {
		p := newPack(c.object)
		var err error
		sensitive = rd.vals.packedMask(c.paths)
		if fields, err = rd.vals.packedFields(p, sensitive, info.attributes); err != nil {
			rd.unreadable++
			return false
		}
		unknown = p.unknown
	} else {
		mask := rd.vals.maskOf(&cursor{b: c.unknown}, info.attributes)
		sensitive = rd.vals.maskOf(&cursor{b: c.sensitive}, info.attributes)
		fields = rd.vals.fields(&cursor{b: c.object}, mask, sensitive, info.attributes)
		unknown = !mask.isZero()
	}
	rd.complete(r, fields, sensitive.all, unknown)
	return true
}

// complete gives an instance its attributes.
func (rd *reader) complete(r *tf.Resource, fields []tf.Field, sensitive, unknown bool) {
	r.Values = marked(tf.ObjectValue(fields...), sensitive)
	r.Region = r.Values.Get("region").AsString()
	if unknown {
		rd.pending = append(rd.pending, &pending{r, fields})
	}
}

func (rd *reader) duplicate(address string) {
	rd.diagnose(tf.Warning, true, "the address "+address+" occurs twice", "the first one is analysed; "+showHint)
}

// resourceDrift reads one element of resource_drift.
func (rd *reader) resourceDrift(b []byte) {
	if c, ok := rd.element(b); ok {
		rd.addDrift(&c)
	}
}

// addDrift adds what changed outside Terraform: the instance as it is now.
func (rd *reader) addDrift(c *instanceChange) {
	info := rd.typeInfo(c.typ)
	addr, ok := c.parse()
	if !ok || !info.keep || c.deposed {
		return
	}
	r := &tf.Resource{Addr: addr, Address: c.address, Action: c.action, Moved: c.previous, Provider: c.provider}
	now := c.after
	if c.action == tf.Delete {
		now = c.before
	}
	now.unknown = nil
	if rd.fill(r, info, &now) {
		rd.stack.Drift = append(rd.stack.Drift, r)
	}
}

// deferred reads one element of deferred_changes.
func (rd *reader) deferred(b []byte) {
	c := &cursor{b: b}
	reason, address := "", ""
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "reason":
			reason = string(c.text())
		case "resource_change":
			change, _ := rd.element(c.raw())
			address = change.address
		default:
			c.raw()
		}
	}
	rd.addDeferred(address, reason)
}

// addDeferred says that the plan does not tell what will become of an
// instance.
func (rd *reader) addDeferred(address, reason string) {
	rd.stack.Complete = false
	if address == "" {
		address = "an instance"
	}
	rd.diagnose(tf.Warning, true, "the change of "+address+" is deferred", "reason: "+strings.ReplaceAll(reason, "_", " ")+"; apply, and plan again to have it analysed (U-21)")
}
