// Package index finds the instances of a type without walking all others: a
// check that looks something up for each of many instances must not.
package index

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

type key struct{}

// Of are the managed instances of the types in a view, in their order within
// each type.
func Of(v *analyzer.View, types ...string) []*tf.Resource {
	byType := analyzer.Shared(v, key{}, func(v *analyzer.View) map[string][]*tf.Resource {
		byType := map[string][]*tf.Resource{}
		for _, r := range v.Snapshot.Resources {
			if r.Addr.Mode == tf.Managed && !r.Deposed {
				byType[r.Addr.Type] = append(byType[r.Addr.Type], r)
			}
		}
		return byType
	})
	if len(types) == 1 {
		return byType[types[0]]
	}
	var all []*tf.Resource
	for _, name := range types {
		all = append(all, byType[name]...)
	}
	return all
}

// identities is the key of a type's instances by what identifies them.
type identities struct{ resourceType string }

// Named is the managed instance of a type that a value certainly identifies,
// by its name, id or ARN; else nil.
func Named(v *analyzer.View, resourceType string, value tf.Value) *tf.Resource {
	if symbol, ok := value.Symbol(); ok {
		return v.Snapshot.Resource(symbol.Address)
	}
	text, ok := value.AsString().Known()
	if !ok {
		return nil
	}
	return analyzer.Shared(v, identities{resourceType}, func(v *analyzer.View) map[string]*tf.Resource {
		byText := map[string]*tf.Resource{}
		for _, r := range Of(v, resourceType) {
			for _, attribute := range []string{"name", "id", "arn"} {
				if text, ok := r.Get(attribute).AsString().Known(); ok {
					byText[text] = r
				}
			}
		}
		return byText
	})[text]
}
