package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/config"
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

// TestTheConsoleOpensOnAllClusters that are configured, the default first; -c chooses.
func TestTheConsoleOpensOnAllClusters(t *testing.T) {
	for _, c := range []struct{ args, first, want string }{
		{"", "", "dead hang mad prod slow"}, {"", "default_cluster = \"prod\"\n", "prod dead hang mad slow"}, {"-c slow", "", "slow"},
	} {
		s := newShell(t)
		text, err := os.ReadFile(s.env["WEIR_CONFIG"])
		if err != nil {
			t.Fatal(err)
		}
		s.configure(c.first + string(text))
		var got []string
		sys := s.systems()
		sys.Console = func(_ context.Context, on *Console) error {
			for _, k := range on.Clusters {
				got = append(got, k.Name)
			}
			return nil
		}
		code := Main(t.Context(), Env{Args: strings.Fields(c.args), Stdin: strings.NewReader(""), Stdout: &s.stdout, Stderr: &s.stderr,
			Getenv: func(k string) string { return s.env[k] }, IsTTY: func(any) bool { return true }, Width: 80}, sys)
		if code != 0 || strings.Join(got, " ") != c.want {
			t.Errorf("%q with %q opens on %v, code %d: %s", c.args, c.first, got, code, &s.stderr)
		}
	}
}

// TestWhatAnEmbeddedClusterTakesIsNotWeirs: sweeps keep their pace beside one, whatever its brokers and clients take.
func TestWhatAnEmbeddedClusterTakesIsNotWeirs(t *testing.T) {
	for clusters, metered := range map[string]bool{"prod": true, "prod dead": true, "demo": false, "demo:stalled": false, "prod demo": false} {
		var of []config.Cluster
		for name := range strings.FieldsSeq(clusters) {
			of = append(of, config.Cluster{Name: name})
		}
		if got := meter(of) != nil; got != metered {
			t.Errorf("%s: what weir takes is measured: %v", clusters, got)
		}
	}
}

func TestAProgramOfTheEmbeddedClusterIsCalled(t *testing.T) {
	for args, want := range map[string]int{"demo-call /s stop g": 0, "demo-call /s start g": Unseen, "demo-call /s stop": Usage} {
		s := newShell(t)
		var got []string
		sys := s.systems()
		sys.CallDemo = func(_ context.Context, socket, verb, group string) error {
			if got = []string{socket, verb, group}; verb == "start" {
				return errors.New("it does not start")
			}
			return nil
		}
		code := Main(t.Context(), Env{Args: strings.Fields(args), Stdin: strings.NewReader(""), Stdout: &s.stdout, Stderr: &s.stderr,
			Getenv: func(k string) string { return s.env[k] }, IsTTY: func(any) bool { return false }, Width: 80}, sys)
		if code != want || want != Usage && strings.Join(got, " ") != args[len("demo-call "):] {
			t.Errorf("%s: code %d, called with %v: %s", args, code, got, &s.stderr)
		}
	}
}
