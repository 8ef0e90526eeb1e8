package kafka_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/realkafka"
	"weir/lag"
	"weir/probes"
	probe "weir/probes/kafka"
)

func TestMain(m *testing.M) {
	if which := os.Getenv(envWorld); which != "" {
		leave(serveWorld(which))
	}
	if seeds := os.Getenv(envFloor); seeds != "" {
		leave(floorProgram(seeds))
	}
	os.Exit(realkafka.Main(m))
}

func leave(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// leakless fails the test when it leaves a goroutine of its own behind.
func leakless(t testing.TB) {
	now := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		goleak.VerifyNone(t, now, goleak.IgnoreAnyFunction("weir/internal/realkafka.(*node).live"))
	})
}

// to is a way to a cluster for tests: its addresses, and who comes.
type to struct {
	seeds   []string
	user    *realkafka.User
	timeout time.Duration
	wrap    func(string, net.Conn) net.Conn
	dial    func(context.Context, string, string) (net.Conn, error)
}

func (w to) client(t testing.TB) *kafka.Client {
	t.Helper()
	c := config.Cluster{Name: "test", Brokers: w.seeds, Timeout: w.timeout}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if w.user != nil {
		c.Security.SASL = config.SASL{Mechanism: realkafka.SCRAM256, Username: w.user.Name, Password: config.Literal(w.user.Password)}
	}
	cl, err := kafka.Dial(t.Context(), c, kafka.Seeing, kafka.Options{WrapConn: w.wrap, DialContext: w.dial})
	must(t, err)
	return cl
}

// open makes a probe that the test closes itself.
func (w to) open(t testing.TB) *probe.Probe {
	t.Helper()
	return probe.New(probe.Over(w.client(t)), probe.Options{Cluster: "test", Timeout: w.timeout})
}

func (w to) probe(t testing.TB) *probe.Probe {
	t.Helper()
	p := w.open(t)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// seen is a reading that can be asked by name.
type seen struct {
	*lag.Reading
	t testing.TB
}

func sweep(t testing.TB, p probes.Probe, w probes.Want) seen {
	t.Helper()
	part, err := p.Observe(t.Context(), w)
	must(t, err)
	return seen{part.Reading, t}
}

var everything = probes.Want{Due: probes.All, Serial: true}

// only keeps groups and topics whose names have one of the endings, so that tests that share a cluster don't see each other.
func only(w probes.Want, names ...string) probes.Want {
	w.Keep = func(_, name string) bool {
		for _, n := range names {
			if n == name {
				return true
			}
		}
		return false
	}
	return w
}

func (r seen) group(name string) *lag.Group {
	r.t.Helper()
	for i := range r.Groups {
		if r.Groups[i].Name == name {
			return &r.Groups[i]
		}
	}
	r.t.Fatalf("no group %s", name)
	return nil
}

func (r seen) groupIx(name string) lag.GroupIx {
	r.t.Helper()
	g := r.group(name)
	return lag.GroupIx(slices.IndexFunc(r.Groups, func(o lag.Group) bool { return o.Name == g.Name }))
}

func (r seen) topic(name string) *lag.Topic {
	r.t.Helper()
	for i := range r.Topics {
		if r.Topics[i].Name == name {
			return &r.Topics[i]
		}
	}
	r.t.Fatalf("no topic %s", name)
	return nil
}

func (r seen) partition(topic string, n int) lag.PartitionIx {
	r.t.Helper()
	t := r.topic(topic)
	if n >= len(t.Partitions) {
		r.t.Fatalf("topic %s has %d partitions", topic, len(t.Partitions))
	}
	return t.Partitions[n]
}

// at finds a position among those a group has now.
func (r seen) at(group, topic string, partition int) lag.PositionIx {
	r.t.Helper()
	p := r.partition(topic, partition)
	for _, i := range r.group(group).Positions {
		if r.Positions[i].Partition == p {
			return i
		}
	}
	r.t.Fatalf("group %s has no position on %s:%d", group, topic, partition)
	return 0
}

// row tells a position: committed start end stable lag stable-lag lost.
func (r seen) row(group, topic string, partition int) string {
	r.t.Helper()
	i := r.at(group, topic, partition)
	p := r.Positions[i].Partition
	var out []string
	for _, v := range []int64{r.Committed[i], r.Start[p], r.End[p], r.Stable[p], r.Lag(i, 0), r.StableLag(i, 0), r.Lost(i)} {
		out = append(out, num(v))
	}
	return strings.Join(out, " ")
}

func num(v int64) string {
	switch v {
	case lag.Unknown:
		return "?"
	case lag.None:
		return "-"
	}
	return fmt.Sprint(v)
}

// gaps tells the gaps of a thing, a line each: kind/name/sub reason.
func (r seen) gaps() string {
	var out []string
	for _, g := range r.Gaps {
		ref := g.Ref
		out = append(out, strings.TrimRight(ref.Kind+"/"+ref.Name+"/"+ref.Sub, "/")+" "+g.Reason.String())
	}
	return strings.Join(out, "\n")
}

func (r seen) wants(what, got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
