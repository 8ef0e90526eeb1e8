package demo

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

// Over real sockets: any client can connect, the port asked for is taken, and nothing is left after Close.
func TestStartOverTCP(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := startAt(ctx, t)
	defer c.Close()
	cancel() // ends starting, not the cluster
	if got := c.Scenario().Name; got != Steady || len(c.Brokers()) != brokers {
		t.Errorf("scenario %s on %v", got, c.Brokers())
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	groups, err := kadm.NewClient(cl).ListGroups(t.Context())
	if err != nil || len(groups) != 8 {
		t.Errorf("groups seen: %v, %v", groups.Groups(), err)
	}
	c.Close() // twice is fine
}

// startAt starts a cluster at an address asked for. One that is free may be taken by somebody else before the cluster does.
func startAt(ctx context.Context, t *testing.T) (*Cluster, string) {
	t.Helper()
	for range 5 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := ln.Addr().String()
		_ = ln.Close()
		c, err := Start(ctx, Options{Listen: addr})
		if err == nil {
			return c, addr
		}
		t.Logf("on %s: %v", addr, err)
	}
	t.Fatal("a cluster does not start at an address that was free")
	return nil, ""
}

func TestListenTakesTheAddressAsked(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c, addr := startAt(t.Context(), t)
	defer c.Close()
	if c.Brokers()[0] != addr {
		t.Errorf("first broker on %s, want %s", c.Brokers()[0], addr)
	}
	if _, err := Start(t.Context(), Options{Listen: addr}); err == nil || !strings.Contains(err.Error(), addr) {
		t.Errorf("the port is taken, but the second start said %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	for _, tc := range []struct {
		opts Options
		want string
	}{
		{Options{Scenario: "nonsense"}, `no scenario "nonsense"`},
		{Options{Listen: "9092"}, "write 127.0.0.1:PORT"},
		{Options{Listen: "0.0.0.0:9092"}, "loopback only"},
		{Options{Listen: "127.0.0.1:http"}, "from 0 to 65535"},
		{Options{Listen: "127.0.0.1:70000"}, "from 0 to 65535"},
	} {
		if _, err := Start(t.Context(), tc.opts); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v, want %q", tc.opts, err, tc.want)
		}
	}
}

func TestStartCanceled(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{}); err == nil {
		t.Error("started although canceled")
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]string{"demo": Steady, "demo:": Steady, "demo:steady": Steady, "demo:no": "", "prod": "", "demolition": ""} {
		sc, err := Parse(name)
		if sc.Name != want || (err == nil) != (want != "") {
			t.Errorf("Parse(%q) = %q, %v", name, sc.Name, err)
		}
		if Is(name) != strings.HasPrefix(name+":", "demo:") {
			t.Errorf("Is(%q) = %v", name, Is(name))
		}
	}
}

// Every scenario says who it is and what to expect.
func TestScenariosAreTold(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Scenarios() {
		if s.Name == "" || seen[s.Name] || s.Title == "" || !strings.HasSuffix(s.Sees, ".") || len(s.Expect) == 0 || s.play == nil {
			t.Errorf("scenario %+v is not complete", s)
		}
		seen[s.Name] = true
		for _, e := range s.Expect {
			if e.Group == "" || len(e.States) == 0 || (e.Never == (e.Within > e.From)) {
				t.Errorf("%s expects %+v", s.Name, e)
			}
		}
		if s.Within > 2*time.Minute {
			t.Errorf("%s takes %s to show", s.Name, s.Within)
		}
	}
	if Scenarios()[0].Name != Steady {
		t.Errorf("%s is listed first", Scenarios()[0].Name)
	}
}

func TestSameSeedSameRecords(t *testing.T) {
	keys := func(seed int64) string {
		w := (&stage{seed: seed}).writer(orders, "producer")
		var b strings.Builder
		for range 50 {
			r := w.record(time.Unix(0, 0))
			b.Write(r.Key)
			b.Write(r.Value)
		}
		return b.String()
	}
	if first, again := keys(1), keys(1); first != again || first == keys(2) {
		t.Error("records don't follow the seed")
	}
}
