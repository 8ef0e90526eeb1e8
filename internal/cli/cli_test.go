package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

func TestUsage(t *testing.T) {
	s := newShell(t)
	s.want(2, "", "weir: the console is for a terminal", "")
	s.want(2, "", `weir: weir "gett" is not known; did you mean get?`, "gett")
	s.want(2, "", `weir: weir get "grops" is not known; did you mean groups?`, "get grops")
	s.want(2, "", "weir: weir get what? write one of", "get")
	s.want(2, "", "unknown flag: --lmit; weir get groups --help lists the flags", "get groups --lmit 3")
	s.want(2, "", `weir: --filter: parse: filter: column 1: `, "get groups -c prod --filter lagg>3")
	s.want(2, "", `weir: --sort: parse: sort: column 1: `, "get groups -c prod --sort lagg")
	s.want(2, "", "weir: --limit -1: want 0", "get groups -c prod --limit -1")
	s.want(2, "", "weir: --timeout -1s: want 100ms or more", "get groups -c prod --timeout -1s")
	s.want(2, "", "takes no arguments", "doctor prod")
	s.want(2, "", "wants one name, got 0 arguments", "describe group")
	s.want(2, "", "weir get groups takes patterns", "describe group -c prod p*")
	s.want(0, "Usage:", "", "--help")
}

func TestClusters(t *testing.T) {
	s := newShell(t)
	s.want(2, "", "weir: which cluster? name it with -c", "get groups")
	s.want(2, "", "did you mean prod?", "get groups -c prood")
	s.want(2, "", "leave out -c", "get groups -c prod --brokers kafka-1:9092")
	s.want(2, "", "weir: --brokers: want HOST:PORT", "get groups --brokers kafka-1")
	s.want(0, "kafka-1:9092/group/payments", "", "get groups --brokers kafka-1:9092 -o jsonl")
	s.want(3, "", "no such host", "get groups --brokers nowhere:1")
	s.want(2, "", "weir: command-config: ", "get groups --command-config missing.properties")
	s.want(0, "demo:stalled/group/payments", "", "get groups -c demo:stalled -o jsonl")
	if s.stopped != 1 {
		t.Errorf("the embedded cluster was stopped %d times, want once", s.stopped)
	}
	s.want(2, "", "did you mean stalled?", "get groups -c demo:staled")
	s.env["WEIR_CONFIG"], s.env["HOME"] = "", t.TempDir()
	s.want(2, "", "weir: no cluster is configured; write --brokers HOST:PORT, or -c demo", "get groups")
	s.want(2, "", "no cluster is configured", "get groups -c prod")
	s.configure("default_cluster = \"b\"\n[clusters.a]\nbrokers = [\"dead-1:9092\"]\n[clusters.b]\nbrokers = [\"kafka-1:9092\"]\n")
	s.want(0, "payments", "", "get groups")
	s.configure("[clusters.a]\nbrokers = [\"kafka-1:9092\"]\n")
	s.want(0, "payments", "", "get groups")
}

func TestConfig(t *testing.T) {
	s := newShell(t)
	s.want(0, "good, 5 clusters", "", "config check")
	s.want(0, "[clusters.prod]", "", "config view")
	s.want(2, "", "there is one form only", "config view -o json")
	s.configure("[clusters.prod]\nbroker = [\"kafka-1:9092\"]\nrefresh = 3\n")
	s.want(2, "", "config.toml:2:1: clusters.prod.broker", "config check")
	if n := strings.Count(s.stderr.String(), "\n"); n < 2 {
		t.Errorf("not every problem is told:\n%s", &s.stderr)
	}
	s.want(2, "", "config.toml:2:1", "get groups -c prod")
	s.env["WEIR_CONFIG"], s.env["HOME"] = "", t.TempDir()
	s.want(0, "the defaults hold", "", "config check")
}

func TestDescribe(t *testing.T) {
	s := newShell(t)
	s.want(0, "MEMBERS\n", "", "describe group -c prod payments")
	s.want(0, "POSITIONS\n", "", "describe topic -c prod orders")
	s.want(0, "kafka-1", "", "describe broker -c prod 1")
	s.want(0, `"members":[`, "", "describe group -c prod payments -o json")
	s.want(3, "", "did you mean payments?", "describe group -c prod payment")
	s.want(3, "", "weir: dead: dial", "describe group -c dead payments")
	s.run("describe", "group", "-c", "prod", "payments")
	if strings.Contains(s.stdout.String(), "audit") {
		t.Errorf("other groups on the page:\n%s", &s.stdout)
	}
}

