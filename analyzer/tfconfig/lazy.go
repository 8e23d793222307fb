package tfconfig

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// lazy is an object whose attributes are computed when they are asked for: a
// resource instance, whose attributes nobody knows without the provider's
// schema, or a module instance.
type lazy interface {
	attribute(name string) cty.Value
	// object is it with every attribute that is known of.
	object() cty.Value
}

// To cty a lazy object has one attribute, which no configuration can name. All
// are of one type, so that they go into one list.
const lazyName = "\x00lazy"

type lazyHolder struct{ lazy }

var (
	lazyCapsule = cty.Capsule("lazy", reflect.TypeFor[lazyHolder]())
	scopeType   = cty.Capsule("scope", reflect.TypeFor[scope]())
)

func lazyObject(o lazy) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{lazyName: cty.CapsuleVal(lazyCapsule, &lazyHolder{o})})
}

// lazyOf is the object that a value is, or nil.
func lazyOf(v cty.Value) lazy {
	if ty := v.Type(); !ty.IsObjectType() || !ty.HasAttribute(lazyName) {
		return nil
	}
	v = unmarked(v)
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	holder := unmarked(v.GetAttr(lazyName))
	if !holder.IsKnown() || holder.IsNull() {
		return nil
	}
	return holder.EncapsulatedValue().(*lazyHolder).lazy
}

// instanceMark marks the unknown collection of the instances of an unknown
// count or for_each with the one that stands for them.
type instanceMark struct{ instance *instance }

// standIn is the instance that stands for what an unknown value may be.
func standIn(v cty.Value) *instance {
	if v.IsMarked() {
		for mark := range v.Marks() {
			if m, ok := mark.(instanceMark); ok && !unmarked(v).IsKnown() {
				return m.instance
			}
		}
	}
	return nil
}

func symbol(s tf.Symbol) cty.Value { return functions.Symbol(s.Address, s.Attribute) }

func symbolOf(v cty.Value) (s tf.Symbol, ok bool) {
	s.Address, s.Attribute, ok = functions.ParseSymbol(v)
	return s, ok
}
