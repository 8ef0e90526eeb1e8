package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weir/actions"
	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var night = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

// fake is a probe that has one reading ready.
type fake struct {
	reading func(ctx context.Context, want probes.Want) (*lag.Reading, error)
	mu      *sync.Mutex
	wants   *[]probes.Want
}

func (f fake) Name() string { return "fake" }
func (f fake) Close() error { return nil }
func (f fake) Observe(ctx context.Context, want probes.Want) (probes.Part, error) {
	f.mu.Lock()
	*f.wants = append(*f.wants, want)
	f.mu.Unlock()
	r, err := f.reading(ctx, want)
	return probes.Part{Reading: r}, err
}

// shell runs commands against fakes.
type shell struct {
	t              *testing.T
	clusters       map[string]func(context.Context, probes.Want) (*lag.Reading, error) // by the first broker
	env            map[string]string
	stdout         bytes.Buffer
	stderr         bytes.Buffer
	outTTY, errTTY bool
	checks         []wire.Check
	mu             sync.Mutex
	wants          []probes.Want
	stopped        int
	actions        []actions.Action // in place of those on Kafka, which reach nothing here
}

func newShell(t *testing.T) *shell {
	s := &shell{t: t, env: map[string]string{"LANG": "C.UTF-8"}, clusters: map[string]func(context.Context, probes.Want) (*lag.Reading, error){}}
	s.clusters["kafka-1:9092"] = func(_ context.Context, want probes.Want) (*lag.Reading, error) { return narrowed(small(), want), nil }
	s.clusters["dead-1:9092"] = func(context.Context, probes.Want) (*lag.Reading, error) {
		return nil, errors.New("dial dead-1:9092: refused")
	}
	s.clusters["slow-1:9092"] = func(context.Context, probes.Want) (*lag.Reading, error) {
		return nil, context.DeadlineExceeded
	}
	s.clusters["mad-1:9092"] = func(context.Context, probes.Want) (*lag.Reading, error) { panic("index out of range") }
	s.clusters["hang-1:9092"] = func(ctx context.Context, _ probes.Want) (*lag.Reading, error) { <-ctx.Done(); return nil, ctx.Err() }
	s.configure(`
[clusters.prod]
environment = "prod"
brokers = ["kafka-1:9092"]
[clusters.dead]
brokers = ["dead-1:9092"]
[clusters.slow]
brokers = ["slow-1:9092"]
[clusters.mad]
brokers = ["mad-1:9092"]
[clusters.hang]
brokers = ["hang-1:9092"]
`)
	return s
}

func (s *shell) configure(text string) {
	path := filepath.Join(s.t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.env["WEIR_CONFIG"] = path
}

func (s *shell) systems() Systems {
	return Systems{
		Version: "0.1.0",
		Open: func(_ context.Context, c config.Cluster) (probes.Probe, error) {
			reading := s.clusters[c.Brokers[0]]
			if reading == nil {
				return nil, errors.New("no such host")
			}
			return fake{reading, &s.mu, &s.wants}, nil
		},
		Identify: func(_ context.Context, c config.Cluster) (config.Identity, error) {
			if s.clusters[c.Brokers[0]] == nil {
				return config.Identity{}, errors.New("no such host")
			}
			return config.Identity{ID: "abc", Brokers: c.Brokers}, nil
		},
		Diagnose: func(context.Context, config.Cluster) []wire.Check { return slices.Clone(s.checks) },
		Demo: func(_ context.Context, scenario, listen string, _ int64) (config.Cluster, func(), error) {
			if listen == "taken:1" {
				return config.Cluster{}, nil, errors.New("listen taken:1: address in use")
			}
			return config.Cluster{Brokers: []string{"kafka-1:9092"}}, func() { s.stopped++ }, nil
		},
		Actions: s.registry,
		Scenarios: func() []Scenario {
			return []Scenario{
				{Name: "steady", Title: "all is well", Sees: "groups keep up"},
				{Name: "stalled", Title: "one stands", Sees: "a group stalls"},
			}
		},
	}
}

// run runs a command and returns its exit code; what it printed lies in stdout and stderr.
func (s *shell) run(args ...string) int { return s.runIn(context.Background(), args...) }

func (s *shell) runIn(ctx context.Context, args ...string) int {
	s.stdout.Reset()
	s.stderr.Reset()
	return Main(ctx, Env{Args: args, Stdin: strings.NewReader(""), Stdout: &s.stdout, Stderr: &s.stderr,
		Getenv: func(k string) string { return s.env[k] },
		IsTTY:  func(v any) bool { return v == &s.stdout && s.outTTY || v == &s.stderr && s.errTTY }, Width: 80}, s.systems())
}

// want runs a command line and checks its exit code and what its output holds.
func (s *shell) want(code int, stdout, stderr, line string) {
	s.t.Helper()
	if got := s.run(strings.Fields(line)...); got != code {
		s.t.Errorf("weir %s: exit code %d, want %d\n%s%s", line, got, code, &s.stdout, &s.stderr)
	}
	if !strings.Contains(s.stdout.String(), stdout) || stdout == "" && s.stdout.Len() > 0 {
		s.t.Errorf("weir %s: stdout is\n%s\nwant %q", line, &s.stdout, stdout)
	}
	if !strings.Contains(s.stderr.String(), stderr) || stderr == "" && s.stderr.Len() > 0 {
		s.t.Errorf("weir %s: stderr is\n%s\nwant %q", line, &s.stderr, stderr)
	}
}

// small is a cluster of two topics and three groups.
func small() *lag.Reading {
	return &lag.Reading{
		Topology: &lag.Topology{
			Cluster: "prod", ID: "abc", Controller: 0,
			Nodes:  []lag.Node{{ID: 1, Host: "kafka-1", Port: 9092}},
			Topics: []lag.Topic{{Name: "orders", Partitions: []lag.PartitionIx{0, 1}}, {Name: "events", Partitions: []lag.PartitionIx{2}}},
			Partitions: []lag.Partition{
				{Topic: 0, Number: 0, Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}},
				{Topic: 0, Number: 1, Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}},
				{Topic: 1, Number: 0, Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}},
			},
			Groups: []lag.Group{
				{Name: "payments", Type: lag.Classic, State: "Stable", MembersAt: night, Positions: []lag.PositionIx{0, 1},
					Members: []lag.Member{{ID: "m-1", ClientID: "settle", Host: "10.0.0.7", Assigned: []lag.PartitionIx{0, 1}}}},
				{Name: "audit", Type: lag.Simple, State: "Empty", MembersAt: night, Positions: []lag.PositionIx{2}},
				{Name: "evil\x1b]0;owned\a", Type: lag.Classic, State: "Empty", MembersAt: night},
			},
			Positions: []lag.Position{{Group: 0, Partition: 0}, {Group: 0, Partition: 1}, {Group: 1, Partition: 2}},
		},
		Tick: night, Complete: true,
		Start: []int64{0, 0, 0}, End: []int64{100, 50, 7}, Stable: []int64{100, 50, 7}, Size: []int64{1, 2, 3},
		Committed: []int64{90, lag.Unknown, 0},
	}
}

// narrowed asks keep about every name, as a probe does, and leaves out the groups it doesn't keep.
func narrowed(r *lag.Reading, want probes.Want) *lag.Reading {
	if want.Keep == nil {
		return r
	}
	for i := range r.Topics {
		want.Keep(lag.KindTopic, r.Topics[i].Name)
	}
	for i := range r.Groups {
		r.Groups[i].Gone = !want.Keep(lag.KindGroup, r.Groups[i].Name)
	}
	return r
}
