package tfplan

import (
	"bytes"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// module is the configuration of one module, as one call of it sees it.
type module struct {
	address   string // without instance keys; empty for the root module
	parent    *module
	call      *call
	blocks    map[string]*block // by "aws_subnet.a" or "data.aws_vpc.b"
	calls     map[string]*call
	outputs   map[string]*expr
	variables map[string]shape // of the defaults
}

// call is a module block.
type call struct {
	arguments map[string]*expr
	each      *expr // its count or for_each, if it has one
	module    *module
}

// block is a resource block of a type that is kept.
type block struct {
	provider string
	each     *expr
	body     body
	config   *tf.ResourceConfig
}

// body is what stands inside a block: expressions by name, and nested blocks.
type body struct {
	arguments []argument
}

type argument struct {
	name   string
	expr   *expr  // nil for nested blocks
	blocks []body // in the order of the source
}

func (b *body) argument(name string) *argument {
	for i := range b.arguments {
		if b.arguments[i].name == name {
			return &b.arguments[i]
		}
	}
	return nil
}

// expr is what a plan shows of an expression: its references, longest form
// only, or its value if it is constant.
type expr struct {
	references []string
	shape      shape
	text       string // of a scalar constant
}

// shape is what is known of a value besides its text.
type shape uint8

const (
	noShape shape = iota
	scalar
	collection
	null
)

func shapeOf(c *cursor) shape {
	switch c.peek() {
	case '{', '[':
		return collection
	case 'n':
		return null
	}
	return scalar
}

// configuration reads the member of that name into compact references.
func (rd *reader) configuration() error {
	return rd.members(func(name string) error {
		switch name {
		case "provider_config":
			return rd.members(rd.providerConfig)
		case "root_module":
			rd.root = &module{}
			return rd.members(rd.configModule(rd.root))
		}
		return rd.dec.SkipValue()
	})
}

// credentials are the arguments of a provider block that hold some.
var credentials = []string{"access_key", "secret_key", "token"}

// providerConfig notes the Region and the credentials of a provider
// configuration where they are constant or a variable of the root module.
func (rd *reader) providerConfig(key string) error {
	text, err := rd.dec.ReadValue()
	if err != nil {
		return err
	}
	c := &cursor{b: text}
	module := ""
	arguments := map[string]*expr{}
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "module_address":
			module = string(c.text())
		case "expressions":
			for ok := c.enter('{'); ok && c.more(); {
				if name := string(c.text()); name == "region" || slices.Contains(credentials, name) {
					arguments[name] = rd.expr(c)
				} else {
					c.raw()
				}
			}
		default:
			c.raw()
		}
	}
	if region := rd.scalarOf(arguments["region"], module); region != "" {
		rd.regions[key] = region
	}
	var fields []tf.Field
	for _, name := range credentials {
		if value := rd.scalarOf(arguments[name], module); value != "" {
			fields = append(fields, tf.Field{Name: name, Value: tf.StringValue(value).MarkSensitive()})
		}
	}
	if len(fields) > 0 {
		_, name, inModule := strings.Cut(key, ":")
		if !inModule {
			name = key
		}
		addr := tf.Address{Module: module, Type: "provider", Name: name}
		rd.stack.Providers = append(rd.stack.Providers, &tf.Resource{Addr: addr, Address: addr.String(), Values: tf.ObjectValue(fields...)})
	}
	return nil
}

// scalarOf is the text of an expression that is constant, or a variable of
// the root module; else it is empty.
func (rd *reader) scalarOf(e *expr, module string) string {
	switch {
	case e == nil:
	case e.shape == scalar:
		return e.text
	case module == "" && len(e.references) == 1:
		if name, ok := strings.CutPrefix(e.references[0], "var."); ok {
			return rd.variables[name]
		}
	}
	return ""
}

func (rd *reader) configModule(m *module) func(string) error {
	return func(name string) error {
		switch name {
		case "outputs":
			m.outputs = map[string]*expr{}
			return rd.members(func(name string) error {
				text, err := rd.dec.ReadValue()
				if err != nil {
					return err
				}
				c := &cursor{b: text}
				for ok := c.enter('{'); ok && c.more(); {
					if string(c.text()) == "expression" {
						m.outputs[name] = rd.expr(c)
					} else {
						c.raw()
					}
				}
				return nil
			})
		case "resources":
			m.blocks = map[string]*block{}
			return rd.elements(func(b []byte) { rd.configResource(m, b) })
		case "module_calls":
			m.calls = map[string]*call{}
			return rd.members(func(name string) error { return rd.configCall(m, name) })
		case "variables":
			text, err := rd.dec.ReadValue()
			if err == nil {
				m.variables = rd.configVariables(text)
			}
			return err
		}
		return rd.dec.SkipValue()
	}
}

