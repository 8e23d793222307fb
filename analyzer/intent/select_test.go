package intent

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"aws_instance.web", "aws_instance.web", true},
		{"aws_instance.web", "aws_instance.web2", false},
		{"*", "", true},
		{"module.app.*", "module.app.aws_instance.a", true},
		{"module.app.*", "module.apple.aws_instance.a", false},
		{"*.db", "module.x.aws_db_instance.db", true},
		{"a*b*c", "aXbYc", true},
		{"a*b*c", "abc", true},
		{"a*b*c", "acb", false},
		{"a*a", "a", false},
		{`aws_instance.a["*"]`, `aws_instance.a["x.y"]`, true},
	}
	for _, test := range tests {
		if got := glob(test.pattern, test.text); got != test.want {
			t.Errorf("glob(%q, %q) = %t", test.pattern, test.text, got)
		}
	}
}

func TestTagged(t *testing.T) {
	object := tf.ObjectValue
	text := func(name, s string) tf.Field { return tf.Field{Name: name, Value: tf.StringValue(s)} }
	unknown := tf.UnknownValue()
	tests := map[string]struct {
		values tf.Value
		want   tf.Tri
	}{
		"none":               {object(), tf.No},
		"own":                {object(tf.Field{Name: "tags", Value: object(text("env", "prod"))}), tf.Yes},
		"another value":      {object(tf.Field{Name: "tags", Value: object(text("env", "dev"))}), tf.No},
		"by default":         {object(tf.Field{Name: "tags_all", Value: object(text("env", "prod"))}), tf.Yes},
		"value unknown":      {object(tf.Field{Name: "tags", Value: object(tf.Field{Name: "env", Value: unknown})}), tf.Maybe},
		"unknown":            {object(tf.Field{Name: "tags", Value: unknown}), tf.Maybe},
		"nothing given":      {object(tf.Field{Name: "tags_all", Value: unknown}), tf.No},
		"defaults unknown":   {object(tf.Field{Name: "tags", Value: object(text("a", "b"))}, tf.Field{Name: "tags_all", Value: unknown}), tf.Maybe},
		"of a scaling group": {object(tf.Field{Name: "tag", Value: tf.ListValue(object(text("key", "env"), text("value", "prod")))}), tf.Yes},
	}
	for name, test := range tests {
		if got := tagged(&tf.Resource{Values: test.values}, "env", "prod"); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestSelectors(t *testing.T) {
	for _, wrong := range []string{"sort:x", "kind:thing", "tag:", "tag:=x", "cidr:10.0.0.0"} {
		if _, err := parseSelector(wrong); err == nil {
			t.Errorf("%s is a selector", wrong)
		}
	}
	r := &tf.Resource{Address: `module.a["x"].module.b.aws_instance.c[0]`}
	r.Addr, _ = tf.ParseAddress(r.Address)
	for selector, want := range map[string]tf.Tri{
		"module:module.a": tf.Yes, "module:a": tf.Yes, `module:a["x"]`: tf.Yes, `module:a["y"]`: tf.No,
		"module:module.a.module.b": tf.Yes, "module:b": tf.No, "type:aws_instance": tf.Yes, "type:aws_db*": tf.No,
		`module.a["x"].module.b.aws_instance.c`: tf.Yes, `module.a["x"].*`: tf.Yes, "*": tf.Yes,
	} {
		m, err := parseSelector(selector)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := m(&thing{resources: []*tf.Resource{r}}); got != want {
			t.Errorf("%s: got %s, want %s", selector, got, want)
		}
	}
}
