package tfplan

import (
	"slices"
	"strings"
)

// want is what the analysis says about one argument of one type: whose
// identity it may hold.
type want struct {
	targets map[string]bool // the types
	// direct are those of the types whose own id, ARN or name is meant, and
	// not that of something they bring along, as aws_vpc does its default
	// security group.
	direct []string
	list   bool   // the argument holds several
	leaf   string // its last name
}

// identity is the attribute that is meant where a reference lost it.
func (w *want) identity(isIdentity func(string) bool) string {
	for _, id := range []string{"arn", "name"} {
		if (strings.HasSuffix(w.leaf, id) || strings.HasSuffix(w.leaf, id+"s")) && isIdentity(id) {
			return id
		}
	}
	return "id"
}

func (w *want) isDirect(typ string) bool {
	return slices.Contains(w.direct, typ)
}

// names reports whether an attribute is named after what is wanted.
func (w *want) names(attribute string) bool {
	return slices.ContainsFunc(w.direct, func(t string) bool { return strings.Contains(attribute, noun(t)) })
}

func newWant(targets []string, path string) *want {
	w := &want{targets: map[string]bool{}, leaf: path[strings.LastIndexByte(path, '.')+1:]}
	w.list = strings.HasSuffix(w.leaf, "s") && !strings.HasSuffix(w.leaf, "address") || w.leaf == "vpc_zone_identifier" || strings.HasSuffix(w.leaf, "_list")
	longest := 0
	for _, t := range targets {
		w.targets[t] = true
		if n := noun(t); strings.Contains(w.leaf, n) && len(n) > longest {
			longest = len(n)
		}
	}
	for _, t := range targets {
		// Where the argument's name says which thing it holds, only that.
		n := noun(t)
		if longest == 0 || strings.Contains(w.leaf, n) && len(n) == longest {
			w.direct = append(w.direct, t)
		}
	}
	return w
}

// noun is the thing that a type makes: aws_default_security_group makes a
// security_group, as does the plural of a data source; an accepter bears the
// identity of what it accepts.
func noun(typ string) string {
	n := strings.TrimPrefix(typ, "aws_")
	for _, prefix := range []string{"default_", "ec2_managed_", "ec2_"} {
		n = strings.TrimPrefix(n, prefix)
	}
	if n == "alb" || strings.HasPrefix(n, "alb_") {
		n = n[1:] // an alias
	}
	n = strings.TrimSuffix(n, "_accepter")
	return strings.TrimSuffix(strings.TrimSuffix(n, "_ids"), "s")
}
