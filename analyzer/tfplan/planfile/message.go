package planfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is the number of a field of the plan.
type Field = protowire.Number

// The fields of the plan that hold changes, of resources and of outputs.
const (
	ResourceChange Field = 3
	OutputChange   Field = 4
	ResourceDrift  Field = 18
	DeferredChange Field = 27
)

// The other fields of the plan that are read.
const (
	fieldVersion          Field = 1
	fieldVariable         Field = 2
	fieldTarget           Field = 5
	fieldBackend          Field = 13
	fieldTerraformVersion Field = 14
	fieldMode             Field = 17
	fieldErrored          Field = 20
	fieldApplyable        Field = 25
	fieldComplete         Field = 26
	fieldStateStore       Field = 29
)

// Plan is what a plan says apart from its changes.
type Plan struct {
	TerraformVersion string
	Variables        map[string][]byte // msgpack
	Targets          []string
	Workspace        string
	RefreshOnly      bool
	Errored          bool
	// Applyable and Complete are there since Terraform 1.8.
	Applyable, Complete bool

	version uint64
}

const refreshOnly = 2 // the mode

var errMessage = errors.New("the plan in the zip is damaged")

// read reads the fields one after the other, so that a plan of any size takes
// no more memory than its largest change.
func (p *Plan) read(r *bufio.Reader, each func(Field, []byte) error) error {
	var message []byte
	for {
		tag, err := binary.ReadUvarint(r)
		if errors.Is(err, io.EOF) {
			return p.checkVersion()
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errMessage, err)
		}
		field, typ := protowire.DecodeTag(tag)
		switch {
		case field < 1:
			return errMessage
		case typ == protowire.VarintType:
			v, err := binary.ReadUvarint(r)
			if err != nil {
				return fmt.Errorf("%w: %w", errMessage, err)
			}
			p.number(field, v)
			continue
		case typ != protowire.BytesType:
			return errMessage // the format has no fields of fixed size
		}
		if message, err = readMessage(r, message[:0]); err != nil {
			return err
		}
		if err := p.message(field, message, each); err != nil {
			return err
		}
	}
}

func (p *Plan) checkVersion() error {
	switch p.version {
	case Version:
		return nil
	case 0:
		return errMessage
	}
	return VersionError(p.version)
}

// readMessage reads what follows its own length into buf.
func readMessage(r *bufio.Reader, buf []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMessage, err)
	}
	if n > maxMessage {
		return nil, fmt.Errorf("a change of the plan is %w", ErrTooLarge)
	}
	buf = slices.Grow(buf, int(n))[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, fmt.Errorf("%w: %w", errMessage, err)
	}
	return buf, nil
}

func (p *Plan) number(field Field, v uint64) {
	switch field {
	case fieldVersion:
		p.version = v
	case fieldMode:
		p.RefreshOnly = v == refreshOnly
	case fieldErrored:
		p.Errored = v != 0
	case fieldApplyable:
		p.Applyable = v != 0
	case fieldComplete:
		p.Complete = v != 0
	}
}

func (p *Plan) message(field Field, m []byte, each func(Field, []byte) error) error {
	switch field {
	case ResourceChange, OutputChange, ResourceDrift, DeferredChange:
		// Terraform writes the fields by their number, so the version is known.
		if err := p.checkVersion(); err != nil {
			return err
		}
		return each(field, m)
	case fieldVariable:
		var name string
		var value []byte
		err := fields(m, func(field Field, _ uint64, m []byte) (err error) {
			switch field {
			case 1:
				name = string(m)
			case 2:
				value, err = dynamic(m)
			}
			return err
		})
		if err != nil {
			return err
		}
		p.Variables[name] = slices.Clone(value)
	case fieldTarget:
		p.Targets = append(p.Targets, string(m))
	case fieldBackend, fieldStateStore:
		return fields(m, func(field Field, _ uint64, m []byte) error {
			if field == 3 {
				p.Workspace = string(m)
			}
			return nil
		})
	case fieldTerraformVersion:
		p.TerraformVersion = string(m)
	}
	return nil
}

// fields calls f for each field of a message, with its number or its bytes.
func fields(m []byte, f func(field Field, number uint64, bytes []byte) error) error {
	for len(m) > 0 {
		field, typ, n := protowire.ConsumeTag(m)
		if n < 0 {
			return errMessage
		}
		m = m[n:]
		var number uint64
		var bytes []byte
		switch typ {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(m)
		case protowire.BytesType:
			bytes, n = protowire.ConsumeBytes(m)
		default:
			n = -1
		}
		if n < 0 {
			return errMessage
		}
		m = m[n:]
		if err := f(field, number, bytes); err != nil {
			return err
		}
	}
	return nil
}

