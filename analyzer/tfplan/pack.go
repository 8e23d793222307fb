package tfplan

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan/planfile"
)

// pack walks msgpack as cty writes it: objects and maps as maps, lists, sets
// and tuples as arrays, unknown values as extensions. Unlike the text that a
// cursor walks nobody has looked at it before, so that every step may fail.
type pack struct {
	b []byte
	// unknown is set once something unknown was read.
	unknown bool
	// left bounds the values that are still to be read: each byte of hostile
	// input could be one.
	left int
}

var errPack = errors.New("a value of the plan is damaged")

const (
	maxPacked = 1 << 20 // values in one instance
	maxDepth  = 200     // of nested values
)

func newPack(b []byte) *pack { return &pack{b: b, left: maxPacked} }

// packedKind is what a msgpack code stands for.
type packedKind uint8

const (
	packedNothing packedKind = iota // no code at all
	packedNil
	packedFalse
	packedTrue
	packedInt
	packedUint
	packedFloat32
	packedFloat64
	packedString
	packedBinary // the type of a dynamic value, in JSON
	packedArray
	packedMap
	packedExtension // an unknown value
)

// packedNull is the code of null.
const packedNull = 0xc0

// packedCode says how a code goes on: with size bytes of a number, which is
// the value itself or its length.
type packedCode struct {
	kind packedKind
	size int
}

// packedCodes are the codes from 0xc0 to 0xdf.
var packedCodes = [...]packedCode{
	{packedNil, 0}, {}, {packedFalse, 0}, {packedTrue, 0},
	{packedBinary, 1}, {packedBinary, 2}, {packedBinary, 4},
	{packedExtension, 1}, {packedExtension, 2}, {packedExtension, 4},
	{packedFloat32, 4}, {packedFloat64, 8},
	{packedUint, 1}, {packedUint, 2}, {packedUint, 4}, {packedUint, 8},
	{packedInt, 1}, {packedInt, 2}, {packedInt, 4}, {packedInt, 8},
	// Extensions of 1, 2, 4, 8 and 16 bytes.
	{packedExtension, 0}, {packedExtension, 0}, {packedExtension, 0}, {packedExtension, 0}, {packedExtension, 0},
	{packedString, 1}, {packedString, 2}, {packedString, 4},
	{packedArray, 2}, {packedArray, 4}, {packedMap, 2}, {packedMap, 4},
}

// next reads the start of a value: what it is, its number or length, and the
// bytes of a text or extension.
func (p *pack) next() (kind packedKind, n uint64, text []byte, err error) {
	if p.left--; len(p.b) == 0 || p.left < 0 {
		return 0, 0, nil, errPack
	}
	code := p.b[0]
	p.b = p.b[1:]
	switch {
	case code < 0x80:
		return packedUint, uint64(code), nil, nil
	case code < 0x90:
		kind, n = packedMap, uint64(code&0x0f)
	case code < 0xa0:
		kind, n = packedArray, uint64(code&0x0f)
	case code < 0xc0:
		kind, n = packedString, uint64(code&0x1f)
	case code >= 0xe0:
		return packedInt, uint64(int64(int8(code))), nil, nil
	default:
		c := packedCodes[code-0xc0]
		if c.kind == packedNothing || len(p.b) < c.size {
			return 0, 0, nil, errPack
		}
		kind, n = c.kind, number(p.b[:c.size], c.kind == packedInt)
		p.b = p.b[c.size:]
		if code >= 0xd4 && code <= 0xd8 {
			n = 1 << (code - 0xd4)
		}
	}
	switch kind {
	case packedExtension:
		n++ // its type
		fallthrough
	case packedString, packedBinary:
		if uint64(len(p.b)) < n {
			return 0, 0, nil, errPack
		}
		text, p.b = p.b[:n], p.b[n:]
	case packedArray, packedMap:
		if uint64(len(p.b)) < n { // each takes a byte at least
			return 0, 0, nil, errPack
		}
	}
	return kind, n, text, nil
}

func number(b []byte, signed bool) uint64 {
	var n uint64
	switch len(b) {
	case 1:
		if n = uint64(b[0]); signed {
			n = uint64(int64(int8(b[0])))
		}
	case 2:
		if n = uint64(binary.BigEndian.Uint16(b)); signed {
			n = uint64(int64(int16(n)))
		}
	case 4:
		if n = uint64(binary.BigEndian.Uint32(b)); signed {
			n = uint64(int64(int32(n)))
		}
	case 8:
		n = binary.BigEndian.Uint64(b)
	}
	return n
}

// skip steps over the next value.
func (p *pack) skip() error {
	for left := uint64(1); left > 0; left-- {
		kind, n, _, err := p.next()
		if err != nil {
			return err
		}
		switch kind {
		case packedArray:
			left += n
		case packedMap:
			left += 2 * n
		}
	}
	return nil
}

