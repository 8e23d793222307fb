package planfile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// entry is a file in a zip.
type entry struct{ name, text string }

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// number and message are fields of a protobuf message.
func number(field Field, v uint64) string {
	return string(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), v))
}

func message(field Field, parts ...string) string {
	return string(protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), strings.Join(parts, "")))
}

// value is a DynamicValue in field 2, where all of them stand.
func value(msgpack string) string { return message(2, message(1, msgpack)) }

func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readAll(f *File) (p *Plan, changes []Change, err error) {
	p, err = f.Plan(func(field Field, message []byte) error {
		c, err := ParseChange(field, slices.Clone(message))
		changes = append(changes, c)
		return err
	})
	return p, changes, err
}

// Every field that is read, from a plan put together by hand.
func TestPlan(t *testing.T) {
	path := message(1, message(1, "tags")) + message(1, value("\xa4name"))
	change := message(3,
		message(13, "aws_vpc.a"), message(14, "aws_vpc.z"), message(7, "00aa"), message(8, `provider["x"]`),
		message(9, number(1, 3), value("before"), value("after"), message(3, path), message(4, message(1, message(1, "id")))),
	)
	output := message(4, message(1, "vpc"), message(2, number(1, 1), value("id")), number(3, 1))
	put := message(27, message(1, number(1, 5)), message(2, message(13, "aws_vpc.b"), message(9, number(1, 1), value("new"))))
	f := open(t, zipOf(t, entry{"tfplan", number(1, 3) + message(2, message(1, "region"), value("v")) + change + message(5, "aws_vpc.a") +
		message(13, message(1, "local"), message(3, "prod")) + message(14, "1.11.4") + number(17, 2) + number(20, 1) + number(25, 1) + number(26, 1) + output + put + number(99, 7) + message(98, "later")}))
	p, changes, err := readAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if p.TerraformVersion != "1.11.4" || p.Workspace != "prod" || string(p.Variables["region"]) != "v" || !slices.Equal(p.Targets, []string{"aws_vpc.a"}) ||
		!p.RefreshOnly || !p.Errored || !p.Applyable || !p.Complete {
		t.Errorf("plan %+v", p)
	}
	want := []Change{
		{Address: "aws_vpc.a", Previous: "aws_vpc.z", Deposed: "00aa", Provider: `provider["x"]`, Action: Update, Before: []byte("before"), After: []byte("after"),
			BeforeSensitive: []Path{{{Attribute: "tags"}, {Key: []byte("\xa4name")}}}, AfterSensitive: []Path{{{Attribute: "id"}}}},
		{Address: "vpc", Action: Create, After: []byte("id"), BeforeSensitive: []Path{{}}, AfterSensitive: []Path{{}}},
		{Address: "aws_vpc.b", Action: Create, After: []byte("new"), Reason: 5},
	}
	if fmt.Sprint(changes) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", changes, want)
	}
}

// How many values a change has, and which they are, follows from its action.
func TestValues(t *testing.T) {
	for action, want := range map[Action]string{
		NoOp: "1 1", Create: "- 1", Read: "1 2", Update: "1 2", Delete: "1 -",
		DeleteThenCreate: "1 2", CreateThenDelete: "1 2", Forget: "1 -", CreateThenForget: "1 2", 77: "1 2",
	} {
		values := value("1")
		if strings.Contains(want, "2") {
			values += value("2")
		}
		text := func(b []byte) string {
			if b == nil {
				return "-"
			}
			return string(b)
		}
		c, err := ParseChange(ResourceChange, []byte(message(9, number(1, uint64(action)), values)))
		if got := text(c.Before) + " " + text(c.After); err != nil || got != want {
			t.Errorf("action %d: %q %v, want %q", action, got, err, want)
		}
		if _, err := ParseChange(ResourceChange, []byte(message(9, number(1, uint64(action)), values, value("3")))); err == nil {
			t.Errorf("action %d with a value too many is taken", action)
		}
	}
}

