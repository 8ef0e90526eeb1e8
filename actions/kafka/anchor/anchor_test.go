package anchor

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/actions/audit"
	"weir/internal/config"
	"weir/internal/kafka"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "weir-audit"

func ops(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, config.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SeedTopics(1, topic)}, opts...)...)
	must(t, err)
	t.Cleanup(c.Close)
	return c, config.Cluster{Name: "ops", Brokers: c.ListenAddrs(), Timeout: 5 * time.Second, Mode: config.ReadOnly}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journal is a log in dir that is anchored in the topic.
func journal(t *testing.T, on config.Cluster, dir string, mode audit.AnchorMode) (*audit.Log, *Anchor, error) {
	t.Helper()
	o := audit.Options{Dir: dir, Who: audit.Identify(""), AnchorWait: 3 * time.Second}
	origin, err := audit.Init(t.Context(), o)
	must(t, err)
	a := New(on, topic, origin, kafka.Options{})
	t.Cleanup(func() { must(t, a.Close()) })
	o.Anchors = []audit.Anchored{{Anchor: a, Mode: mode}}
	l, err := audit.Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { must(t, l.Close()) })
	}
	return l, a, err
}

func put(t *testing.T, l *audit.Log, n int) {
	t.Helper()
	for i := range n {
		_, err := l.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k", Step: fmt.Sprint(i)})
		must(t, err)
	}
}

func verify(t *testing.T, dir string, a audit.Anchor) audit.Report {
	t.Helper()
	rep, err := audit.Verify(t.Context(), dir, audit.VerifyOptions{Anchors: []audit.Anchor{a}})
	must(t, err)
	return rep
}

func TestCutBackIsFound(t *testing.T) {
	_, on := ops(t)
	dir := t.TempDir()
	l, a, err := journal(t, on, dir, "")
	must(t, err)
	put(t, l, 2)
	segment := filepath.Join(dir, "00000001.log")
	old, err := os.ReadFile(segment)
	must(t, err)
	put(t, l, 2)
	rep := verify(t, dir, a)
	if r := rep.Anchors[0]; !rep.OK() || r.Size != 4 || r.Held != 4 || !r.All || r.Name != "kafka:ops/weir-audit" || len(r.Others) > 0 {
		t.Fatalf("%+v", rep)
	}
	must(t, os.WriteFile(segment, old, 0o600))
	rep = verify(t, dir, a)
	if len(rep.Breaks) != 1 || rep.Breaks[0].Kind != audit.BreakAnchorAhead {
		t.Errorf("%v", rep.Breaks)
	}
	if _, _, err := journal(t, on, dir, ""); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("open: %v", err)
	}
	// Someone with the key goes on past the cut: the old checkpoints are still there.
	l, err = audit.Open(t.Context(), audit.Options{Dir: dir, Who: audit.Identify("")})
	must(t, err)
	put(t, l, 3)
	must(t, l.Close())
	rep = verify(t, dir, a)
	if len(rep.Breaks) != 2 || rep.Breaks[0].Kind != audit.BreakAnchorDiffers {
		t.Errorf("%v", rep.Breaks)
	}
}

// Several logs share the topic: each finds its own, far from the end, too, and a log of this host that is gone is named.
func TestSharedTopic(t *testing.T) {
	_, on := ops(t)
	first, second := t.TempDir(), t.TempDir()
	l, a, err := journal(t, on, first, "")
	must(t, err)
	put(t, l, 3)
	m, b, err := journal(t, on, second, "")
	must(t, err)
	put(t, m, 2)
	for i := range 2 * lookBack {
		must(t, anchorOf(t, on, "weir-audit/elsewhere/x").Put(t.Context(), fmt.Appendf(nil, "o\n%d\n", 1000+i)))
	}
	for _, tt := range []struct {
		a    *Anchor
		dir  string
		size int64
	}{{a, first, 3}, {b, second, 2}} {
		cp, err := tt.a.Newest(t.Context())
		if err != nil || audit.StatedSize(cp) != tt.size || !bytes.HasPrefix(cp, []byte(tt.a.origin+"\n")) {
			t.Errorf("%q, %v", cp, err)
		}
		rep := verify(t, tt.dir, tt.a)
		if others := rep.Anchors[0].Others; !rep.OK() || rep.Anchored() != tt.size || len(others) != 1 || !strings.HasPrefix(others[0], audit.HostOf("")) {
			t.Errorf("%+v", rep)
		}
	}
	if cp, err := anchorOf(t, on, "").Newest(t.Context()); cp != nil || err != nil {
		t.Errorf("for no log: %q, %v", cp, err)
	}
	if rep := verify(t, t.TempDir(), anchorOf(t, on, "")); len(rep.Anchors[0].Others) != 2 || !rep.OK() {
		t.Errorf("a log that was removed: %+v", rep)
	}
}

