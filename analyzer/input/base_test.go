package input

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// repo is a git repository of the files, with a commit of them.
func repo(t *testing.T, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	root := write(t, files)
	if err := os.RemoveAll(filepath.Join(root, ".git")); err != nil {
		t.Fatal(err)
	}
	git(t, root, "init", "-q", "-b", "main")
	commit(t, root)
	return root
}

func commit(t *testing.T, root string) {
	t.Helper()
	git(t, root, "add", "-A")
	git(t, root, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "x")
}

func git(t *testing.T, root string, arguments ...string) {
	t.Helper()
	c := exec.Command("git", append([]string{"-C", root}, arguments...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", arguments, err, out)
	}
}

func change(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// compared opens a folder and gives it a base.
func compared(t *testing.T, folder, base string) (*tf.Stack, error) {
	t.Helper()
	options := Options{Wanted: vpcs{}}
	options.Git, _ = exec.LookPath("git")
	stacks, err := Open(context.Background(), []string{folder}, options)
	if err != nil {
		t.Fatal(err)
	}
	err = options.Compare(context.Background(), stacks, base)
	return stacks[0], err
}

func cidr(s *tf.Snapshot, address string) string {
	r := s.Resource(address)
	if r == nil {
		return "none"
	}
	text, _ := r.Get("cidr_block").AsString().Known()
	return text
}

const vpcOf = "resource \"aws_vpc\" \"%\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"

func vpc(name string) string { return strings.ReplaceAll(vpcOf, "%", name) }

// TestBaseRevision reads a configuration as it is in a revision: with its local
// modules, symbolic links and files of values, and nothing of the working tree.
func TestBaseRevision(t *testing.T) {
	root := repo(t, map[string]string{
		"live/main.tf":          vpc("same") + "variable \"c\" {}\nresource \"aws_vpc\" \"v\" {\n  cidr_block = var.c\n}\nmodule \"m\" {\n  source = \"../modules/m\"\n}\n",
		"live/terraform.tfvars": "c = \"10.1.0.0/16\"\n",
		"modules/m/main.tf":     vpc("m"),
		"shared.tf":             vpc("linked"),
		"elsewhere/readme":      "",
	})
	if err := os.Symlink("../shared.tf", filepath.Join(root, "live", "shared.tf")); err != nil {
		t.Skip(err)
	}
	commit(t, root)
	change(t, root, "live/terraform.tfvars", "c = \"10.2.0.0/16\"\n")
	change(t, root, "modules/m/main.tf", "")
	change(t, root, "live/new.tf", vpc("new"))
	change(t, root, "new/main.tf", vpc("x"))

	s, err := compared(t, filepath.Join(root, "live"), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if cidr(s.Before, "aws_vpc.v") != "10.1.0.0/16" || cidr(s.After, "aws_vpc.v") != "10.2.0.0/16" {
		t.Errorf("the values: before %s, after %s", cidr(s.Before, "aws_vpc.v"), cidr(s.After, "aws_vpc.v"))
	}
	if cidr(s.Before, "module.m.aws_vpc.m") == "none" || cidr(s.After, "module.m.aws_vpc.m") != "none" {
		t.Error("the module is not read as it was")
	}
	if cidr(s.Before, "aws_vpc.new") != "none" || cidr(s.Before, "aws_vpc.linked") == "none" {
		t.Error("a new file is in the base, or a link was not followed")
	}
	if s.Before.Resource("aws_vpc.same") != s.After.Resource("aws_vpc.same") {
		t.Error("what did not change is not one object")
	}
	s, err = compared(t, filepath.Join(root, "new"), "main")
	if err != nil || s.Before == nil || len(s.Before.Resources) != 0 {
		t.Errorf("a folder that is new has %v before: %v", s.Before, err)
	}
}

// TestBaseRunsNothing: nothing that the repository configures is run, and no
// option can stand where a revision should.
func TestBaseRunsNothing(t *testing.T) {
	root := repo(t, map[string]string{"main.tf": vpc("a"), ".gitattributes": "*.tf filter=evil diff=evil\n"})
	trace := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(root, ".git", "evil")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho ran >"+trace+"\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook", "alias.ls-tree", "alias.cat-file"} {
		git(t, root, "config", key, script)
	}
	hooks := filepath.Join(root, ".git", "hooks")
	for _, hook := range []string{"post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"} {
		_ = os.MkdirAll(hooks, 0o755)
		if err := os.WriteFile(filepath.Join(hooks, hook), []byte("#!/bin/sh\necho ran >"+trace+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := compared(t, root, "HEAD"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("something that the repository configures was run")
	}
	for _, name := range []string{"--output", "-x", "HEAD:main.tf", "main x", "nobody", ""} {
		if _, err := compared(t, root, name); err == nil || name != "" && !strings.Contains(err.Error(), name) {
			t.Errorf("%q as a revision: %v", name, err)
		}
	}
}

// TestBaseModules: an installed module is the same in the base where its call
// is; where it is not, it counts in neither, and that is said.
func TestBaseModules(t *testing.T) {
	call := func(name, version string) string {
		return "module \"" + name + "\" {\n  source  = \"example/vpc/aws\"\n  version = \"" + version + "\"\n}\n"
	}
	root := repo(t, map[string]string{"main.tf": call("same", "1.0") + call("other", "1.0"), ".gitignore": ".terraform\n"})
	change(t, root, "main.tf", call("same", "1.0")+call("other", "2.0")+vpc("a"))
	change(t, root, ".terraform/modules/modules.json", `{"Modules":[{"Key":"same","Dir":".terraform/modules/same"},{"Key":"other","Dir":".terraform/modules/other"}]}`)
	for _, name := range []string{"same", "other"} {
		change(t, root, ".terraform/modules/"+name+"/main.tf", vpc("m"))
	}
	s, err := compared(t, root, "main")
	if err != nil {
		t.Fatal(err)
	}
	if cidr(s.Before, "module.same.aws_vpc.m") == "none" || cidr(s.After, "module.same.aws_vpc.m") == "none" {
		t.Error("the module of the same version is not in both")
	}
	if cidr(s.Before, "module.other.aws_vpc.m") != "none" || cidr(s.After, "module.other.aws_vpc.m") != "none" {
		t.Error("the module of another version is compared")
	}
	said := false
	for _, d := range s.Diagnostics {
		said = said || d.Incomplete && strings.Contains(d.Summary, "module other has another source or version")
	}
	if !said {
		t.Errorf("that is not said: %v", s.Diagnostics)
	}
}

// TestBasePath: a path is a base where it is of the same kind.
func TestBasePath(t *testing.T) {
	root := write(t, map[string]string{
		"was.json": strings.ReplaceAll(plan, "10.0.0.0/16", "10.9.0.0/16"), "is.json": plan, "state.json": state,
		"old/main.tf": vpc("a"), "new/main.tf": vpc("a") + vpc("b"),
	})
	at := func(name string) string { return filepath.Join(root, name) }
	s, err := compared(t, at("is.json"), at("was.json"))
	if err != nil || cidr(s.Before, "aws_vpc.a") != "10.9.0.0/16" || cidr(s.After, "aws_vpc.a") != "10.0.0.0/16" {
		t.Errorf("plans: %v", err)
	}
	s, err = compared(t, at("new"), at("old"))
	if err != nil || cidr(s.Before, "aws_vpc.a") == "none" || cidr(s.Before, "aws_vpc.b") != "none" {
		t.Errorf("configurations: %v", err)
	}
	for head, base := range map[string]string{"is.json": "state.json", "new": "is.json"} {
		if _, err := compared(t, at(head), at(base)); err == nil || !strings.Contains(err.Error(), "same kind") {
			t.Errorf("%s against %s: %v", head, base, err)
		}
	}
	if _, err := compared(t, at("is.json"), "main"); err == nil || !strings.Contains(err.Error(), "same kind") {
		t.Errorf("a plan against a revision: %v", err)
	}
}

// TestRevisionFiles walks a revision as a file system.
func TestRevisionFiles(t *testing.T) {
	root := repo(t, map[string]string{"a/b/c.txt": "c", "d.txt": "d"})
	options := Options{}
	options.Git, _ = exec.LookPath("git")
	r, err := options.openRevision(context.Background(), root, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	if err := fs.WalkDir(r, ".", func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names, " "); got != ". a a/b a/b/c.txt d.txt" {
		t.Errorf("the files are %q", got)
	}
	if data, err := fs.ReadFile(r, "a/b/c.txt"); err != nil || string(data) != "c" {
		t.Errorf("the content is %q: %v", data, err)
	}
	for _, name := range []string{"x", "a/x", "../x"} {
		if _, err := r.Open(name); err == nil {
			t.Errorf("%s can be opened", name)
		}
	}
}
