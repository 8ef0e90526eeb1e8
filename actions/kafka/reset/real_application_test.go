package reset

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// childWord has the test binary be an application instead: a consumer in a process of its own.
const childWord = "WEIR_TEST_CONSUMER"

// consume reads a topic in a group and commits, until it is told to end. It notes the first offset of each partition.
func consume(how string) int {
	words := strings.Split(how, "|")
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute) // whatever became of the test
	defer cancel()
	opts := []kgo.Opt{kgo.SeedBrokers(words[0]), kgo.ConsumerGroup(words[1]), kgo.ConsumeTopics(words[2]), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AutoCommitInterval(200 * time.Millisecond), kgo.FetchMaxWait(250 * time.Millisecond), kgo.SessionTimeout(6 * time.Second), kgo.HeartbeatInterval(500 * time.Millisecond), kgo.ClientID("application")}
	if words[3] == "newer" {
		opts = append(opts, kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer())
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return 1
	}
	defer cl.Close()
	out, err := os.OpenFile(words[4], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	defer out.Close()
	seen := map[int32]bool{}
	for ctx.Err() == nil {
		cl.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			if !seen[r.Partition] {
				seen[r.Partition] = true
				fmt.Fprintf(out, "%d:%d\n", r.Partition, r.Offset)
			}
		})
	}
	return 0
}

// process is an application that its commands start and kill.
type process struct {
	t     *testing.T
	w     *kafkatest.World
	group string
	dir   string
	app   cluster.Application
}

func newProcess(t *testing.T, w *kafkatest.World, seeds []string, group, topic, kind, sig string) *process {
	p := &process{t: t, w: w, group: group, dir: t.TempDir()}
	pid := filepath.Join(p.dir, "pid")
	how := strings.Join([]string{seeds[0], group, topic, kind, filepath.Join(p.dir, "read")}, "|")
	p.app = cluster.Application{
		Start:   []string{"sh", "-c", childWord + "=\"$0\" \"$1\" >/dev/null 2>&1 & echo $! >\"$2\"", how, os.Args[0], pid},
		Stop:    []string{"sh", "-c", "kill -" + sig + " $(cat \"$0\")", pid},
		Timeout: time.Minute, Empty: time.Minute,
	}
	t.Cleanup(func() {
		_ = exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c", "kill -KILL $(cat \"$0\")", pid).Run()
	})
	kafkatest.Must(t, exec.CommandContext(t.Context(), p.app.Start[0], p.app.Start[1:]...).Run())
	return p
}

// done waits until everything was read and committed.
func (p *process) done() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	var last any
	for ctx.Err() == nil { // a coordinator tells nobody of commits, and on a new cluster nothing yet
		got, err := p.w.Admin.FetchOffsets(ctx, p.group)
		all := 0
		got.Each(func(o kadm.OffsetResponse) {
			if o.Err == nil && o.At == 10 {
				all++
			}
		})
		if all == 3 {
			return
		}
		if last = got; err != nil {
			last = err
		}
	}
	p.t.Fatalf("the consumer didn't commit all: %v", last)
}

// TestRealStopApp stops a consumer that is a process of its own, on real brokers: one that is killed, and counts until its
// session ends, and one that leaves.
func TestRealStopApp(t *testing.T) {
	for _, tt := range []struct{ name, kind, sig, dead string }{
		{"classic, killed", "classic", "KILL", "one that died counts for its client's session.timeout.ms after its last heartbeat, which no broker tells: "},
		{"KIP-848, leaves", "newer", "TERM", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, w, topic := real(t)
			group := realkafka.Name("group")
			p := newProcess(t, w, c.Seeds(), group, topic, tt.kind, tt.sig)
			p.done()
			connect := w.Connect()
			connect.Applications = func(string, string) (*cluster.Application, error) { return &p.app, nil }
			x := w.Executor(Action{Connect: connect})
			plan := kafkatest.Plan(t, x, ask(group, "to", "4", "stop-app", "true"))
			if now := plan.Guards[0].Now; !strings.Contains(now, "1 member: application on ") || strings.Contains(now, "not known") {
				t.Errorf("the plan says %q", now)
			}
			var waited []string
			x.Tell = func(e actions.Event) {
				if e.Wait != nil {
					waited = append(waited, e.What)
				}
			}
			rep, err := x.Apply(t.Context(), plan, kafkatest.Consent(plan))
			kafkatest.Must(t, err)
			if rep.Status != actions.StatusDone || rep.Done != 4 || len(rep.Notes) > 0 {
				t.Errorf("%+v", rep)
			}
			if tt.dead != "" && (len(waited) == 0 || !strings.Contains(waited[0], tt.dead) || !strings.Contains(waited[0], "1 member: application on ")) {
				t.Errorf("waited for %q", waited)
			}
			t.Logf("waited %d times; %s", len(waited), rep.Verify.Note)
			p.done()
			read, err := os.ReadFile(filepath.Join(p.dir, "read"))
			kafkatest.Must(t, err)
			for i := range 3 {
				for _, at := range []int{0, 4} {
					if !strings.Contains(string(read), fmt.Sprintf("%d:%d\n", i, at)) {
						t.Errorf("the application never began partition %d at %d:\n%s", i, at, read)
					}
				}
			}
		})
	}
}
