package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Coverage says what the analysis makes of a Terraform type.
type Coverage uint8

// The coverages. A type without a row has nothing to do with the network.
const (
	Irrelevant Coverage = iota
	// Modelled types are part of the network.
	Modelled
	// NotModelled types place, attach or filter network traffic and are not
	// followed (yet).
	NotModelled
)

// row is what tfcheck knows of a Terraform type, its data source of the same
// name included.
type row struct {
	name     string
	coverage Coverage
	// boundary names the component for people, where the type is met and
	// printed as an assumption.
	boundary string
	// keep are the attributes that somebody reads, in words; "*" keeps all.
	// Identities, references and Region are kept as well.
	keep string
	// identity are the attributes besides id and arn that identify an
	// instance, or an object that it brings along, in words.
	identity string
	// refs are the arguments that hold identities, with the types whose
	// identity they may hold.
	refs refs
	// blocks are the arguments that are nested blocks or, in JSON syntax,
	// lists of objects, in words.
	blocks string
}

// refs leads from an argument, a path without indexes, to types.
type refs map[string][]string

// types is the table of Terraform types.
type types struct {
	rows map[string]*typeInfo
}

// typeInfo is a row made ready for look-ups.
type typeInfo struct {
	row
	kept       map[string]bool // nil: everything
	identities []string
}

// Types is the table of Terraform types that tfcheck knows. Front ends get it
// as a [tf.Wanted].
var Types = newTypes(networkTypes, transitTypes, boundaryTypes, plainTypes, computeTypes)

var _ tf.Wanted = types{}

func newTypes(tables ...[]row) types {
	t := types{rows: map[string]*typeInfo{}}
	for _, table := range tables {
		for _, r := range table {
			t.rows[r.name] = newTypeInfo(r)
		}
	}
	return t
}

func newTypeInfo(r row) *typeInfo {
	info := &typeInfo{row: r, identities: append([]string{"id", "arn"}, strings.Fields(r.identity)...)}
	if r.keep == "*" {
		return info
	}
	info.kept = map[string]bool{"region": true, "tags_all": false}
	for _, name := range strings.Fields(r.keep) {
		info.kept[name] = true
	}
	for _, path := range info.identities {
		info.kept[head(path)] = true
	}
	for path := range r.refs {
		info.kept[head(path)] = true
	}
	delete(info.kept, "tags_all")
	return info
}

// head is the first name of a dotted path.
func head(path string) string {
	name, _, _ := strings.Cut(path, ".")
	return name
}

// canonicalType undoes the aliases of the provider: aws_alb is aws_lb.
func canonicalType(name string) string {
	if rest, ok := strings.CutPrefix(name, "aws_alb"); ok && (rest == "" || rest[0] == '_') {
		return "aws_lb" + rest
	}
	return name
}

func (t types) row(resourceType string) (*typeInfo, bool) {
	info, ok := t.rows[canonicalType(resourceType)]
	return info, ok
}

// Keep implements [tf.Wanted].
func (t types) Keep(resourceType string) (attributes map[string]bool, ok bool) {
	info, ok := t.row(resourceType)
	if !ok {
		return nil, false
	}
	return info.kept, true
}

// Identity implements [tf.Wanted].
func (t types) Identity(resourceType, attribute string) bool {
	info, ok := t.row(resourceType)
	return ok && slices.Contains(info.identities, attribute)
}

// Targets implements [tf.Wanted].
func (t types) Targets(resourceType, argument string) []string {
	if info, ok := t.row(resourceType); ok {
		return info.refs[argument]
	}
	return nil
}

// Blocks are the arguments of the type that are nested blocks, or lists of
// objects in JSON syntax.
func (t types) Blocks(resourceType string) []string {
	if info, ok := t.row(resourceType); ok {
		return strings.Fields(info.blocks)
	}
	return nil
}

// Decides reports whether an argument decides what gets through: it places or
// attaches something, or says what a rule, a route or a switch lets through.
func (t types) Decides(resourceType, argument string) bool {
	info, ok := t.row(resourceType)
	if !ok || info.coverage == Irrelevant {
		return false
	}
	for path := range info.refs {
		if head(path) == argument {
			return true
		}
	}
	return slices.Contains(deciding, argument)
}

// deciding are the arguments besides references that decide what gets through,
// in whichever type.
var deciding = strings.Fields(`
	ingress egress protocol ip_protocol from_port to_port cidr_blocks ipv6_cidr_blocks cidr_ipv4 cidr_ipv6 cidr_block
	ipv6_cidr_block entry rule_action rule_number route destination_cidr_block destination_ipv6_cidr_block
	associate_public_ip_address map_public_ip_on_launch assign_public_ip publicly_accessible internal source_dest_check
	listener subnet_mapping policy`)

// Coverage says what the analysis makes of the type.
func (t types) Coverage(resourceType string) Coverage {
	if info, ok := t.row(resourceType); ok {
		return info.coverage
	}
	return Irrelevant
}

// identities are the attributes that identify an instance of the type.
func (t types) identities(resourceType string) []string {
	if info, ok := t.row(resourceType); ok {
		return info.identities
	}
	return nil
}

// tagged keeps the tags of every type besides.
type tagged struct{ types }

// Tagged is the table for those who ask for tags too, which nothing else of
// the analysis reads: statements, and stacks that look each other up.
func (t types) Tagged() tf.Wanted { return tagged{t} }

// Keep implements [tf.Wanted].
func (t tagged) Keep(resourceType string) (map[string]bool, bool) {
	kept, ok := t.types.Keep(resourceType)
	if !ok || kept == nil {
		return kept, ok
	}
	kept = maps.Clone(kept)
	kept["tags"], kept["tags_all"], kept["tag"] = true, true, true
	return kept, ok
}

// Identities are the attributes that identify an instance of the type.
func (t types) Identities(resourceType string) []string { return t.identities(resourceType) }

// Computed reports whether the provider may compute an attribute that is not
// set, so that it is unknown before apply. known is false for types whose
// attributes are not known here.
func (t types) Computed(resourceType, attribute string) (isComputed, known bool) {
	all, known := computed[canonicalType(resourceType)]
	info, ok := t.row(resourceType)
	if !ok || attribute == "tags_all" || info.kept != nil && !info.kept[attribute] {
		return false, false
	}
	return slices.Contains(strings.Fields(all), attribute), known
}

// ComputedOf are the attributes of the type that the provider may compute, as
// far as they are kept.
func (t types) ComputedOf(resourceType string) []string {
	return strings.Fields(computed[canonicalType(resourceType)])
}

// idPrefixes begin the ids of what others refer to by its id.
var idPrefixes = strings.Fields(`acl- cagw- eigw- eipalloc- eni- i- igw- lt- nat- pcx- pl- rtb- sg- subnet- tgw- tgw-attach- tgw-rtb- vgw- vpc- vpce-`)

// MayBeID reports whether a text has the form of an id or an ARN, be it one
// that somebody made up.
func (t types) MayBeID(text string) bool {
	return !strings.ContainsAny(text, " /") && slices.ContainsFunc(idPrefixes, func(prefix string) bool { return strings.HasPrefix(text, prefix) }) ||
		strings.HasPrefix(text, "arn:")
}