// configVariables are the shapes of the defaults of a module's variables. The
// text is read once for all calls of a module, as that of its resources is.
func (rd *reader) configVariables(text []byte) map[string]shape {
	sum := digestOf(text)
	shapes, ok := rd.defaults[sum]
	if ok {
		return shapes
	}
	shapes = map[string]shape{}
	rd.defaults[sum] = shapes
	c := &cursor{b: text}
	for ok := c.enter('{'); ok && c.more(); {
		name := string(c.text())
		for ok := c.enter('{'); ok && c.more(); {
			if string(c.text()) == "default" {
				shapes[name] = shapeOf(c)
			}
			c.raw()
		}
	}
	return shapes
}

func (rd *reader) configCall(m *module, name string) error {
	address := "module." + name
	if m.address != "" {
		address = m.address + "." + address
	}
	k := &call{arguments: map[string]*expr{}}
	k.module = &module{address: address, parent: m, call: k}
	m.calls[name] = k
	return rd.members(func(member string) error {
		switch member {
		case "module":
			return rd.members(rd.configModule(k.module))
		case "expressions":
			return rd.members(func(argument string) error {
				text, err := rd.dec.ReadValue()
				if err == nil {
					k.arguments[argument] = rd.expr(&cursor{b: text})
				}
				return err
			})
		case "count_expression", "for_each_expression":
			text, err := rd.dec.ReadValue()
			if err == nil {
				k.each = rd.expr(&cursor{b: text})
			}
			return err
		}
		return rd.dec.SkipValue()
	})
}

// configResource reads one resource block, if its type is kept. A module that
// is called many times has the same text each time, which is read once.
func (rd *reader) configResource(m *module, text []byte) {
	sum := digestOf(text)
	t, ok := rd.texts[sum]
	if !ok {
		t = rd.configText(text)
		rd.texts[sum] = t
	}
	if t == nil {
		return
	}
	b := t.block
	config := *b.config
	config.Address = tf.Address{Module: m.address, Mode: t.address.Mode, Type: t.address.Type, Name: t.address.Name}.String()
	b.config = &config
	m.blocks[blockKey(t.address)] = &b
	rd.blocks[b.config] = &b
}

// digest tells texts apart that are not kept. It is of two keyed hashes, whose
// keys are random: no input can be made whose texts collide, and none will by
// chance.
type digest [2]uint64

var digestSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func digestOf(text []byte) digest {
	return digest{maphash.Bytes(digestSeeds[0], text), maphash.Bytes(digestSeeds[1], text)}
}

// blockText is what the text of a resource block says, whatever module it
// stands in.
type blockText struct {
	address tf.Address // in its module
	block   block
}

// configText reads the text of a resource block; it is nil if the type is not
// kept.
func (rd *reader) configText(text []byte) *blockText {
	c := &cursor{b: text}
	var mode, typ, name, provider string
	var each *expr
	var expressions []byte
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "mode":
			mode = rd.vals.names.intern(c.text())
		case "type":
			typ = rd.vals.names.intern(c.text())
		case "name":
			name = rd.vals.names.intern(c.text())
		case "provider_config_key":
			provider = rd.vals.names.intern(c.text())
		case "count_expression", "for_each_expression":
			each = rd.expr(c)
		case "expressions":
			expressions = c.raw()
		default:
			c.raw()
		}
	}
	if !rd.typeInfo(typ).keep {
		return nil
	}
	t := &blockText{address: tf.Address{Type: typ, Name: name}}
	if mode == "data" {
		t.address.Mode = tf.Data
	}
	b := &t.block
	*b = block{provider: provider, each: each, config: &tf.ResourceConfig{Complete: true, Uncertain: rd.uncertain(typ)}}
	b.body = rd.body(&cursor{b: expressions}, "", b.config)
	b.config.Arguments = make([]string, 0, len(b.body.arguments))
	for _, arg := range b.body.arguments {
		b.config.Arguments = append(b.config.Arguments, arg.name)
	}
	return t
}

// uncertain are the nested blocks of a type that may come from a dynamic
// block, which leaves no trace in the plan's configuration. Attributes that
// are written as blocks show at least a placeholder (U-4), so their absence
// is certain, as is that of anything that is no block.
func (rd *reader) uncertain(typ string) []string {
	info := rd.typeInfo(typ)
	if info.uncertain == nil {
		info.uncertain = []string{}
		if w, ok := rd.opts.Wanted.(interface{ Blocks(string) []string }); ok {
			for _, name := range w.Blocks(typ) {
				if !attributesAsBlocks[name] {
					info.uncertain = append(info.uncertain, name)
				}
			}
		}
	}
	return info.uncertain
}

