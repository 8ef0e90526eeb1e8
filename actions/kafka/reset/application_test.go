package reset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// consumer is an application in the test's own process: its commands make a real member come and go.
type consumer struct {
	t      *testing.T
	w      *kafkatest.World
	cl     *kgo.Client
	before func() // what it does when it is told to stop, before it goes
	stay   bool   // it doesn't stop
	calls  []string
	result map[string]app.Result
	absent bool // the programs can't be called
}

const topic, group = "orders", "g"

// running is a world with a consumer that has read some of a topic and runs.
func running(t *testing.T) (*kafkatest.World, *consumer, *actions.Executor) {
	w, _ := kafkatest.Fake(t)
	w.Topic(topic, 3)
	for p := range int32(3) {
		w.Produce(topic, p, 10, time.Now().Add(-time.Hour))
	}
	w.Commit(group, kadm.Offset{Topic: topic, Partition: 0, At: 5, Metadata: "five"}, kadm.Offset{Topic: topic, Partition: 1, At: 4}, kadm.Offset{Topic: topic, Partition: 2, At: 8})
	c := &consumer{t: t, w: w, result: map[string]app.Result{}}
	c.join()
	t.Cleanup(c.leave)
	connect := w.Connect()
	connect.Applications = func(string, string) (*cluster.Application, error) {
		return &cluster.Application{Stop: []string{"sh", "stop"}, Start: []string{"sh", "start"}, Timeout: time.Minute, Empty: 2 * time.Second}, nil
	}
	x := w.Executor(Action{Connect: connect, batch: 2, call: c.call})
	return w, c, x
}

func (c *consumer) call(_ context.Context, argv []string, _ time.Duration) (app.Result, error) {
	c.calls = append(c.calls, argv[1])
	if c.absent {
		return app.Result{}, errors.New("not there")
	}
	switch {
	case argv[1] == "start" && c.result["start"].Code == 0:
		c.join()
	case argv[1] == "stop" && c.before != nil:
		c.before()
		fallthrough
	case argv[1] == "stop" && !c.stay:
		c.leave()
	}
	return c.result[argv[1]], nil
}

func (c *consumer) join() {
	c.t.Helper()
	c.leave()
	assigned := make(chan struct{}, 8)
	var err error
	c.cl, err = kgo.NewClient(kgo.SeedBrokers(c.w.Seeds...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(), kgo.ClientID("consumer"),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { assigned <- struct{}{} }))
	kafkatest.Must(c.t, err)
	go c.cl.PollFetches(c.t.Context())
	<-assigned
}

func (c *consumer) leave() {
	if c.cl != nil {
		c.cl.CloseAllowingRebalance()
		c.cl = nil
	}
}

// commit has the live member commit.
func (c *consumer) commit(offsets map[int32]int64) {
	c.t.Helper()
	at := map[string]map[int32]kgo.EpochOffset{topic: {}}
	for p, o := range offsets {
		at[topic][p] = kgo.EpochOffset{Epoch: -1, Offset: o}
	}
	c.cl.CommitOffsetsSync(c.t.Context(), at, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, _ *kmsg.OffsetCommitResponse, err error) {
		kafkatest.Must(c.t, err)
	})
}

func (c *consumer) offsets() [3]int64 {
	got := c.w.Committed(group)
	var out [3]int64
	for p := range out {
		out[p] = got[fmt.Sprintf("%s:%d", topic, p)].At
	}
	return out
}

func stopping(params ...string) actions.Request {
	return ask(group, append(params, "stop-app", "true")...)
}

