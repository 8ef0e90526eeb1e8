package acting

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/lease"
	"weir/internal/config"
)

// remote is an anchor and a claim log that tell what they were made for.
type remote struct {
	audit.Anchor
	of     string
	down   error
	closed *int
}

func (r remote) Name() string                           { return r.of }
func (r remote) Put(context.Context, []byte) error      { return r.down }
func (r remote) Newest(context.Context) ([]byte, error) { return nil, r.down }
func (r remote) Close() error                           { *r.closed++; return nil }
func (r remote) Acquire(context.Context, []lease.Claim, lease.Holder) (actions.Claim, error) {
	return nil, r.down
}

func outside(t *testing.T, down error, anchorOn string) (Outside, *int) {
	closed := 0
	main := config.Cluster{Name: "main", Brokers: []string{"m:1", "m:2"}, Claims: &config.Claims{Cluster: "ops", Topic: "c", BreakGlass: true}}
	ops := config.Cluster{Name: "ops", Brokers: []string{"o:1"}}
	return Outside{
		Config: config.Config{Clusters: []config.Cluster{main, ops}, Audit: config.Audit{Anchors: []config.Anchor{
			{Kind: config.AnchorKafka, Mode: config.AnchorBestEffort, Cluster: anchorOn, Topic: "a"},
			{Kind: config.AnchorFile, Mode: config.AnchorRequired, Path: filepath.Join(t.TempDir(), "cp")},
		}}},
		Anchor: func(on config.Cluster, topic, origin string) audit.Anchor {
			if !strings.HasPrefix(origin, "weir-audit/") {
				t.Errorf("origin %q", origin)
			}
			return remote{of: on.Name + "/" + topic, down: down, closed: &closed}
		},
		Claims: func(on config.Cluster, c config.Claims) actions.Claims {
			return remote{of: on.Name + "/" + c.Topic, down: down}
		},
	}, &closed
}

func TestOutside(t *testing.T) {
	h, _ := host(t)
	h.Clusters = []config.Cluster{config.Cluster{Name: "x:1", Brokers: []string{"x:1", "m:2"}, Mode: config.Confirm}}
	var closed *int
	h.Outside, closed = outside(t, nil, "main")
	s, err := h.Open(t.Context(), "x:1", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Claims == nil || s.Claims.Name() != "ops/c" || !s.BreakGlass {
		t.Errorf("claims of a cluster named by its address: %+v", s.Claims)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "kafka:main/a lies on the cluster that is changed") {
		t.Errorf("%q", s.Warnings)
	}
	if _, err := s.Log.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k"}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(h.Outside.Config.Audit.Anchors[1].Path); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil || *closed != 1 {
		t.Errorf("%v, %d closed", err, *closed)
	}
}

func TestOutsideDown(t *testing.T) {
	h, _ := host(t)
	h.Clusters = []config.Cluster{config.Cluster{Name: "main", Brokers: []string{"m:1"}, Mode: config.Confirm}}
	var closed *int
	h.Outside, closed = outside(t, errors.New("no broker answers"), "ops")
	var told []string
	s, err := h.Open(t.Context(), "main", Options{Tell: func(e actions.Event) { told = append(told, e.What) }})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := s.Log.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k"}); err != nil {
			t.Error(err)
		}
	}
	if len(s.Warnings) != 1 || len(told) != 1 || !strings.Contains(told[0], "not anchored in ops/a, and goes on as that is best-effort: no broker answers") {
		t.Errorf("warned %q, told %q", s.Warnings, told)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	h.Outside.Config.Audit.Anchors[0].Mode = config.AnchorRequired
	if _, err := h.Open(t.Context(), "main", Options{}); actions.ExitCode(err) != int(actions.ErrAudit) || *closed != 2 {
		t.Errorf("%v, %d closed", err, *closed)
	}
	h.Outside.Config.Audit.Anchors[0].Cluster = "nowhere"
	if _, err := h.Open(t.Context(), "main", Options{}); actions.ExitCode(err) != int(actions.ErrUsage) {
		t.Error(err)
	}
}

// TestVerifyAsksTheAnchors cuts the log back: by itself it verifies, and its anchor knows better.
func TestVerifyAsksTheAnchors(t *testing.T) {
	h, _ := host(t)
	h.Outside.Config.Audit.Anchors = []config.Anchor{{Kind: config.AnchorFile, Path: filepath.Join(t.TempDir(), "cp")}}
	s, err := h.Open(t.Context(), "free", Options{})
	if err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(h.AuditDir(), "00000001.log")
	var first []byte
	for range 2 {
		if _, err := s.Log.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			if first, err = os.ReadFile(segment); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if rep, err := h.Verify(t.Context()); err != nil || !rep.OK() || rep.Anchored() != 2 {
		t.Errorf("%+v, %v", rep, err)
	}
	if err := os.WriteFile(segment, first, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := h.Verify(t.Context())
	if err != nil || len(rep.Breaks) != 1 || rep.Breaks[0].Kind != audit.BreakAnchorAhead {
		t.Errorf("%+v, %v", rep, err)
	}
}