var shared map[string]*Anchor // by origin

// anchorOf gives one anchor for an origin again and again, closed with the test.
func anchorOf(t *testing.T, on config.Cluster, origin string) *Anchor {
	if shared == nil {
		shared = map[string]*Anchor{}
		t.Cleanup(func() {
			for _, a := range shared {
				must(t, a.Close())
			}
			shared = nil
		})
	}
	if shared[origin] == nil {
		shared[origin] = New(on, topic, origin, kafka.Options{})
	}
	return shared[origin]
}

func TestUnreachable(t *testing.T) {
	c, on := ops(t)
	on.Timeout = time.Second
	l, _, err := journal(t, on, t.TempDir(), audit.AnchorRequired)
	must(t, err)
	put(t, l, 1)
	dir := t.TempDir()
	c.Close()
	if _, err := l.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k"}); !errors.Is(err, audit.ErrNotAnchored) || !strings.Contains(err.Error(), "anchor kafka:ops/weir-audit") {
		t.Errorf("append: %v", err)
	}
	if _, _, err := journal(t, on, dir, audit.AnchorRequired); !errors.Is(err, audit.ErrNotAnchored) || !errors.Is(err, audit.ErrUnwritable) {
		t.Errorf("open: %v", err)
	}
	l, _, err = journal(t, on, dir, audit.AnchorBestEffort)
	must(t, err)
	if len(l.AnchorFailures()) != 1 {
		t.Errorf("%v", l.AnchorFailures())
	}
	put(t, l, 2)
}

func TestNoTopicIsMade(t *testing.T) {
	c, on := ops(t)
	a := New(on, "missing", "weir-audit/h/x", kafka.Options{})
	defer a.Close()
	if err := a.Put(t.Context(), []byte("o\n1\n")); err == nil {
		t.Error("put into no topic")
	}
	if _, err := a.Newest(t.Context()); err == nil {
		t.Error("read from no topic")
	}
	checks := a.Examine(t.Context())
	if c.TopicInfo("missing") != nil || len(checks) != 1 || checks[0].OK || !strings.Contains(checks[0].Remedy, "--topic missing --partitions 1") {
		t.Errorf("%+v", checks)
	}
}

func TestExamine(t *testing.T) {
	for name, tt := range map[string]struct {
		configs map[string]string
		want    map[string]string // by check: what its detail holds; "" is OK
	}{
		"plain":   {nil, map[string]string{"topic": "", "retention": "are deleted after retention.ms=604800000", "replicas": "one broker that is lost"}},
		"good":    {map[string]string{"retention.ms": "-1", "min.insync.replicas": "2"}, map[string]string{"retention": "", "replicas": "", "write": ""}},
		"compact": {map[string]string{"cleanup.policy": "compact"}, map[string]string{"retention": "compaction keeps the newest"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, on := ops(t)
			must(t, c.CreateTopic("other", 1, tt.configs))
			a := New(on, "other", "", kafka.Options{})
			defer a.Close()
			found := map[string]string{}
			for _, k := range a.Examine(context.Background()) {
				if found[k.Check] = k.Detail; k.OK {
					found[k.Check] = ""
				}
			}
			for check, holds := range tt.want {
				if got, ok := found[check]; !ok || !strings.Contains(got, holds) || holds == "" && got != "" {
					t.Errorf("%s: %q, want %q", check, got, holds)
				}
			}
		})
	}
}
