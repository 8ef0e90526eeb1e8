package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPanicOfTheConsoleLeavesAReport: one line on stderr, and all that is known in the state directory.
func TestAPanicOfTheConsoleLeavesAReport(t *testing.T) {
	s := newShell(t)
	state := filepath.Join(t.TempDir(), "state")
	s.env["XDG_STATE_HOME"] = state
	sys := s.systems()
	sys.Console = func(context.Context, *Console) error {
		return Panicked{What: "index out of range", Stack: []byte("goroutine 1 [running]:\nhere")}
	}
	code := Main(t.Context(), Env{Args: []string{"-c", "prod"}, Stdin: strings.NewReader(""), Stdout: &s.stdout, Stderr: &s.stderr,
		Getenv: func(k string) string { return s.env[k] }, IsTTY: func(any) bool { return true }, Width: 80}, sys)
	if code != Defect {
		t.Errorf("exit code %d: %s", code, &s.stderr)
	}
	reports, err := filepath.Glob(filepath.Join(state, "weir", "defect-*.txt"))
	if err != nil || len(reports) != 1 {
		t.Fatalf("reports: %v, %v\n%s", reports, err, &s.stderr)
	}
	said := s.stderr.String()
	if strings.Count(said, "\n") != 1 || !strings.Contains(said, "a defect in weir: index out of range") || !strings.Contains(said, reports[0]) {
		t.Errorf("stderr is\n%s", said)
	}
	kept, err := os.ReadFile(reports[0])
	if err != nil || !strings.Contains(string(kept), "index out of range\n\ngoroutine 1") {
		t.Errorf("the report: %s, %v", kept, err)
	}
}
