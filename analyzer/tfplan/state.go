package tfplan

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// valuesMember reads the members of a values representation, as the state,
// prior_state and planned_values have it: a tree of modules.
func (rd *reader) valuesMember(add func(h header, values []byte, sensitive mask)) func(string) error {
	return func(name string) error {
		switch name {
		case "root_module":
			return rd.members(rd.moduleMember("", add))
		case "outputs":
			return rd.members(rd.outputValue)
		}
		return rd.dec.SkipValue()
	}
}

func (rd *reader) moduleMember(module string, add func(h header, values []byte, sensitive mask)) func(string) error {
	return func(name string) error {
		switch name {
		case "address":
			address, err := rd.string()
			module = address
			return err
		case "resources":
			return rd.elements(func(b []byte) { rd.stateResource(module, b, add) })
		case "child_modules":
			if rd.dec.PeekKind() != jsontext.KindBeginArray {
				return rd.dec.SkipValue()
			}
			if _, err := rd.dec.ReadToken(); err != nil {
				return err
			}
			for rd.dec.PeekKind() != jsontext.KindEndArray {
				if err := rd.members(rd.moduleMember("", add)); err != nil {
					return err
				}
			}
			_, err := rd.dec.ReadToken()
			return err
		}
		return rd.dec.SkipValue()
	}
}

// stateResource reads one resource instance of a values representation.
func (rd *reader) stateResource(module string, b []byte, add func(h header, values []byte, sensitive mask)) {
	c := &cursor{b: b}
	h := header{module: module}
	var values []byte
	var sensitive mask
	for ok := c.enter('{'); ok && c.more(); {
		name := c.text()
		if rd.header(&h, name, c) {
			continue
		}
		switch string(name) {
		case "values":
			values = c.raw()
		case "sensitive_values":
			sensitive = rd.vals.mask(c)
		default:
			c.raw()
		}
	}
	if h.address == "" {
		return
	}
	if h.module == "" {
		// Modules may give their address after their resources.
		if a, err := tf.ParseAddress(h.address); err == nil {
			h.module = rd.vals.names.intern([]byte(a.Module))
		}
	}
	add(h, values, sensitive)
}

// addState adds an instance of a state.
func (rd *reader) addState(h header, values []byte, sensitive mask) {
	rd.add(h, tf.NoOp, values, sensitive, false)
}

// addPlanned adds an instance of planned_values, which does not say whether
// the instance exists: it is taken for new.
func (rd *reader) addPlanned(h header, values []byte, sensitive mask) {
	rd.add(h, tf.Create, values, sensitive, false)
}

// addPrior adds a data source that was read while planning (U-6). It is the
// same before and after; managed resources come from resource_changes.
func (rd *reader) addPrior(h header, values []byte, sensitive mask) {
	if h.mode == "data" && h.typ == "terraform_remote_state" {
		v := rd.vals.value(&cursor{b: values}, mask{}, sensitive)
		rd.remote[h.address] = v.Get("outputs")
		if addr, ok := h.parse(); ok && rd.known != nil {
			rd.known.noteData(addr, h.address, v)
		}
		return
	}
	if h.mode == "data" {
		rd.add(h, tf.NoOp, values, sensitive, true)
	}
}

// priorMember reads the members of prior_state, whose outputs are those of
// before.
func (rd *reader) priorMember(name string) error {
	if name == "root_module" {
		return rd.members(rd.moduleMember("", rd.addPrior))
	}
	return rd.dec.SkipValue()
}

// remoteState is the ids that an output of another stack's state holds, which
// was read while planning. A reference that ends before the output's name, or
// goes on after it, may be any part.
func (rd *reader) remoteState(address, rest string) (ids []tf.Value, ok bool) {
	outputs, ok := rd.remote[address]
	name, after := splitName(strings.TrimPrefix(rest, ".outputs."))
	if !ok || name == rest || after != "" {
		return nil, false
	}
	output := outputs.Get(name)
	_, complete := output.Strings()
	if output.Kind() == tf.List {
		return rd.ids(output.Elements()...), complete
	}
	return rd.ids(output), complete
}

