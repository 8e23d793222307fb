package aws

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// declarePrefixLists reads managed prefix lists (SG-16). What AWS manages is
// known by its name only (U-5), unless a data source shows the entries.
func (b *builder) declarePrefixLists() {
	for r := range b.each("aws_ec2_managed_prefix_list") {
		l := &PrefixList{Object: b.object(r)}
		l.addEntries(r.Get("entry"))
		b.declarePrefixList(r, l)
	}
	for r := range b.data("aws_ec2_managed_prefix_list", "aws_prefix_list") {
		if l := sameObject[PrefixList](b, r); l != nil {
			register(b, r, l)
			continue
		}
		l := &PrefixList{Object: b.object(r)}
		for _, name := range []string{"entries", "cidr_blocks"} {
			if v := r.Get(name); !isEmpty(v) {
				l.addEntries(v)
			}
		}
		l.Open = l.Open || len(l.Entries) == 0
		owner, _ := r.Get("owner_id").AsString().Known()
		b.declarePrefixList(r, l)
		l.AWS = l.AWS || owner == "AWS" || r.Addr.Type == "aws_prefix_list"
	}
	for r := range b.each("aws_vpc_endpoint") {
		// The list of a gateway endpoint's service.
		l := &PrefixList{Object: b.object(r), AWS: true, Open: true}
		l.Label = "prefix list of " + l.Label
		l.Name, _ = r.Get("service_name").AsString().Known()
		l.ID, _ = r.Get("prefix_list_id").AsString().Known()
		registerAttribute(b, r, "prefix_list_id", l)
		b.n.PrefixLists = append(b.n.PrefixLists, l)
	}
	for r := range b.each("aws_ec2_managed_prefix_list_entry") {
		for _, l := range link(b, r, r.Get("prefix_list_id"), b.outsidePrefixList).To {
			if r.Maybe { // U-12
				l.Open = true
				continue
			}
			l.addEntry(r.Get("cidr"))
		}
	}
}

func (b *builder) declarePrefixList(r *tf.Resource, l *PrefixList) {
	l.ID, _ = r.Get("id").AsString().Known()
	l.Name, _ = r.Get("name").AsString().Known()
	for _, f := range r.Get("filter").Elements() {
		if by, _ := f.Get("name").AsString().Known(); by == "prefix-list-name" {
			if names, all := f.Get("values").Strings(); all && len(names) == 1 {
				l.Name = names[0]
			}
		}
	}
	l.AWS = strings.HasPrefix(l.Name, "com.amazonaws.")
	b.n.PrefixLists = append(b.n.PrefixLists, l)
	register(b, r, l)
}

// addEntries adds a list of CIDRs, or of blocks that hold one each.
func (l *PrefixList) addEntries(v tf.Value) {
	if v.IsUnknown() {
		l.Open = l.Open || l.Resource.Addr.Mode == tf.Data || l.Resource.Config.Sets("entry") == tf.Yes || !l.Resource.IsNew()
		return
	}
	for _, e := range v.Elements() {
		if e.Kind() == tf.Object {
			e = e.Get("cidr")
		}
		l.addEntry(e)
	}
}

func (l *PrefixList) addEntry(v tf.Value) {
	p := prefix(v)
	for _, has := range l.Entries {
		if has == p && !p.IsUnknown() {
			return
		}
	}
	if p.IsUnknown() {
		l.Open = true
	}
	l.Entries = append(l.Entries, p)
}

// outsidePrefixList is a list of which only the id is known (U-13).
func (b *builder) outsidePrefixList(id string) *PrefixList {
	l := &PrefixList{Object: outsideObject(id), ID: id, Open: true}
	b.n.PrefixLists = append(b.n.PrefixLists, l)
	return l
}