// TestStopApp resets a group whose consumer commits until the last moment: the targets are the plan's, what was there
// before is what the consumer left, and an undo brings that back.
func TestStopApp(t *testing.T) {
	w, c, x := running(t)
	p := kafkatest.Plan(t, x, stopping("to", "4"))
	if len(p.Changes) != 3 || len(p.Commands) != 2 || !p.Guards[0].OK || !strings.Contains(p.Guards[0].Now, "1 member: consumer on ") || !strings.Contains(p.Guards[0].Now, "one that died counts for") {
		t.Fatalf("%+v", p)
	}
	c.before = func() { c.commit(map[int32]int64{0: 9, 1: 7}) }
	var said []string
	x.Tell = func(e actions.Event) {
		if e.Wait == nil && e.Step.ID != "" {
			said = append(said, e.Step.ID+" "+string(e.State))
		}
	}
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if want := "stop |stop applied|hold |hold applied|commit-1 |commit-1 applied|commit-2 |commit-2 applied|start |start applied"; strings.Join(said, "|") != want {
		t.Errorf("said %q", said)
	}
	if rep.Status != actions.StatusDone || rep.Done != 5 || rep.Total != 5 || len(rep.Notes) > 0 || !strings.Contains(rep.Verify.Note, "3 offsets read back as planned; the application was started, the group has 1 member") {
		t.Errorf("%+v", rep)
	}
	if got := c.offsets(); got != [3]int64{4, 4, 4} || fmt.Sprint(c.calls) != "[stop start]" {
		t.Errorf("committed %v, called %v", got, c.calls)
	}
	// The undo stops the application again.
	req, err := x.Undo(t.Context(), rep.Run)
	kafkatest.Must(t, err)
	c.before = nil
	undo := kafkatest.Plan(t, x, req)
	if len(undo.Commands) != 2 {
		t.Errorf("the undo calls %v", undo.Commands)
	}
	_, err = x.Apply(t.Context(), undo, kafkatest.Consent(undo))
	kafkatest.Must(t, err)
	if got := c.offsets(); got != [3]int64{9, 7, 8} || fmt.Sprint(c.calls) != "[stop start stop start]" || c.cl == nil {
		t.Errorf("after the undo: committed %v, called %v", got, c.calls)
	}
	log := journal(t, w, x, rep.Run)
	for _, want := range []string{`"argv":["sh","stop"]`, `"exit_code":0`} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log lacks %s:\n%s", want, log)
		}
	}
}

// journal is all that the audit log holds of a run.
func journal(t *testing.T, w *kafkatest.World, x *actions.Executor, run string) string {
	t.Helper()
	var b strings.Builder
	for e, err := range w.Log.Entries(t.Context(), audit.Filter{Run: run}) {
		kafkatest.Must(t, err)
		b.Write(e.Data)
		b.WriteString(e.Error + "\n")
	}
	return b.String()
}

