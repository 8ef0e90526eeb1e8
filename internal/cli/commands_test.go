package cli

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/commands.md from the commands")

const commandsPage = "../../docs/commands.md"

// TestCommandsPage fails when docs/commands.md tells other commands or flags than there are.
func TestCommandsPage(t *testing.T) {
	s := newShell(t)
	a := &app{Env: Env{Stdout: &s.stdout, Stderr: &s.stderr}, sys: s.systems()}
	root := a.root()
	var page bytes.Buffer
	page.WriteString("# Commands\n\nWritten by `go test ./internal/cli -update`, from the commands themselves.\n\n## Flags of every command\n\n")
	flags(&page, root.PersistentFlags().FlagUsages())
	describeCommand(&page, root)
	if *update {
		if err := os.WriteFile(commandsPage, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, page.Bytes()) {
		t.Errorf("%s differs from the commands; go test ./internal/cli -update writes it", commandsPage)
	}
}

func describeCommand(page *bytes.Buffer, c *cobra.Command) {
	if c.Name() != "help" && c.Runnable() {
		page.WriteString("\n## " + c.CommandPath() + "\n\n")
		long := c.Long
		if long == "" {
			long = c.Short + "."
		}
		page.WriteString("    " + strings.TrimSuffix(c.UseLine(), " [flags]") + "\n\n" + fenceFields(long) + "\n")
		if own := c.LocalNonPersistentFlags().FlagUsages(); own != "" {
			page.WriteString("\n")
			flags(page, own)
		}
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			describeCommand(page, sub)
		}
	}
}

// fenceFields indents lists so far that Markdown leaves them as they are.
func fenceFields(long string) string {
	var b strings.Builder
	for line := range strings.Lines(long) {
		if strings.HasPrefix(line, "  ") {
			line = "  " + line
		}
		b.WriteString(line)
	}
	return b.String()
}

func flags(page *bytes.Buffer, usages string) {
	for line := range strings.Lines(usages) {
		page.WriteString("    " + strings.TrimRight(line, " \n") + "\n")
	}
}
