package tfconfig

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Mocks finds the mock_outputs among the values of a plan's root variables.
type Mocks struct {
	planned *reading // with mocks
	meant   *reading
	mocked  map[string]unitInput
	inputs  map[string]unitInput
	open    map[string]bool
	uneven  []string
}

// Mocks are those of a plan of the unit, where outputs are the outputs of its
// dependencies that are known, by the name of the dependency.
func (u *Unit) Mocks(outputs map[string]tf.Value) *Mocks {
	m := &Mocks{planned: u.read(nil, true), meant: u.read(outputs, false), open: map[string]bool{}}
	m.mocked, m.inputs = m.planned.inputs(), m.meant.inputs()
	return m
}

// Variable is what a root variable will be, whose value in the plan is as
// given: where that is a mock, the output that it stands for, or a foreign
// identity. A value that is none of the mocks came from the dependency itself
// and stands.
func (m *Mocks) Variable(name string, planned tf.Value) tf.Value {
	mocked, ok := m.mocked[name]
	meant, alsoMeant := m.inputs[name]
	if !ok || !alsoMeant {
		return planned
	}
	v := m.meantBy(planned, mocked.value, meant.value)
	if !v.IsUnknown() && (len(v.Elements()) != len(planned.Elements()) || len(v.Fields()) != len(planned.Fields())) {
		m.uneven = append(m.uneven, name)
	}
	return v
}

// Uneven are the variables of those that were asked for whose mocks have another
// number of elements than what they stand for.
func (m *Mocks) Uneven() []string { return slices.Sorted(slices.Values(m.uneven)) }

// Open are the dependencies whose mocks stand in the plan, and of whose outputs
// something is not known, of the variables that were asked for.
func (m *Mocks) Open() []Dependency {
	open := map[string]bool{}
	for name := range m.open {
		open[name] = m.meant.open[name]
	}
	for name, is := range open {
		if !is {
			delete(open, name)
		}
	}
	return m.meant.dependencies(open)
}

func (m *Mocks) meantBy(planned tf.Value, mock, meant cty.Value) tf.Value {
	mock, meant = expanded(mock), expanded(meant)
	_, marks := mock.UnmarkDeep()
	if !holdsOutput(marks) {
		return planned
	}
	if m.agrees(planned, mock) {
		for mark := range marks {
			if o, ok := mark.(outputMark); ok {
				m.open[o.dependency] = true
			}
		}
		return m.merged(planned, mock, meant)
	}
	// Outputs that exist may be merged with mocks of those that do not.
	plainMock, outer := mock.Unmark()
	plainMeant := unmarked(meant)
	if planned.Kind() != tf.Object || !isObject(plainMock) || !isObject(plainMeant) {
		return planned
	}
	fields := slices.Clone(planned.Fields())
	mocks, meanings := plainMock.AsValueMap(), plainMeant.AsValueMap()
	for i, f := range fields {
		if a, ok := mocks[f.Name]; ok && meanings[f.Name] != cty.NilVal {
			fields[i].Value = m.meantBy(f.Value, a.WithMarks(outer), meanings[f.Name])
		}
	}
	return tf.ObjectValue(fields...)
}

// merged is what a value means all of whose mocks the plan has: what no mock is
// in, the plan may know better.
func (m *Mocks) merged(planned tf.Value, mock, meant cty.Value) tf.Value {
	plainMock, outer := mock.Unmark()
	plainMeant := unmarked(meant)
	if planned.Kind() != tf.Object || !isObject(plainMock) || !isObject(plainMeant) {
		return marked(m.meant.value(meant), planned.IsSensitive())
	}
	var fields []tf.Field
	mocks := plainMock.AsValueMap()
	for name, v := range plainMeant.AsValueMap() {
		value := m.meant.value(v)
		if mock, ok := mocks[name]; ok {
			value = m.meantBy(planned.Get(name), mock.WithMarks(outer), v)
		}
		if !value.IsNull() {
			fields = append(fields, tf.Field{Name: name, Value: value})
		}
	}
	return marked(tf.ObjectValue(fields...), planned.IsSensitive())
}

func marked(v tf.Value, sensitive bool) tf.Value {
	if sensitive {
		return hide(v)
	}
	return v
}

func isObject(v cty.Value) bool {
	ty := v.Type()
	return v.IsKnown() && !v.IsNull() && (ty.IsObjectType() || ty.IsMapType()) && lazyOf(v) == nil
}

// agrees reports whether a planned value may be the one that the mocks make. A
// set has another order in the plan.
func (m *Mocks) agrees(planned tf.Value, mock cty.Value) bool {
	v := unmarked(expanded(mock))
	switch {
	case !v.IsKnown() || v == cty.NilVal:
		return true
	case v.IsNull():
		return planned.IsNull()
	case isObject(v):
		if planned.Kind() != tf.Object {
			return false
		}
		for name, e := range v.AsValueMap() {
			if !m.agrees(planned.Get(name), e) {
				return false
			}
		}
		return true
	case v.Type().IsPrimitiveType():
		a, known := textOf(v)
		b, planned := planned.AsString().Known()
		return known && planned && (a == b || sameNumber(a, b))
	case v.CanIterateElements():
		elements := planned.Elements()
		if planned.Kind() != tf.List || len(elements) != v.LengthInt() {
			return false
		}
		for _, e := range v.AsValueSlice() {
			if !slices.ContainsFunc(elements, func(p tf.Value) bool { return m.agrees(p, e) }) {
				return false
			}
		}
		return true
	}
	return false
}

func holdsOutput(marks cty.ValueMarks) bool {
	for mark := range marks {
		if _, ok := mark.(outputMark); ok {
			return true
		}
	}
	return false
}
