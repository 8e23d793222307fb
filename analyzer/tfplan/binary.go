package tfplan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan/planfile"
)

const showBinary = "show it as JSON with `terraform show -json FILE > plan.json` and name plan.json"

// Binary is an open binary plan.
type Binary struct {
	file *planfile.File
}

// OpenBinary opens a zip as a binary plan.
func OpenBinary(r io.ReaderAt, size int64) (*Binary, error) {
	file, err := planfile.Open(r, size)
	if err != nil {
		return nil, binaryError(err)
	}
	return &Binary{file}, nil
}

// binaryError says what is wrong with a binary plan as a whole.
func binaryError(err error) error {
	var version planfile.VersionError
	switch {
	case errors.Is(err, planfile.ErrNotZip):
		return &Error{"the input is a zip that is cut off or damaged", "copy the plan again, or make it anew with `terraform plan -out=FILE`"}
	case errors.Is(err, planfile.ErrNotPlan):
		return &Error{foreignZip, "make a plan with `terraform plan -out=FILE` and name FILE"}
	case errors.Is(err, planfile.ErrEncrypted):
		return errEncrypted
	case errors.As(err, &version):
		return &Error{fmt.Sprintf("the binary plan has version %d of the format, and only %d is known", version, planfile.Version), showBinary}
	}
	return &Error{"the binary plan cannot be read: " + err.Error(), showBinary}
}

// Read reads the plan. What the configuration says of it, the source inside
// the file says, see Sources.
func (b *Binary) Read(ctx context.Context, opts Options) (*tf.Stack, error) {
	rd := newReader(ctx, opts)
	rd.stack.Kind = tf.BinaryPlanInput
	if err := rd.readBinary(b.file); err != nil {
		return nil, err
	}
	return rd.finish(), nil
}

// readBinary reads the plan and the data sources of its state.
func (rd *reader) readBinary(file *planfile.File) error {
	// The rest is rare, and waits until nothing else reads on.
	type late struct {
		field   planfile.Field
		message []byte
	}
	var rest []late
	var plan *planfile.Plan
	n := 0
	err := ahead(rd.packedChange, func(emit func([]byte)) (err error) {
		plan, err = file.Plan(func(field planfile.Field, message []byte) error {
			if n++; n%256 == 0 && rd.ctx.Err() != nil {
				return rd.ctx.Err()
			}
			if field == planfile.ResourceChange {
				emit(message)
			} else {
				rest = append(rest, late{field, append([]byte(nil), message...)})
			}
			return nil
		})
		return err
	})
	switch {
	case rd.ctx.Err() != nil:
		return rd.ctx.Err()
	case err != nil && len(rd.after)+len(rd.before) == 0:
		return binaryError(err)
	case err != nil:
		rd.stack.Complete = false
		rd.diagnose(tf.Error, true, err.Error(), "what comes after that place was not analysed; make the plan anew")
	}
	for _, l := range rest {
		rd.packedRest(l.field, l.message, plan.RefreshOnly)
	}
	rd.packedPlan(plan)
	if err := rd.priorState(file); err != nil {
		rd.stack.Complete = false
		rd.diagnose(tf.Warning, true, "the state inside the binary plan cannot be read", "data sources that were read while planning are not analysed: "+err.Error())
	}
	return nil
}

// packedPlan notes what the plan says as a whole.
func (rd *reader) packedPlan(p *planfile.Plan) {
	rd.stack.TerraformVersion = p.TerraformVersion
	if p.Errored {
		rd.errored()
	}
	// Terraform 1.8 and later say whether a plan is complete.
	if len(p.Targets) > 0 || p.Applyable && !p.Complete {
		rd.partial()
	}
	if rd.known != nil {
		rd.known.workspace = p.Workspace
	}
	for name, text := range p.Variables {
		if v, err := rd.vals.packed(newPack(text), mask{}, 0); err == nil {
			rd.addVariable(name, v)
		}
	}
}

