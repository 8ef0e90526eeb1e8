package claims

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"weir/actions/audit"
	"weir/actions/kafka/anchor"
	"weir/actions/lease"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const childWord = "WEIR_CLAIMS_TEST_HOLDER"

func TestMain(m *testing.M) {
	if how := os.Getenv(childWord); how != "" {
		os.Exit(hold(strings.Fields(how)))
	}
	os.Exit(realkafka.Main(m))
}

func onBrokers(seeds []string, topic string, lease time.Duration) *Claims {
	return OnTopic(config.Cluster{Name: "ops", Brokers: seeds, Timeout: 10 * time.Second}, config.Claims{Topic: topic, Lease: lease}, kafka.Options{})
}

// childLease is long enough for a process that is not run for some seconds to keep what it holds.
const childLease = 15 * time.Second

// hold is another process that takes a claim, says so, and keeps it until it is killed.
func hold(args []string) int {
	_, err := onBrokers(strings.Split(args[0], ","), args[1], childLease).Acquire(context.Background(), group("g"), who("ann"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the test is gone, should it not kill
	return 0
}

// TestRealTwoProcesses lets two processes want one group on real brokers, and kills the holder.
func TestRealTwoProcesses(t *testing.T) {
	c := realkafka.Shared(t)
	topic := realkafka.Name("claims")
	c.CreateTopic(t, topic, 1, 3, map[string]string{"message.timestamp.type": "LogAppendTime", "min.insync.replicas": "2"})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childWord+"="+strings.Join(c.Seeds(), ",")+" "+topic)
	in, err := cmd.StdinPipe()
	must(t, err)
	defer in.Close()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	l := onBrokers(c.Seeds(), topic, time.Minute)
	var held *lease.HeldError
	if _, err := l.Acquire(t.Context(), group("g"), who("bob")); !errors.As(err, &held) || held.By.Run != "r-ann" {
		t.Fatalf("while it lives: %v", err)
	}
	must(t, cmd.Process.Kill()) // SIGKILL: nothing is given back
	_ = cmd.Wait()              // it ended by the signal
	_, err = l.Acquire(t.Context(), group("g"), who("bob"))
	if !errors.As(err, &held) || held.Left > childLease {
		t.Fatalf("right after it was killed: %v", err)
	}
	<-time.After(held.Left) // by the brokers' clock: nothing else tells that the lease has run out
	bob, err := l.Acquire(t.Context(), group("g"), who("bob"))
	must(t, err)
	if i := bob.Info(); len(i.TookOver) != 1 || i.TookOver[0].Who != "ann" {
		t.Errorf("%+v", i)
	}
	must(t, bob.Check(t.Context()))
	must(t, bob.(*claim).renew(t.Context()))
	must(t, bob.Release(t.Context()))
	for _, k := range Examine(t.Context(), config.Cluster{Name: "ops", Brokers: c.Seeds(), Timeout: 10 * time.Second}, config.Claims{Topic: topic, Lease: time.Minute}, kafka.Options{}) {
		if !k.OK && k.Check != "delete" { // a super user may delete
			t.Errorf("%+v", k)
		}
	}
}

// TestRealAnchor anchors an audit log on real brokers, and cuts it back.
func TestRealAnchor(t *testing.T) {
	c := realkafka.Shared(t)
	topic := realkafka.Name("audit")
	c.CreateTopic(t, topic, 1, 3, map[string]string{"min.insync.replicas": "2", "retention.ms": "-1"})
	on := config.Cluster{Name: "ops", Brokers: c.Seeds(), Timeout: 10 * time.Second, Mode: config.ReadOnly}
	dir := t.TempDir()
	o := audit.Options{Dir: dir, Who: audit.Identify("")}
	origin, err := audit.Init(t.Context(), o)
	must(t, err)
	a := anchor.New(on, topic, origin, kafka.Options{})
	defer a.Close()
	o.Anchors = []audit.Anchored{{Anchor: a, Mode: audit.AnchorRequired}}
	l, err := audit.Open(t.Context(), o)
	must(t, err)
	var old []byte
	for i := range 4 {
		_, err := l.Append(t.Context(), audit.Entry{Run: "r", Stage: audit.StageIntent, Kind: "k"})
		must(t, err)
		if i == 1 {
			old, err = os.ReadFile(dir + "/00000001.log")
			must(t, err)
		}
	}
	must(t, l.Close())
	rep, err := audit.Verify(t.Context(), dir, audit.VerifyOptions{Anchors: []audit.Anchor{a}})
	if err != nil || !rep.OK() || rep.Anchored() != 4 || rep.Anchors[0].Held != 4 {
		t.Errorf("%+v, %v", rep, err)
	}
	must(t, os.WriteFile(dir+"/00000001.log", old, 0o600))
	if _, err := audit.Open(t.Context(), o); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("open: %v", err)
	}
	for _, k := range a.Examine(t.Context()) {
		if !k.OK && k.Check != "delete" {
			t.Errorf("%+v", k)
		}
	}
	d, err := kafka.DialAppender(t.Context(), on, realkafka.Name("missing"), 0, kafka.Options{})
	must(t, err)
	defer d.Close()
	if _, err := d.Append(t.Context(), nil, []byte("x")); err == nil {
		t.Error("appended to a topic that isn't there")
	}
	if _, err := d.Facts(t.Context()); !errors.Is(err, kafka.ErrNoTopic) {
		t.Errorf("the topic was made: %v", err)
	}
	if _, err := d.Request(t.Context(), kmsg.NewPtrCreateTopicsRequest()); !errors.Is(err, kafka.ErrReadOnly) {
		t.Error(err)
	}
}
