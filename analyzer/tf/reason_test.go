package tf_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestReason(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../..", filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	open := func(name string) error {
		_, err := root.Open(name)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"dangling":   {open("dangling"), "it does not exist, or is a link to something that does not"},
		"outside":    {open("out"), "it is a link that leads out of the repository"},
		"permission": {&fs.PathError{Op: "openat", Path: "a", Err: syscall.EACCES}, "permission is denied"},
		"a call":     {fmt.Errorf("reading: %w", &fs.PathError{Op: "read", Path: "a", Err: os.NewSyscallError("statat", syscall.EISDIR)}), "is a directory"},
		"own words":  {errors.New("it is larger than 2 MiB"), "it is larger than 2 MiB"},
	} {
		if got := tf.Reason(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
