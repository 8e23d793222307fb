package tfplan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Options say how to read an input.
type Options struct {
	Wanted tf.Wanted
	Name   string // of the stack
	Path   string // as the stack carries it
	// Evaluate evaluates the source that a plan was made from with what the
	// plan knows; nil where there is no source.
	Evaluate func(tf.Known) tf.Evaluator
	// Variable is what a root variable will be whose value the plan knows, where
	// that is a mock of terragrunt's; nil where there are none.
	Variable func(name string, planned tf.Value) tf.Value
}

// Error says why an input could not be read at all, and what to do.
type Error struct {
	Summary string
	Detail  string
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Summary
	}
	return e.Summary + ": " + e.Detail
}

// Foreign reports whether the input is JSON or a zip of another kind
// altogether.
func (e *Error) Foreign() bool { return e.Summary == foreign || e.Summary == foreignZip }

const (
	foreign    = "the input is JSON, but neither a plan nor a state"
	foreignZip = "the input is a zip, but no plan: it holds no entry named tfplan"
)

const showHint = "make one with `terraform show -json FILE > plan.json`"

// Read reads a plan or state in JSON. An input of which something could be
// read gives a stack, whose diagnostics say what could not.
//
// `planned_values` is read only where a plan has no `resource_changes`, which
// takes a second pass and therefore a reader that is an io.Seeker.
func Read(ctx context.Context, r io.Reader, opts Options) (*tf.Stack, error) {
	rd := newReader(ctx, opts)
	err := rd.read(r)
	if s, ok := r.(io.Seeker); ok && err == nil && rd.plannedOnly() {
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		rd = newReader(ctx, opts)
		rd.usePlanned = true
		err = rd.read(r)
	}
	if err != nil {
		return nil, err
	}
	if err := rd.recognise(); err != nil {
		return nil, err
	}
	return rd.finish(), nil
}

// reader holds what one pass over the input has found so far.
type reader struct {
	ctx   context.Context
	opts  Options
	dec   *jsontext.Decoder
	vals  values
	types map[string]*typeInfo

	stack      *tf.Stack
	seen       map[string]bool // top-level members
	version    string          // of a raw state
	usePlanned bool
	unreadable int // resource changes

	before, after []*tf.Resource
	pending       []*pending
	addresses     map[string]bool       // of after, to notice duplicates
	variables     map[string]string     // texts of the root module's variables
	variableIDs   map[string][]tf.Value // the ids among the values of the root module's variables
	mocks         map[string]mock       // root variables that will have another value
	formerly      map[string]*tf.Resource
	known         *known              // nil where nobody asks
	remote        map[string]tf.Value // outputs of other stacks by the data source that read them
	regions       map[string]string   // by provider configuration
	providers     map[string]string   // keys of provider configurations, by address
	root          *module             // of the configuration
	modules       map[string]*module  // by module instance
	blocks        map[*tf.ResourceConfig]*block
	texts         map[digest]*blockText       // of the configuration, by digest
	defaults      map[digest]map[string]shape // of variables, by digest
}

// pending is an instance with unknown attributes, until the configuration is
// there to resolve them.
type pending struct {
	resource *tf.Resource
	fields   []tf.Field
}

// typeInfo is what is asked of Wanted once for each resource type.
type typeInfo struct {
	name       string
	keep       bool
	attributes map[string]bool
	uncertain  []string
	count      int
}

func newReader(ctx context.Context, opts Options) *reader {
	rd := &reader{
		ctx:         ctx,
		opts:        opts,
		vals:        values{names: interner{}},
		types:       map[string]*typeInfo{},
		stack:       &tf.Stack{Name: opts.Name, Path: opts.Path, Complete: true, Types: map[string]int{}, Handed: map[string]bool{}, Outputs: map[string]tf.Value{}},
		seen:        map[string]bool{},
		addresses:   map[string]bool{},
		variables:   map[string]string{},
		variableIDs: map[string][]tf.Value{},
		mocks:       map[string]mock{},
		remote:      map[string]tf.Value{},
		regions:     map[string]string{},
		providers:   map[string]string{},
		modules:     map[string]*module{},
		blocks:      map[*tf.ResourceConfig]*block{},
		texts:       map[digest]*blockText{},
		defaults:    map[digest]map[string]shape{},
	}
	if opts.Evaluate != nil {
		rd.known = newKnown(rd.typeInfo)
	}
	return rd
}