var attributesAsBlocks = map[string]bool{"ingress": true, "egress": true, "route": true}

// body reads the expressions of a block; config collects its literals by path.
func (rd *reader) body(c *cursor, prefix string, config *tf.ResourceConfig) body {
	var b body
	for ok := c.enter('{'); ok && c.more(); {
		name := rd.vals.names.intern(c.text())
		path := name
		if prefix != "" {
			path = prefix + "." + name
		}
		arg := argument{name: name}
		switch {
		case c.peek() == '[':
			for i, ok := 0, c.enter('['); ok && c.more(); i++ {
				arg.blocks = append(arg.blocks, rd.body(c, path+"["+strconv.Itoa(i)+"]", config))
			}
		case isExpr(c):
			arg.expr = rd.expr(c)
			if arg.expr.shape == scalar {
				if config.Constants == nil {
					config.Constants = map[string]string{}
				}
				config.Constants[path] = arg.expr.text
			}
			if prefix == "" && len(arg.expr.references) > 0 {
				if config.References == nil {
					config.References = map[string][]string{}
				}
				config.References[name] = arg.expr.references
			}
		default:
			arg.blocks = []body{rd.body(c, path, config)}
		}
		b.arguments = append(b.arguments, arg)
	}
	return b
}

// isExpr tells an expression from a single nested block: an expression has
// nothing but its references or its constant value.
func isExpr(c *cursor) bool {
	if c.peek() != '{' {
		return false
	}
	peek := *c
	if peek.enter('{') && peek.more() {
		name := peek.text()
		return bytes.Equal(name, []byte("references")) || bytes.Equal(name, []byte("constant_value"))
	}
	return true // {}: an expression without references, such as a function call
}

// expr reads an expression.
func (rd *reader) expr(c *cursor) *expr {
	e := &expr{}
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "references":
			e.references = rd.references(c)
		case "constant_value":
			if e.shape = shapeOf(c); e.shape == scalar {
				if text := c.text(); len(text) <= maxConstant {
					e.text = rd.vals.names.intern(text)
				}
			} else {
				c.raw()
			}
		default:
			c.raw()
		}
	}
	return e
}

// maxConstant bounds the literals that are kept to match source to plan.
const maxConstant = 256

// references keeps the longest form of each reference. Terraform writes every
// reference followed by its prefixes: `aws_vpc.a[0].id`, `aws_vpc.a[0]`,
// `aws_vpc.a`.
func (rd *reader) references(c *cursor) []string {
	var refs []string
	var last []byte
	for ok := c.enter('['); ok && c.more(); {
		text := c.text()
		if len(text) < len(last) && bytes.HasPrefix(last, text) && (last[len(text)] == '.' || last[len(text)] == '[') {
			last = text
			continue
		}
		last = text
		if bytes.HasPrefix(text, []byte("path.")) || bytes.HasPrefix(text, []byte("terraform.")) || bytes.HasPrefix(text, []byte("self.")) {
			continue
		}
		refs = append(refs, rd.vals.names.intern(text))
	}
	return refs
}

// attach gives every instance its configuration, provider and Region.
func (rd *reader) attach() {
	for _, list := range [][]*tf.Resource{rd.after, rd.before} {
		for _, r := range list {
			if r.Config != nil || rd.root == nil {
				continue
			}
			if b := rd.blockAt(r.Addr); b != nil {
				r.Config, r.Provider = b.config, b.provider
			}
			rd.locate(r)
		}
	}
}

// blockAt is the block that an instance was made from, or nil.
func (rd *reader) blockAt(a tf.Address) *block {
	m := rd.moduleOf(a.Module)
	if m == nil {
		return nil
	}
	return m.blocks[blockKey(a)]
}

// block is the block of an instance that was attached to it.
func (rd *reader) block(r *tf.Resource) *block {
	if r.Config == nil {
		return nil
	}
	return rd.blocks[r.Config]
}

func blockKey(a tf.Address) string {
	if a.Mode == tf.Data {
		return "data." + a.Type + "." + a.Name
	}
	return a.Type + "." + a.Name
}

// moduleOf is the configuration of a module instance, or nil.
func (rd *reader) moduleOf(instance string) *module {
	if m, ok := rd.modules[instance]; ok {
		return m
	}
	m := rd.root
	if parent, name, _ := tf.SplitModule(instance); instance != "" {
		m = rd.moduleOf(parent)
		if m != nil {
			if k := m.calls[name]; k != nil {
				m = k.module
			} else {
				m = nil
			}
		}
	}
	rd.modules[instance] = m
	return m
}