// What is no plan says so.
func TestErrors(t *testing.T) {
	head := number(1, 3)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"no zip":                {[]byte("PK\x03\x04rest"), ErrNotZip},
		"empty zip":             {zipOf(t), ErrNotPlan},
		"another zip":           {zipOf(t, entry{"word/document.xml", "<w/>"}), ErrNotPlan},
		"encrypted":             {zipOf(t, entry{"tfplan", `{"encrypted_data":"x"}`}), ErrEncrypted},
		"a newer version":       {zipOf(t, entry{"tfplan", number(1, 4) + message(3, "")}), VersionError(4)},
		"a newer version, late": {zipOf(t, entry{"tfplan", message(14, "2.0") + number(1, 4)}), VersionError(4)},
		"no version":            {zipOf(t, entry{"tfplan", message(14, "1.11.4")}), errMessage},
		"empty":                 {zipOf(t, entry{"tfplan", ""}), errMessage},
		"cut off":               {zipOf(t, entry{"tfplan", head + "\x1a\x7f"}), errMessage},
		"cut off in a number":   {zipOf(t, entry{"tfplan", head + "\x88"}), errMessage},
		"a group":               {zipOf(t, entry{"tfplan", head + "\x1b"}), errMessage},
		"field zero":            {zipOf(t, entry{"tfplan", head + "\x02\x00"}), errMessage},
		"a damaged change":      {zipOf(t, entry{"tfplan", head + message(3, "\x4a\x7f")}), errMessage},
		"a value of nothing":    {zipOf(t, entry{"tfplan", head + message(3, message(9, number(1, 1), message(2, "")))}), errMessage},
		"a message too long":    {zipOf(t, entry{"tfplan", head + "\x1a\xff\xff\xff\xff\x0f"}), ErrTooLarge},
		"a zip bomb":            {bomb(t, freeRatio+1), ErrTooLarge},
		"a bomb that hides":     {bomb(t, 1), zip.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(bytes.NewReader(c.data), int64(len(c.data)))
			if err == nil {
				_, _, err = readAll(f)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// bomb is a zip that grows a thousand times, and says that it grows to size.
func bomb(t *testing.T, size uint64) []byte {
	t.Helper()
	var shrunk, b bytes.Buffer
	d, err := flate.NewWriter(&shrunk, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = d.Write([]byte(number(1, 3) + strings.Repeat("\x08\x03", 1<<20)))
	_ = d.Close()
	w := zip.NewWriter(&b)
	e, err := w.CreateRaw(&zip.FileHeader{Name: "tfplan", Method: zip.Deflate, CompressedSize64: uint64(shrunk.Len()), UncompressedSize64: size})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = e.Write(shrunk.Bytes())
	_ = w.Close()
	return b.Bytes()
}

// The directory of a zip is bounded before it is read.
func TestDirectoryIsBounded(t *testing.T) {
	data := zipOf(t, entry{"tfplan", ""}, entry{"x", ""})
	size := int64(len(data))
	if _, err := openBounded(bytes.NewReader(data), size, maxDirectory, 1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many entries: %v", err)
	}
	if _, err := openBounded(bytes.NewReader(data), size, 100, maxEntries); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many bytes: %v", err)
	}
}

// The source of every module stands where it lay; nothing else is there.
func TestSources(t *testing.T) {
	f := open(t, zipOf(t, entry{"tfplan", ""},
		entry{"tfconfig/modules.json", `[{"Key":"net","Source":"./net","Dir":"modules/net"},{"Key":"","Dir":"."},{"Key":"net.db","Dir":"../db"},{"Key":"again","Dir":"modules/net"},{"Key":"win","Dir":"modules\\win"}]`},
		entry{"tfconfig/m-/main.tf", "root"}, entry{"tfconfig/m-net/main.tf", "net"}, entry{"tfconfig/m-net/x.tf.json", "{}"}, entry{"tfconfig/m-net.db/main.tf", "db"},
		entry{"tfconfig/m-win/main.tf", "win"}, entry{"tfconfig/m-again/main.tf", "net"},
		entry{"tfconfig/m-other/main.tf", "of no module"}, entry{"tfconfig/m-net/../../../etc/passwd", "x"}, entry{"tfconfig/m-net/sub/deep.tf", "x"},
	))
	for _, c := range []struct {
		at, root, files string
		inside          bool
	}{
		{"live/prod", "live/prod", "live/db/main.tf=db live/prod/main.tf=root live/prod/modules/net/main.tf=net live/prod/modules/net/x.tf.json={} live/prod/modules/win/main.tf=win", false},
		{".", ".", "main.tf=root modules/net/main.tf=net modules/net/x.tf.json={} modules/win/main.tf=win", false},
		{"tfplan", "tfplan/root", "tfplan/db/main.tf=db tfplan/root/main.tf=root tfplan/root/modules/net/main.tf=net tfplan/root/modules/net/x.tf.json={} tfplan/root/modules/win/main.tf=win", true},
	} {
		sources, root, err := f.Sources(c.at, c.inside)
		if err != nil || root != c.root {
			t.Fatalf("root %q, error %v", root, err)
		}
		var got []string
		err = fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "/.terraform/modules/modules.json") || name == ".terraform/modules/modules.json" {
				return err
			}
			text, err := fs.ReadFile(sources, name)
			got = append(got, name+"="+string(text))
			return err
		})
		if err != nil || strings.Join(got, " ") != c.files {
			t.Errorf("%s: %v\ngot  %s\nwant %s", c.at, err, strings.Join(got, " "), c.files)
		}
		if text, err := fs.ReadFile(sources, path.Join(root, ".terraform/modules/modules.json")); err != nil || !strings.Contains(string(text), "net.db") {
			t.Errorf("%s: the list of modules: %v", c.at, err)
		}
	}
}

// Source that is missing or damaged says so.
func TestSourcesOfBadPlans(t *testing.T) {
	for name, entries := range map[string][]entry{
		"none":       {{"tfplan", ""}},
		"no JSON":    {{"tfplan", ""}, {"tfconfig/modules.json", "{"}},
		"not a list": {{"tfplan", ""}, {"tfconfig/modules.json", "{}"}},
	} {
		if _, _, err := open(t, zipOf(t, entries...)).Sources(".", false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Nothing in a zip makes the reader crash.
func FuzzOpen(f *testing.F) {
	fixtures, _ := filepath.Glob(filepath.Join("..", "..", "..", "fixtures", "*", "tfplan"))
	for _, name := range fixtures {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		_, _, _ = readAll(file)
		if sources, _, err := file.Sources("tfplan", true); err == nil {
			_ = fs.WalkDir(sources, ".", func(string, fs.DirEntry, error) error { return nil })
		}
		if r, err := file.State(); err == nil && r != nil {
			_, _ = io.Copy(io.Discard, r)
			_ = r.Close()
		}
	})
}

// Nothing in a plan makes the reader crash; here the zip is not in the way.
func FuzzMessage(f *testing.F) {
	fixtures, _ := filepath.Glob(filepath.Join("..", "..", "..", "fixtures", "*", "tfplan"))
	for _, name := range fixtures {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		r, err := open(f, data).open("tfplan")
		if err != nil {
			f.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		p := &Plan{Variables: map[string][]byte{}}
		_ = p.read(newReader(bytes.NewReader(text)), func(field Field, message []byte) error {
			_, err := ParseChange(field, message)
			return err
		})
	})
}