func (rd *reader) typeInfo(name string) *typeInfo {
	t := rd.types[name]
	if t == nil {
		t = &typeInfo{name: strings.Clone(name)}
		t.attributes, t.keep = rd.opts.Wanted.Keep(name)
		rd.types[t.name] = t
	}
	return t
}

func (rd *reader) diagnose(severity tf.DiagSeverity, incomplete bool, summary, detail string) {
	rd.stack.Diagnostics = append(rd.stack.Diagnostics, tf.Diagnostic{
		Severity: severity, Summary: summary, Detail: detail, Stack: rd.stack.Name,
		Range: tf.Range{File: rd.stack.Path}, Incomplete: incomplete,
	})
}

// read walks the members of the top-level object.
func (rd *reader) read(r io.Reader) error {
	rd.dec = newDecoder(bufio.NewReaderSize(r, 1<<18))
	switch kind := rd.dec.PeekKind(); kind {
	case jsontext.KindBeginObject:
	case jsontext.KindInvalid:
		_, err := rd.dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return &Error{"the input is empty", showHint}
		}
		return &Error{"the input is not JSON", showHint}
	default:
		return &Error{foreign, showHint}
	}
	err := rd.members(rd.topLevel)
	switch {
	case err == nil:
		if err := rd.noMore(); err != nil {
			return err
		}
		return nil
	case rd.ctx.Err() != nil:
		return rd.ctx.Err()
	}
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	if len(rd.after)+len(rd.before) == 0 {
		return &Error{rd.broken(err), "the file is not complete JSON; " + showHint}
	}
	rd.stack.Complete = false
	rd.diagnose(tf.Error, true, rd.broken(err), "what comes after that place was not analysed; "+showHint)
	return nil
}

func (rd *reader) broken(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Sprintf("the input ends in the middle, after %d bytes", rd.dec.InputOffset())
	}
	return fmt.Sprintf("the input is not valid JSON after %d bytes", rd.dec.InputOffset())
}

// noMore checks that nothing follows the object.
func (rd *reader) noMore() error {
	if rd.dec.PeekKind() == jsontext.KindInvalid {
		if _, err := rd.dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
	}
	switch {
	case rd.seen["@level"]:
		return errLog
	case len(rd.seen) <= 1:
		return &Error{foreign, showHint}
	}
	another := rd.dec.PeekKind() == jsontext.KindBeginObject
	rd.diagnose(tf.Warning, another, "something follows the plan in the input", "it was ignored; "+showHint)
	return nil
}

var errLog = &Error{"the input is a log, not a plan", "`terraform plan -json` prints messages; make a plan with `terraform plan -out=tfplan`, then `terraform show -json tfplan > plan.json`"}

// members calls f for each member of the object that comes next; f consumes
// the member's value.
func (rd *reader) members(f func(name string) error) error {
	if kind := rd.dec.PeekKind(); kind != jsontext.KindBeginObject {
		return rd.dec.SkipValue()
	}
	if _, err := rd.dec.ReadToken(); err != nil {
		return err
	}
	for rd.dec.PeekKind() != jsontext.KindEndObject {
		token, err := rd.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := f(token.String()); err != nil {
			return err
		}
	}
	_, err := rd.dec.ReadToken()
	return err
}

// elements calls f with the text of each element of the array that comes
// next, one at a time.
func (rd *reader) elements(f func(element []byte)) error {
	if kind := rd.dec.PeekKind(); kind != jsontext.KindBeginArray {
		return rd.dec.SkipValue()
	}
	if _, err := rd.dec.ReadToken(); err != nil {
		return err
	}
	for n := 0; rd.dec.PeekKind() != jsontext.KindEndArray; n++ {
		if n%256 == 0 && rd.ctx.Err() != nil {
			return rd.ctx.Err()
		}
		element, err := rd.dec.ReadValue()
		if err != nil {
			return err
		}
		f(element)
	}
	_, err := rd.dec.ReadToken()
	return err
}