// packedFields reads the members of an object; wanted, unless nil, says which
// to keep. As in JSON, what is null is left out.
func (d *values) packedFields(p *pack, sensitive mask, wanted map[string]bool) ([]tf.Field, error) {
	kind, n, _, err := p.next()
	if err == nil && kind != packedMap {
		err = errPack
	}
	if err != nil {
		return nil, err
	}
	return d.packedMembers(p, n, sensitive, wanted, 0)
}

func (d *values) packedMembers(p *pack, n uint64, sensitive mask, wanted map[string]bool, depth int) ([]tf.Field, error) {
	var most [24]tf.Field
	fields := most[:0]
	for range n {
		kind, _, text, err := p.next()
		if err == nil && kind != packedString {
			err = errPack
		}
		if err != nil {
			return nil, err
		}
		if wanted != nil && !wanted[string(text)] {
			if err := p.skip(); err != nil {
				return nil, err
			}
			continue
		}
		name := d.names.intern(text)
		v, err := d.packed(p, sensitive.under(name), depth+1)
		if err != nil {
			return nil, err
		}
		if !v.IsNull() {
			fields = append(fields, tf.Field{Name: name, Value: v})
		}
	}
	return slices.Clone(fields), nil
}

// packed reads one value.
func (d *values) packed(p *pack, sensitive mask, depth int) (tf.Value, error) {
	kind, n, text, err := p.next()
	if err == nil && depth > maxDepth {
		err = errPack
	}
	if err != nil {
		return tf.Value{}, err
	}
	var v tf.Value
	switch kind {
	case packedFalse:
		v = falseValue
	case packedTrue:
		v = trueValue
	case packedInt:
		v = d.number(strconv.AppendInt(nil, int64(n), 10))
	case packedUint:
		v = d.number(strconv.AppendUint(nil, n, 10))
	case packedFloat32:
		v = d.number(strconv.AppendFloat(nil, float64(math.Float32frombits(uint32(n))), 'f', -1, 32))
	case packedFloat64:
		v = d.number(strconv.AppendFloat(nil, math.Float64frombits(n), 'f', -1, 64))
	case packedString:
		v = tf.StringValue(d.names.intern(text))
	case packedExtension:
		p.unknown = true
		v = tf.UnknownValue()
	case packedMap:
		fields, err := d.packedMembers(p, n, sensitive, nil, depth)
		if err != nil {
			return v, err
		}
		if v = emptyObject; len(fields) > 0 {
			v = tf.ObjectValue(fields...)
		}
	case packedArray:
		if n == 2 && isDynamic(p.b) {
			if err := p.skip(); err != nil {
				return v, err
			}
			return d.packed(p, sensitive, depth+1)
		}
		if v, err = d.packedList(p, n, sensitive, depth); err != nil {
			return v, err
		}
	case packedBinary:
		return v, errPack
	}
	return marked(v, sensitive.all), nil
}

func (d *values) number(text []byte) tf.Value { return tf.NumberValue(d.names.intern(text)) }

func (d *values) packedList(p *pack, n uint64, sensitive mask, depth int) (tf.Value, error) {
	if n == 0 {
		return emptyList, nil
	}
	elements := make([]tf.Value, 0, min(n, 64)) // n is not to be trusted
	for i := range int(n) {
		v, err := d.packed(p, sensitive.at(i), depth+1)
		if err != nil {
			return v, err
		}
		elements = append(elements, v)
	}
	return tf.ListValue(elements...), nil
}

// isDynamic reports whether the elements of an array of two are the type and
// the value of something whose type only the value says. Nothing else is
// written as binary data.
func isDynamic(b []byte) bool { return len(b) > 0 && b[0] >= 0xc4 && b[0] <= 0xc6 }

// packedMask is the mask of a list of paths.
func (d *values) packedMask(paths []planfile.Path) mask {
	var m mask
	for _, path := range paths {
		d.cover(&m, path)
	}
	return m
}

// cover adds a path to a mask. An element that has no place of its own, as
// that of a set, covers all of them.
func (d *values) cover(m *mask, path planfile.Path) {
	if len(path) == 0 || m.all {
		*m = mask{all: true}
		return
	}
	name, index := d.step(path[0])
	switch {
	case name != "":
		i := 0
		for i < len(m.fields) && m.fields[i].name != name {
			i++
		}
		if i == len(m.fields) {
			m.fields = append(m.fields, maskField{name: name})
		}
		d.cover(&m.fields[i].mask, path[1:])
	case index >= 0:
		for len(m.elements) <= index {
			m.elements = append(m.elements, mask{})
		}
		d.cover(&m.elements[index], path[1:])
	default:
		*m = mask{all: true}
	}
}

// step is the name of an attribute or of a map's element, or the index of a
// list's, which is -1 for anything else.
func (d *values) step(s planfile.Step) (name string, index int) {
	if s.Key == nil {
		return d.names.intern([]byte(s.Attribute)), -1
	}
	kind, n, text, err := newPack(s.Key).next()
	switch {
	case err != nil:
	case kind == packedString:
		return d.names.intern(text), -1
	case kind == packedUint && n < maxIndex:
		return "", int(n)
	}
	return "", -1
}

// maxIndex bounds the elements that a path may name.
const maxIndex = 1 << 16