// TestStopAppFails is each way in which it doesn't go well: what is told, how it ends, and how it can be mended.
func TestStopAppFails(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrange func(*testing.T, *consumer, *actions.Executor)
		exit    int
		says    string
		note    string
		offsets [3]int64
		runs    bool // the application runs in the end
		undo    string
	}{
		{"not there", func(_ *testing.T, c *consumer, _ *actions.Executor) { c.absent = true }, 4, "sh could not be called", "", [3]int64{5, 4, 8}, true, ""},
		{"stop fails", func(_ *testing.T, c *consumer, _ *actions.Executor) {
			c.result["stop"], c.stay = app.Result{Code: 1, Tail: "hush, a token"}, true
		}, 8, "whether it is stopped is not known", "hush, a token", [3]int64{5, 4, 8}, true, "[start]"},
		{"it stays", func(_ *testing.T, c *consumer, _ *actions.Executor) { c.stay = true }, 8, "group g has 1 member: consumer on ", "MAY BE STOPPED", [3]int64{5, 4, 8}, true, "[start]"},
		{"it comes back", func(t *testing.T, c *consumer, x *actions.Executor) {
			x.Tell = func(e actions.Event) {
				if e.Step.ID == "stop" && e.State == actions.OutcomeApplied {
					c.join() // a controller scales it back
				}
			}
		}, 8, "1 of them came after the stop: something starts it again", "Start it by hand: sh start", [3]int64{5, 4, 8}, true, "[start]"},
		{"it comes back when all seems well", func(t *testing.T, c *consumer, x *actions.Executor) {
			x.Tell = func(e actions.Event) {
				if e.Step.ID == "hold" && e.State == "" {
					c.join()
				}
			}
		}, 8, "has members again: consumer on ", "MAY BE STOPPED", [3]int64{5, 4, 8}, true, "[start]"},
		{"it goes back", func(t *testing.T, c *consumer, _ *actions.Executor) {
			c.before = func() { c.commit(map[int32]int64{2: 6}) }
		}, 8, "orders:2 committed was 8, is 6", "Start it by hand: sh start", [3]int64{5, 4, 6}, false, "[start]"},
		{"start fails", func(_ *testing.T, c *consumer, _ *actions.Executor) { c.result["start"] = app.Result{Code: 3} }, 8, "ended with exit code 3: whether it runs is not known (start it by hand: sh start)", "MAY BE STOPPED", [3]int64{0, 0, 0}, false, "[stop start]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, c, x := running(t)
			p := kafkatest.Plan(t, x, stopping("to", "earliest"))
			tt.arrange(t, c, x)
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			notes := strings.Join(rep.Notes, "\n")
			if actions.ExitCode(err) != tt.exit || !strings.Contains(fmt.Sprint(err), tt.says) || !strings.Contains(notes, tt.note) || tt.note == "" && notes != "" {
				t.Errorf("%v (exit %d), notes %q; want %d, %q, %q", err, actions.ExitCode(err), notes, tt.exit, tt.says, tt.note)
			}
			if got := c.offsets(); got != tt.offsets || (c.cl != nil) != tt.runs {
				t.Errorf("committed %v, running %v", got, c.cl != nil)
			}
			if log := journal(t, w, x, rep.Run); strings.Contains(log, "hush") {
				t.Errorf("output of a command in the audit log:\n%s", log)
			}
			if tt.undo == "" {
				return
			}
			x.Tell, c.before, c.stay, c.result = nil, nil, false, map[string]app.Result{}
			req, err := x.Undo(t.Context(), rep.Run)
			kafkatest.Must(t, err)
			undo := kafkatest.Plan(t, x, req)
			c.calls = nil
			_, err = x.Apply(t.Context(), undo, kafkatest.Consent(undo))
			kafkatest.Must(t, err)
			if c.cl == nil || fmt.Sprint(c.calls) != tt.undo {
				t.Errorf("after the undo: running %v, called %v", c.cl != nil, c.calls)
			}
		})
	}
}

// TestStopAppRefused is what a plan or its apply refuses before anything is called.
func TestStopAppRefused(t *testing.T) {
	w, c, x := running(t)
	if _, err := x.Registry.Plan(t.Context(), stopping("to", "current")); actions.ExitCode(err) != 2 || !strings.Contains(err.Error(), "moves nothing") {
		t.Error(err)
	}
	bare := w.Executor(Action{Connect: w.Connect()})
	if _, err := bare.Registry.Plan(t.Context(), stopping("to", "4")); actions.ExitCode(err) != 2 || !strings.Contains(err.Error(), "[[clusters.test.applications]]") {
		t.Error(err)
	}
	p := kafkatest.Plan(t, x, stopping("to", "4"))
	if _, err := bare.Apply(t.Context(), p, kafkatest.Consent(p)); actions.ExitCode(err) != 10 || !strings.Contains(err.Error(), "no application for group g any more") {
		t.Error(err)
	}
	edited := p
	edited.Commands = append([]actions.Command{}, p.Commands...)
	edited.Commands[0].Argv = []string{"rm", "-rf", "/"}
	if _, err := x.Apply(t.Context(), edited, kafkatest.Consent(p)); actions.ExitCode(err) != 2 {
		t.Errorf("commands edited: %v", err)
	}
	var err error
	edited.Digest, err = edited.ComputeDigest()
	kafkatest.Must(t, err)
	if _, err := x.Apply(t.Context(), edited, kafkatest.Consent(edited)); actions.ExitCode(err) != 10 || !strings.Contains(err.Error(), "stop was rm -rf /, is sh stop") {
		t.Errorf("commands edited, with a digest that fits: %v", err)
	}
	c.commit(map[int32]int64{1: 2})
	if _, err := x.Apply(t.Context(), p, kafkatest.Consent(p)); actions.ExitCode(err) != 10 {
		t.Errorf("a commit that went back: %v", err)
	}
	if len(c.calls) > 0 {
		t.Errorf("called %v", c.calls)
	}
}