// string reads a scalar as text.
func (rd *reader) string() (string, error) {
	v, err := rd.dec.ReadValue()
	if err != nil {
		return "", err
	}
	return string((&cursor{b: v}).text()), nil
}

func (rd *reader) topLevel(name string) error {
	rd.seen[name] = true
	switch name {
	case "format_version":
		version, err := rd.string()
		if err != nil {
			return err
		}
		return rd.checkFormat(version)
	case "terraform_version":
		version, err := rd.string()
		rd.stack.TerraformVersion = version
		return err
	case "variables":
		return rd.members(rd.variable)
	case "planned_values":
		rd.stack.Kind = tf.PlanInput
		if rd.usePlanned {
			return rd.members(rd.valuesMember(rd.addPlanned))
		}
	case "output_changes":
		return rd.members(rd.outputChange)
	case "resource_changes":
		rd.stack.Kind = tf.PlanInput
		if kind := rd.dec.PeekKind(); kind != jsontext.KindBeginArray && kind != jsontext.KindNull {
			rd.stack.Complete = false
			rd.diagnose(tf.Error, true, "resource_changes of the plan is no list", "it was not analysed; "+showHint)
		}
		return rd.elementsAhead(rd.resourceChange)
	case "resource_drift":
		return rd.elements(rd.resourceDrift)
	case "deferred_changes":
		return rd.elements(rd.deferred)
	case "prior_state":
		return rd.members(func(name string) error {
			if name == "values" {
				return rd.members(rd.priorMember)
			}
			return rd.dec.SkipValue()
		})
	case "values":
		rd.stack.Kind = tf.StateInput
		return rd.members(rd.valuesMember(rd.addState))
	case "configuration":
		rd.stack.Kind = tf.PlanInput
		return rd.configuration()
	case "complete", "errored", "encrypted_data", "version", "@level":
		return rd.marker(name)
	case "outputs":
		if rd.seen["version"] || rd.seen["serial"] || rd.seen["lineage"] {
			return rd.members(rd.outputValue)
		}
	case "resources":
		if rd.seen["version"] || rd.seen["serial"] || rd.seen["lineage"] {
			rd.stack.Kind = tf.StateInput
			return rd.elements(func(b []byte) { rd.rawResource(b, rd.addState) })
		}
	}
	return rd.dec.SkipValue()
}

// marker reads the members that say something about the input as a whole.
func (rd *reader) marker(name string) error {
	if rd.dec.PeekKind() == jsontext.KindBeginObject || rd.dec.PeekKind() == jsontext.KindBeginArray {
		return rd.dec.SkipValue()
	}
	text, err := rd.string()
	switch {
	case err != nil:
		return err
	case name == "encrypted_data":
		return errEncrypted
	case name == "errored" && text == "true":
		rd.errored()
	case name == "complete" && text == "false":
		rd.partial()
	case name == "version":
		rd.version = text
	}
	return nil
}

var errEncrypted = &Error{"the input is encrypted by OpenTofu", "decrypt it with `tofu show -json FILE > plan.json` where the key is at hand"}

func (rd *reader) errored() {
	rd.stack.Complete = false
	rd.diagnose(tf.Warning, true, "the plan ended with an error", "only what was planned before the error is analysed; fix the error and plan again")
}

func (rd *reader) partial() {
	rd.stack.Complete = false
	rd.diagnose(tf.Warning, true, "the plan is not complete", "it was made with -target, or changes were deferred; what it leaves out is not analysed (U-21)")
}

// checkFormat compares the format with those known: a new major may mean
// anything, a new minor only adds.
func (rd *reader) checkFormat(version string) error {
	major, minor, _ := strings.Cut(version, ".")
	m, err := strconv.Atoi(major)
	n, err2 := strconv.Atoi(minor)
	switch {
	case err != nil || err2 != nil || m < 0:
		return &Error{fmt.Sprintf("format_version %q of the input is no version", version), showHint}
	case m > 1:
		return &Error{fmt.Sprintf("format %q of the plan is newer than this version knows", version), "known are 0.1, 0.2 and 1.x; use a newer tfcheck"}
	case m == 1 && n > newestMinor:
		rd.diagnose(tf.Warning, false, fmt.Sprintf("format %s of the input is newer than this version knows", version), "what it added is ignored")
	}
	return nil
}