func (rd *reader) add(h header, action tf.Action, values []byte, sensitive mask, both bool) {
	info := rd.typeInfo(h.typ)
	if h.mode != "data" && !h.deposed {
		rd.stack.Instances++
		info.count++
	}
	if h.deposed || !info.keep && rd.known == nil {
		return
	}
	addr, ok := h.parse()
	if ok && rd.known != nil && !rd.addresses[h.address] {
		if !info.keep && addr.Mode == tf.Data {
			rd.known.noteData(addr, h.address, rd.vals.value(&cursor{b: values}, mask{}, sensitive))
		} else {
			rd.known.note(addr)
		}
	}
	if !info.keep {
		return
	}
	if !ok {
		rd.diagnose(tf.Warning, true, "the address "+h.address+" cannot be read", "the instance is not analysed")
		return
	}
	if rd.addresses[h.address] {
		if !both { // a data source that is read again: resource_changes says more
			rd.duplicate(h.address)
		}
		return
	}
	rd.addresses[h.address] = true
	r := &tf.Resource{Addr: addr, Address: h.address, Action: action, Provider: h.provider}
	rd.complete(r, rd.vals.fields(&cursor{b: values}, mask{}, sensitive, info.attributes), sensitive.all, false)
	rd.after = append(rd.after, r)
	if both {
		rd.before = append(rd.before, r)
	}
}

// rawResource reads one resource of a terraform.tfstate of version 4.
func (rd *reader) rawResource(b []byte, add func(h header, values []byte, sensitive mask)) {
	rd.vals.wrapped = true
	c := &cursor{b: b}
	var h header
	var instances []byte
	for ok := c.enter('{'); ok && c.more(); {
		name := c.text()
		switch string(name) {
		case "module":
			h.module = rd.vals.names.intern(c.text())
		case "provider":
			h.provider = rd.provider(string(c.text()))
		case "instances":
			instances = c.raw()
		default:
			if !rd.header(&h, name, c) {
				c.raw()
			}
		}
	}
	c = &cursor{b: instances}
	for ok := c.enter('['); ok && c.more(); {
		rd.rawInstance(h, c, add)
	}
}

// rawInstance reads one instance of a raw state, whose address must be put
// together.
func (rd *reader) rawInstance(h header, c *cursor, add func(h header, values []byte, sensitive mask)) {
	var key string
	var attributes, paths []byte
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "index_key":
			if c.peek() == '"' {
				key = tf.QuoteKey(string(c.text()))
			} else {
				key = "[" + string(c.raw()) + "]"
			}
		case "attributes":
			attributes = c.raw()
		case "sensitive_attributes":
			paths = c.raw()
		case "deposed":
			h.deposed = len(c.raw()) > 2
		default:
			c.raw()
		}
	}
	a := tf.Address{Module: h.module, Type: h.typ, Name: h.name, Key: key}
	if h.mode == "data" {
		a.Mode = tf.Data
	}
	h.address = a.String()
	add(h, attributes, rd.pathMask(paths))
}

// providerKey turns `module.net.provider["registry.terraform.io/hashicorp/aws"].west`
// into module.net:aws.west, the form that a plan's configuration uses.
func providerKey(s string) string {
	module := ""
	if i := strings.Index(s, "provider["); i > 0 {
		module, s = s[:i-1]+":", s[i:]
	}
	source, alias, ok := strings.Cut(strings.TrimPrefix(s, `provider["`), `"]`)
	if !ok {
		return ""
	}
	return module + source[strings.LastIndexByte(source, '/')+1:] + alias
}

// pathMask is the mask of a list of paths. The whole of a top-level attribute
// is sensitive when a part of it is.
func (rd *reader) pathMask(text []byte) mask {
	var m mask
	c := &cursor{b: text}
	for ok := c.enter('['); ok && c.more(); {
		first := true
		for ok := c.enter('['); ok && c.more(); first = false {
			for ok := c.enter('{'); ok && c.more(); {
				if string(c.text()) != "value" || !first {
					c.raw()
					continue
				}
				m.fields = append(m.fields, maskField{rd.vals.names.intern(c.text()), mask{all: true}})
			}
		}
	}
	return m
}
