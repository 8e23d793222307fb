package aws

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// lists are what data sources that list ids call each of them as long as none
// is known.
var lists = []string{"a subnet of ", "a group of ", "a route table of "}

// nameData notes that what data sources find has two names, its id and the
// address of the data source: an input without values knows the address alone
// (U-6), so that answers of people hold by either.
func (b *builder) nameData() {
	b.n.Names = map[string][]string{}
	pair := func(one, other string) {
		for _, p := range [][2]string{{one, other}, {other, one}} {
			if !slices.Contains(b.n.Names[p[0]], p[1]) {
				b.n.Names[p[0]] = append(b.n.Names[p[0]], p[1])
			}
		}
	}
	for _, in := range b.inputs {
		if in.Snapshot == nil {
			continue
		}
		for _, r := range in.Snapshot.Resources {
			if r.Addr.Mode != tf.Data {
				continue
			}
			address := r.Address
			if _, plain := tf.SplitQualified(address); plain != address {
				pair(address, plain)
				address = plain
			}
			for _, list := range lists {
				pair(list+r.Address, address)
			}
			ids, _ := r.Get("ids").Strings()
			if id, ok := r.Get("id").AsString().Known(); ok {
				ids = append(ids, id)
			}
			for _, id := range ids {
				if IsID(id) {
					pair(id, address)
				}
			}
		}
	}
}