// newestMinor is the newest minor of format 1 whose additions were looked at.
const newestMinor = 2

func (rd *reader) variable(name string) error {
	text, err := rd.dec.ReadValue()
	if err != nil {
		return err
	}
	v := tf.NullValue() // as it is written where it is null
	c := &cursor{b: text}
	for ok := c.enter('{'); ok && c.more(); {
		if string(c.text()) == "value" {
			v = rd.vals.value(c, mask{}, mask{})
		} else {
			c.raw()
		}
	}
	rd.addVariable(name, v)
	return nil
}

// addVariable notes the value of a variable of the root module.
func (rd *reader) addVariable(name string, v tf.Value) {
	v = rd.noteMock(name, v)
	if v.Kind() == tf.String {
		rd.variables[name], _ = v.AsString().Known()
	}
	switch v.Kind() {
	case tf.String:
		rd.variableIDs[name] = rd.ids(v)
	case tf.List:
		rd.variableIDs[name] = rd.ids(v.Elements()...)
	}
	if rd.known != nil {
		rd.known.variables[name] = v
	}
}

// ids are those of some values that are identities, or look like one.
func (rd *reader) ids(values ...tf.Value) []tf.Value {
	var ids []tf.Value
	for _, v := range values {
		text, known := v.AsString().Known()
		if _, symbolic := v.Symbol(); symbolic || known && v.Kind() == tf.String && rd.mayBeID(text) {
			ids = append(ids, v)
		}
	}
	return ids
}

// mayBeID reports whether a text has the form of an id or an ARN.
func (rd *reader) mayBeID(text string) bool {
	w, ok := rd.opts.Wanted.(interface{ MayBeID(string) bool })
	return ok && w.MayBeID(text)
}

// plannedOnly reports whether the input is a plan that has planned values but
// no changes.
func (rd *reader) plannedOnly() bool {
	return rd.seen["planned_values"] && !rd.seen["resource_changes"]
}

// isEmptyState reports whether the input is what terraform shows of a state
// without resources. Other documents have a format_version too.
func (rd *reader) isEmptyState() bool {
	for name := range rd.seen {
		switch name {
		case "format_version", "terraform_version", "checks":
		default:
			return false
		}
	}
	return rd.seen["format_version"]
}

// recognise checks that what was read in JSON is an input at all.
func (rd *reader) recognise() error {
	s := rd.stack
	rawState := rd.seen["version"] && rd.seen["serial"]
	switch {
	case rawState && rd.version != "4":
		return &Error{"the state has version " + rd.version + ", which is not known here", "show it with `terraform show -json > state.json`"}
	case s.Kind == "" && (rd.isEmptyState() || rawState):
		s.Kind = tf.StateInput // a state without resources
	case s.Kind == "" && rd.seen["@level"]:
		return errLog
	case s.Kind == "":
		return &Error{foreign, showHint}
	case rd.plannedOnly() && !rd.usePlanned:
		return &Error{"the plan has no resource_changes", "save it to a file and give its path, so that its planned_values can be read instead"}
	}
	return nil
}

// finish joins what the pass has found into the stack.
func (rd *reader) finish() *tf.Stack {
	s := rd.stack
	if rd.unreadable > 0 {
		s.Complete = false
		rd.diagnose(tf.Error, true, fmt.Sprintf("%d of the resource changes cannot be read", rd.unreadable), "they have no address, no type or no values, and were not analysed; "+showHint)
	}
	for _, t := range rd.types {
		if t.count > 0 {
			s.Types[t.name] = t.count
		}
	}
	slices.SortStableFunc(s.Drift, func(a, b *tf.Resource) int { return tf.CompareAddresses(a.Address, b.Address) })
	rd.attach()
	s.After = tf.NewSnapshot(rd.after)
	if s.Kind != tf.StateInput && slices.ContainsFunc(rd.before, isManaged) {
		// A first apply has nothing to compare with.
		s.Before = tf.NewSnapshot(rd.before)
	}
	if !rd.exact() {
		rd.substitute()
	}
	rd.link()
	return s
}

func isManaged(r *tf.Resource) bool { return r.Addr.Mode == tf.Managed }