// packedActions are the actions of a binary plan.
var packedActions = map[planfile.Action]tf.Action{
	planfile.NoOp:             tf.NoOp,
	planfile.Create:           tf.Create,
	planfile.Read:             tf.Read,
	planfile.Update:           tf.Update,
	planfile.Delete:           tf.Delete,
	planfile.DeleteThenCreate: tf.Replace,
	planfile.CreateThenDelete: tf.Replace,
	planfile.Forget:           tf.Forget,
	planfile.CreateThenForget: tf.Replace,
}

// packedElement reads a change as the rest of the reader knows it.
func (rd *reader) packedElement(field planfile.Field, message []byte) (c instanceChange, reason uint64, ok bool) {
	p, err := planfile.ParseChange(field, message)
	if err != nil {
		return c, 0, false
	}
	addr, err := tf.ParseAddress(p.Address)
	if err != nil {
		return c, 0, false
	}
	c.header = header{
		address: p.Address, module: rd.vals.names.intern([]byte(addr.Module)), mode: "managed", deposed: p.Deposed != "",
		typ: addr.Type, name: addr.Name, provider: rd.provider(p.Provider),
	}
	if addr.Mode == tf.Data {
		c.mode = "data"
	}
	if p.Previous != p.Address {
		c.previous = p.Previous
	}
	if c.action, ok = packedActions[p.Action]; !ok {
		c.action, c.odd = tf.Update, fmt.Sprintf("action %d", p.Action)
	}
	c.before = packedContent(p.Before, p.BeforeSensitive)
	c.after = packedContent(p.After, p.AfterSensitive)
	return c, p.Reason, true
}

// packedContent is the content of a value that may be absent or null.
func packedContent(object []byte, sensitive []planfile.Path) content {
	if len(object) == 0 || object[0] == packedNull {
		return content{}
	}
	return content{object: object, packed: true, paths: sensitive}
}

// provider is the key of a provider configuration, made once.
func (rd *reader) provider(address string) string {
	key, ok := rd.providers[address]
	if !ok {
		key = providerKey(address)
		rd.providers[address] = key
	}
	return key
}

func (rd *reader) packedChange(message []byte) {
	c, _, ok := rd.packedElement(planfile.ResourceChange, message)
	if !ok {
		rd.unreadable++
		return
	}
	rd.addChange(&c)
}

// deferredReasons are those of a deferred change.
var deferredReasons = map[uint64]string{
	1: "instance_count_unknown",
	2: "resource_config_unknown",
	3: "provider_config_unknown",
	4: "absent_prereq",
	5: "deferred_prereq",
}

// packedOutput reads an output as it will be.
func (rd *reader) packedOutput(message []byte) {
	c, err := planfile.ParseChange(planfile.OutputChange, message)
	if err != nil || c.After == nil {
		return
	}
	if v, err := rd.vals.packed(newPack(c.After), rd.vals.packedMask(c.AfterSensitive), 0); err == nil {
		rd.stack.Outputs[c.Address] = v
	}
}

// packedRest reads what changed outside Terraform, what is put off, and
// outputs.
func (rd *reader) packedRest(field planfile.Field, message []byte, refreshOnly bool) {
	c, reason, ok := rd.packedElement(field, message)
	if field == planfile.OutputChange {
		rd.packedOutput(message)
		return
	}
	switch {
	case field == planfile.DeferredChange:
		rd.addDeferred(c.address, deferredReasons[reason])
	case !ok:
		rd.unreadable++
	case c.action != tf.NoOp || refreshOnly:
		rd.addDrift(&c) // an instance that only moved is none
	}
}

// priorState reads the data sources that were read while planning (U-6).
func (rd *reader) priorState(file *planfile.File) error {
	r, err := file.State()
	if r == nil || err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	rd.dec = newDecoder(bufio.NewReaderSize(r, 1<<16))
	return rd.members(func(name string) error {
		if name == "resources" {
			return rd.elements(func(b []byte) { rd.rawResource(b, rd.addPrior) })
		}
		return rd.dec.SkipValue()
	})
}

func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// Sources is the configuration inside the file, see [planfile.File.Sources].
func (b *Binary) Sources(at string, inside bool) (sources fs.FS, root string, err error) {
	return b.file.Sources(at, inside)
}
