package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"weir/internal/wire"
	"weir/lag"
)

// TestPagesTellEverything fails when a form, a reason or an exit code has no row in the pages about output.
func TestPagesTellEverything(t *testing.T) {
	output, codes := read(t, "../../docs/output.md"), read(t, "../../docs/exit-codes.md")
	for _, f := range wire.Formats() {
		if !strings.Contains(output, fmt.Sprintf("\n| `%s` |", f)) {
			t.Errorf("docs/output.md doesn't tell of the form %s", f)
		}
	}
	for _, r := range lag.Reasons() {
		if !strings.Contains(output, "`"+r+"`") {
			t.Errorf("docs/output.md doesn't tell of the reason %s", r)
		}
	}
	for _, code := range []int{Done, Usage, Unseen, TimedOut, Defect, interrupt} {
		if !strings.Contains(codes, fmt.Sprintf("\n| %d", code)) {
			t.Errorf("docs/exit-codes.md doesn't tell of %d", code)
		}
	}
	if !strings.Contains(codes, fmt.Sprint(terminate)) {
		t.Errorf("docs/exit-codes.md doesn't tell of %d", terminate)
	}
}

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