// Action is what a change does.
type Action uint8

// The actions.
const (
	NoOp             Action = 0
	Create           Action = 1
	Read             Action = 2
	Update           Action = 3
	Delete           Action = 5
	DeleteThenCreate Action = 6
	CreateThenDelete Action = 7
	Forget           Action = 8
	CreateThenForget Action = 9
)

// Change is what the plan does to one instance, or to an output.
type Change struct {
	Address  string // of an output its name
	Previous string // the address that it had before, if that was another
	Deposed  string // the key of a deposed object
	Provider string // the provider configuration, as a state writes it
	Action   Action
	// Before and After are msgpack; nil where there is no such object.
	Before, After                   []byte
	BeforeSensitive, AfterSensitive []Path
	Reason                          uint64 // of a deferred change
}

// Path leads to a part of a value.
type Path []Step

// Step is an attribute, or an element whose key is msgpack.
type Step struct {
	Attribute string
	Key       []byte
}

// ParseChange reads a change; the bytes of its values are those of message.
func ParseChange(field Field, message []byte) (c Change, err error) {
	switch field {
	case OutputChange:
		return c, c.output(message)
	case DeferredChange:
		return c, c.deferred(message)
	}
	return c, c.read(message)
}

// output reads the change of an output; one that is sensitive is so as a whole.
func (c *Change) output(message []byte) error {
	return fields(message, func(field Field, v uint64, m []byte) error {
		switch field {
		case 1:
			c.Address = string(m)
		case 2:
			return c.change(m)
		case 3:
			if v != 0 {
				c.BeforeSensitive, c.AfterSensitive = []Path{{}}, []Path{{}}
			}
		}
		return nil
	})
}

func (c *Change) deferred(message []byte) error {
	return fields(message, func(field Field, _ uint64, m []byte) error {
		switch field {
		case 1:
			return fields(m, func(field Field, v uint64, _ []byte) error {
				if field == 1 {
					c.Reason = v
				}
				return nil
			})
		case 2:
			return c.read(m)
		}
		return nil
	})
}

func (c *Change) read(message []byte) error {
	return fields(message, func(field Field, _ uint64, m []byte) error {
		switch field {
		case 7:
			c.Deposed = string(m)
		case 8:
			c.Provider = string(m)
		case 9:
			return c.change(m)
		case 13:
			c.Address = string(m)
		case 14:
			c.Previous = string(m)
		}
		return nil
	})
}

// change reads the values; how many there are follows from the action.
func (c *Change) change(message []byte) error {
	var values [][]byte
	err := fields(message, func(field Field, v uint64, m []byte) error {
		switch field {
		case 1:
			c.Action = Action(min(v, 255))
		case 2:
			value, err := dynamic(m)
			if err != nil {
				return err
			}
			values = append(values, value)
		case 3, 4:
			path, err := readPath(m)
			if err != nil {
				return err
			}
			if field == 3 {
				c.BeforeSensitive = append(c.BeforeSensitive, path)
			} else {
				c.AfterSensitive = append(c.AfterSensitive, path)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	want := 2
	switch c.Action {
	case NoOp, Create, Delete, Forget:
		want = 1
	}
	if len(values) != want {
		return errMessage
	}
	switch c.Action {
	case NoOp:
		c.Before, c.After = values[0], values[0]
	case Create:
		c.After = values[0]
	case Delete, Forget:
		c.Before = values[0]
	default:
		c.Before, c.After = values[0], values[1]
	}
	return nil
}

// dynamic is the msgpack of a value.
func dynamic(message []byte) (value []byte, err error) {
	err = fields(message, func(field Field, _ uint64, m []byte) error {
		if field == 1 {
			value = m
		}
		return nil
	})
	if err == nil && value == nil {
		err = errMessage
	}
	return value, err
}

func readPath(message []byte) (p Path, err error) {
	err = fields(message, func(field Field, _ uint64, m []byte) error {
		if field != 1 {
			return nil
		}
		var step Step
		err := fields(m, func(field Field, _ uint64, m []byte) (err error) {
			switch field {
			case 1:
				step.Attribute = string(m)
			case 2:
				step.Key, err = dynamic(m)
			}
			return err
		})
		p = append(p, step)
		return err
	})
	return p, err
}
