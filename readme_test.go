package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs the commands of README.md that are marked as tests: blocks that begin with ```sh test. "go run ." stands
// for weir in them.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	blocks := shellBlocks(string(text))
	if len(blocks) == 0 {
		t.Fatal("README.md has no block that begins with ```sh test")
	}
	h := newHarness(t)
	var files []string
	for i, block := range blocks {
		var script strings.Builder
		for line := range strings.Lines(block) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			line = strings.ReplaceAll(line, "go run .", "weir")
			line = strings.ReplaceAll(line, "HOST:PORT", h.broker)
			fmt.Fprintf(&script, "exec sh -c '%s'\n", strings.ReplaceAll(line, "'", "''"))
		}
		name := fmt.Sprintf("%s/readme_%d.txtar", t.TempDir(), i)
		if err := os.WriteFile(name, []byte(script.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	testscript.Run(t, testscript.Params{Files: files, Setup: h.setup})
}

// shellBlocks returns the fenced blocks that are marked as tests.
func shellBlocks(text string) []string {
	var out []string
	var block *strings.Builder
	for line := range strings.Lines(text) {
		switch {
		case block == nil && strings.TrimSpace(line) == "```sh test":
			block = &strings.Builder{}
		case block != nil && strings.HasPrefix(line, "```"):
			out, block = append(out, block.String()), nil
		case block != nil:
			block.WriteString(line)
		}
	}
	return out
}

func TestShellBlocks(t *testing.T) {
	got := shellBlocks("a\n```sh test\nweir one\n```\n```sh\nno\n```\n```sh test\nweir two\nweir three\n```\n")
	if len(got) != 2 || got[0] != "weir one\n" || got[1] != "weir two\nweir three\n" {
		t.Errorf("got %q", got)
	}
}