func TestDoctor(t *testing.T) {
	s := newShell(t)
	s.checks = []wire.Check{
		{Check: "tcp", Target: "kafka-1:9092", OK: true, Detail: "connected"},
		{Check: featureCheck, Target: "share groups", Detail: "the broker is too old"},
		{Check: "listener", Target: "kafka-2:9092", Unknown: lag.Timeout, Detail: "not tried"},
	}
	s.want(0, "prod\n  ok    tcp       kafka-1:9092  connected\n  no    feature   share groups  the broker is too old\n  ?     listener", "", "doctor -c prod")
	s.want(0, `"ok":null,`, "", "doctor -c prod -o json")
	s.checks = append(s.checks, wire.Check{Check: "tls", Target: "kafka-1:9092", Detail: "expired\x1b", Remedy: "renew it"})
	s.want(3, "FAIL  tls       kafka-1:9092  expired\\x1b\n        do: renew it\n", "weir: doctor: 1 of 4 checks failed", "doctor -c prod")
	s.want(3, "dead\n", "2 of 8", "doctor -c prod -c dead")
}

func TestDemo(t *testing.T) {
	s := newShell(t)
	s.want(0, "steady   all is well: groups keep up\n", "", "demo --list")
	s.want(2, "", "weir demo --serve keeps the cluster up", "demo")
	s.want(2, "", `no scenario "stalld"; did you mean stalled?`, "demo stalld --serve")
	s.want(2, "", "--listen needs --serve", "demo --listen 127.0.0.1:9092")
	s.want(2, "", "do not go together", "demo --list --serve")
	s.want(3, "", "address in use", "demo --serve --listen taken:1")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(Interrupted{os.Interrupt})
	if code := s.runIn(ctx, "demo", "--serve"); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
}

func TestInterrupts(t *testing.T) {
	for sig, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		s := newShell(t)
		ctx, cancel := context.WithCancelCause(context.Background())
		hang := s.clusters["hang-1:9092"]
		s.clusters["hang-1:9092"] = func(ctx context.Context, want probes.Want) (*lag.Reading, error) {
			cancel(Interrupted{sig})
			return hang(ctx, want)
		}
		if code := s.runIn(ctx, "get", "groups", "-c", "hang"); code != want || s.stdout.Len() > 0 {
			t.Errorf("exit code %d, stdout %q; want %d", code, &s.stdout, want)
		}
	}
}

func TestDefects(t *testing.T) {
	s := newShell(t)
	s.want(70, "", "weir: a defect in weir, nothing was changed: index out of range", "get groups -c mad")
	if strings.Contains(s.stderr.String(), "goroutine") {
		t.Errorf("a stack without -v:\n%s", &s.stderr)
	}
	s.want(70, "", "goroutine", "get groups -c mad -v")
}

func TestBrokenOutput(t *testing.T) {
	for err, want := range map[error]int{syscall.EPIPE: 0, errors.New("disk full"): 3} {
		s := newShell(t)
		code := Main(context.Background(), Env{Args: []string{"get", "groups", "-c", "prod"}, Stdout: broken{err}, Stderr: &s.stderr,
			Getenv: func(k string) string { return s.env[k] }, IsTTY: func(any) bool { return false }}, s.systems())
		if code != want || (want == 0) != (s.stderr.Len() == 0) {
			t.Errorf("%v: exit code %d, want %d; stderr %s", err, code, want, &s.stderr)
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestManVersionCompletion(t *testing.T) {
	s := newShell(t)
	s.want(0, "weir 0.1.0, go", "", "version")
	s.want(0, `{"weir":"0.1.0",`, "", "version -o json")
	s.want(0, `.TH "WEIR" "1"`, "", "man")
	s.want(0, "weir get groups", "", "man get groups")
	s.want(2, "", "there is no command", "man gett")
	s.want(0, "__start_weir", "", "completion bash")
	s.want(0, "payments\n:4\n", "Completion ended", "__complete get groups -c prod p")
	s.want(0, "orders\n:4\n", "Completion ended", "__complete get groups -c prod -t o")
	s.want(0, "demo:stalled\n", "Completion ended", "__complete get groups -c d")
	s.want(0, ":4\n", "Completion ended", "__complete get groups -c dead p")
	s.want(0, "jsonl\n", "Completion ended", "__complete get groups -o j")
}

func TestVerbose(t *testing.T) {
	s := newShell(t)
	s.want(0, "payments", "weir: prod: 0 requests, 0 bytes sent", "get groups -c prod -v")
}

func TestGlyphs(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want text.Glyphs
	}{
		{nil, text.ASCII}, {map[string]string{"LANG": "C"}, text.ASCII}, {map[string]string{"LANG": "en_GB.UTF-8"}, text.Unicode},
		{map[string]string{"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, text.ASCII}, {map[string]string{"LC_CTYPE": "de_DE.utf8"}, text.Unicode},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, text.ASCII}, {map[string]string{"LANG": "C.UTF-8", "TERM": "linux"}, text.ASCII},
	} {
		a := &app{Env: Env{Getenv: func(k string) string { return c.env[k] }}}
		if got := a.glyphs(); got != c.want {
			t.Errorf("%v: got %d, want %d", c.env, got, c.want)
		}
	}
}
