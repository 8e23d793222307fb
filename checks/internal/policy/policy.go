// Package policy reads IAM policy documents for the checks.
package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// administrators are the names of managed policies that grant everything, or
// the right to grant oneself everything.
var administrators = []string{"AdministratorAccess", "IAMFullAccess", "PowerUserAccess"}

// AdminARN reports whether an ARN is that of such a managed policy.
func AdminARN(arn string) bool {
	_, name, ok := strings.Cut(arn, ":policy/")
	return ok && strings.Contains(arn, ":aws:policy/") && slices.Contains(administrators, name)
}

// Admin reports whether a policy document allows every action, or every
// action of IAM, on every resource without a condition. What is no document
// allows nothing.
func Admin(document string) bool {
	var d struct{ Statement oneOrMore[statement] }
	if json.Unmarshal([]byte(document), &d) != nil {
		return false
	}
	return slices.ContainsFunc(d.Statement, func(s statement) bool {
		return s.Effect == "Allow" && len(s.Condition) == 0 && slices.Contains(s.Resource, "*") &&
			slices.ContainsFunc(s.Action, func(a string) bool { return a == "*" || a == "*:*" || strings.EqualFold(a, "iam:*") })
	})
}

type statement struct {
	Effect    string
	Action    oneOrMore[string]
	Resource  oneOrMore[string]
	Condition map[string]any
}

// oneOrMore is a list that may be written as its only element.
type oneOrMore[T any] []T

func (l *oneOrMore[T]) UnmarshalJSON(text []byte) error {
	var one T
	if json.Unmarshal(text, &one) == nil {
		*l = oneOrMore[T]{one}
		return nil
	}
	return json.Unmarshal(text, (*[]T)(l))
}
