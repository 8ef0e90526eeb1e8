package reset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/reset"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestPlanOnlyReads proves that planning joins nothing and writes nothing, with a live member in the group too.
func TestPlanOnlyReads(t *testing.T) {
	w, x := ten(t)
	join(t, w, "g")
	for _, params := range [][]string{{"to", "earliest"}, {"ago", "2h"}, {"shift", "1", "topic", "orders:0"}, {"to", "current"}} {
		kafkatest.Plan(t, x, request(params...))
	}
	reads := map[string]bool{"ApiVersions": true, "Metadata": true, "FindCoordinator": true, "ListGroups": true, "DescribeGroups": true, "OffsetFetch": true, "ListOffsets": true, "Fetch": true, "DescribeConfigs": true}
	for name, n := range w.Seen.Count() {
		if !reads[name] {
			t.Errorf("planning sent %d %s", n, name)
		}
	}
	if n := w.Acted.Conns(); n > 0 || len(w.Seen.Errs()) > 0 {
		t.Errorf("planning opened %d acting connections; not understood: %v", n, w.Seen.Errs())
	}
}

// join adds a consumer to the group and waits until it has partitions.
func join(t *testing.T, w *kafkatest.World, group string) *kgo.Client {
	t.Helper()
	assigned := make(chan struct{}, 1)
	cl, err := kgo.NewClient(kgo.SeedBrokers(w.Seeds...), kgo.ConsumerGroup(group), kgo.ConsumeTopics("orders"), kgo.DisableAutoCommit(), kgo.ClientID("consumer"),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) {
			select {
			case assigned <- struct{}{}:
			default:
			}
		}))
	kafkatest.Must(t, err)
	t.Cleanup(cl.CloseAllowingRebalance)
	go cl.PollFetches(t.Context())
	<-assigned
	return cl
}

// TestStale changes the world between plan and apply, in every way that the plan depends on.
func TestStale(t *testing.T) {
	for _, tt := range []struct {
		name  string
		to    string
		move  func(*testing.T, *kafkatest.World)
		kind  actions.Kind
		drift string
	}{
		{"commit", "earliest", func(_ *testing.T, w *kafkatest.World) {
			w.Commit("g", kadm.Offset{Topic: "orders", Partition: 1, At: 8})
		}, actions.ErrStale, "test/position/g/orders:1 committed was 7, is 8"},
		{"first commit", "earliest", func(_ *testing.T, w *kafkatest.World) {
			w.Commit("g", kadm.Offset{Topic: "orders", Partition: 2, At: 1})
		}, actions.ErrStale, "was absent, is 1"},
		{"log start", "2", func(t *testing.T, w *kafkatest.World) {
			var to kadm.Offsets
			to.AddOffset("orders", 0, 3, -1)
			_, err := w.Admin.DeleteRecords(t.Context(), to)
			kafkatest.Must(t, err)
		}, actions.ErrStale, "log_start was 0, is 3"},
		{"topic made anew", "earliest", func(t *testing.T, w *kafkatest.World) {
			_, err := w.Admin.DeleteTopic(t.Context(), "orders")
			kafkatest.Must(t, err)
			anew := kafkatest.On(t, w.Seeds) // a client that never knew the old one
			anew.Topic("orders", 3)
			anew.Commit("g", kadm.Offset{Topic: "orders", Partition: 0, At: 5, LeaderEpoch: 0, Metadata: "five"}, kadm.Offset{Topic: "orders", Partition: 1, At: 7, LeaderEpoch: -1})
		}, actions.ErrStale, "topic_id"},
		{"topic gone", "earliest", func(t *testing.T, w *kafkatest.World) {
			_, err := w.Admin.DeleteTopic(t.Context(), "orders")
			kafkatest.Must(t, err)
		}, actions.ErrStale, "gone or made anew"},
		{"group gone", "earliest", func(t *testing.T, w *kafkatest.World) {
			_, err := w.Admin.DeleteGroup(t.Context(), "g")
			kafkatest.Must(t, err)
		}, actions.ErrUnseen, "there is no group"},
		{"member", "earliest", func(t *testing.T, w *kafkatest.World) { join(t, w, "g") }, actions.ErrGuard, "1 member: consumer on 127.0.0.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, x := ten(t)
			p := kafkatest.Plan(t, x, request("to", tt.to))
			tt.move(t, w)
			before := w.Committed("g")
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if actions.ExitCode(err) != int(tt.kind) || !strings.Contains(fmt.Sprint(err), tt.drift) {
				t.Errorf("%v (exit %d), want %q", err, actions.ExitCode(err), tt.drift)
			}
			if fmt.Sprint(w.Committed("g")) != fmt.Sprint(before) || rep.Status != actions.StatusFailed || len(w.Acted.Requests()) > 0 {
				t.Errorf("something was changed or sent: %v", w.Acted.Count())
			}
			if info, _, err := x.Show(t.Context(), rep.Run); err != nil || info.Status != actions.StatusFailed || info.Unfinished() {
				t.Errorf("%+v, %v", info, err)
			}
		})
	}
}

// TestFaults has the cluster answer a commit in the ways that hurt, once each.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		fail func(*testing.T, *kfake.Cluster)
		exit int
		all  bool // in the end everything is as planned; else as before
	}{
		{"coordinator moves", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.NotCoordinator.Code) }, 0, true},
		{"coordinator loads", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.CoordinatorLoadInProgress.Code) }, 0, true},
		{"hold lost", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.UnknownMemberID.Code) }, 4, false},
		{"generation lost", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.IllegalGeneration.Code) }, 4, false},
		{"not allowed", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.GroupAuthorizationFailed.Code) }, 3, false},
		{"timed out, not written", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.RequestTimedOut.Code) }, 0, true},
		{"replicas lag, written at the next try", func(_ *testing.T, c *kfake.Cluster) { answer(c, kerr.CoordinatorNotAvailable.Code) }, 0, true},
		{"replicas lag, then the hold is lost", func(_ *testing.T, c *kfake.Cluster) {
			answer(c, kerr.CoordinatorNotAvailable.Code)
			answer(c, kerr.UnknownMemberID.Code)
		}, 13, false},
		{"replicas lag on and on", func(_ *testing.T, c *kfake.Cluster) {
			for range 3 {
				answer(c, kerr.CoordinatorNotAvailable.Code)
			}
		}, 13, false},
		{"cut before", func(_ *testing.T, c *kfake.Cluster) {
			c.ControlKey(int16(kmsg.OffsetCommit), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
		}, 0, true},
		{"cut on and on", func(_ *testing.T, c *kfake.Cluster) {
			for range 3 {
				c.ControlKey(int16(kmsg.OffsetCommit), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
			}
		}, 13, false},
		{"join refused", func(_ *testing.T, c *kfake.Cluster) {
			c.ControlKey(int16(kmsg.JoinGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
				resp := r.ResponseKind().(*kmsg.JoinGroupResponse)
				resp.ErrorCode = kerr.GroupAuthorizationFailed.Code
				return resp, nil, true
			})
		}, 3, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, c := kafkatest.Fake(t)
			w.Topic("orders", 3)
			for p := range int32(3) {
				w.Produce("orders", p, 10, base)
			}
			w.Commit("g", kadm.Offset{Topic: "orders", Partition: 0, At: 5}, kadm.Offset{Topic: "orders", Partition: 1, At: 7})
			x := w.Executor(reset.Action{Connect: w.Connect()})
			p := kafkatest.Plan(t, x, request("to", "earliest"))
			tt.fail(t, c)
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if actions.ExitCode(err) != tt.exit {
				t.Errorf("%v (exit %d), want %d", err, actions.ExitCode(err), tt.exit)
			}
			want := [3]int64{5, 7, -1}
			if tt.all {
				want = [3]int64{0, 0, 0}
			}
			if got := offsets(w, "g"); got != want {
				t.Errorf("committed %v, want %v", got, want)
			}
			if g, err := w.Admin.DescribeGroups(t.Context(), "g"); err != nil || len(g["g"].Members) > 0 {
				t.Errorf("the group is still held: %+v, %v", g, err)
			}
		})
	}
}

// TestLateCommit has a commit count that the coordinator didn't vouch for, after weir has given up on it: that is an outcome
// unknown, and settling finds what is true.
func TestLateCommit(t *testing.T) {
	w, c := kafkatest.Fake(t)
	w.Topic("orders", 1)
	w.Produce("orders", 0, 10, base)
	w.Commit("g", kadm.Offset{Topic: "orders", At: 5, LeaderEpoch: -1})
	x := w.Executor(reset.Action{Connect: w.Connect()})
	p := kafkatest.Plan(t, x, request("to", "2"))
	for range 3 {
		answer(c, kerr.CoordinatorNotAvailable.Code)
	}
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	if rep.Status != actions.StatusUnknown || actions.ExitCode(err) != 13 || !strings.Contains(fmt.Sprint(err), "weir run settle") {
		t.Fatalf("%v, %+v", err, rep)
	}
	info, _, err := x.Show(t.Context(), rep.Run)
	if err != nil || info.Status != actions.StatusUnknown || fmt.Sprint(info.Pending) != "[commit-1]" {
		t.Errorf("%+v, %v", info, err)
	}
	w.Commit("g", kadm.Offset{Topic: "orders", At: 2, LeaderEpoch: -1})
	found, err := x.Settle(t.Context(), rep.Run)
	if err != nil || len(found) != 1 || found[0].Outcome != actions.OutcomeApplied {
		t.Errorf("%+v, %v", found, err)
	}
	if rep, err = x.Resume(t.Context(), rep.Run, kafkatest.Consent(p)); err != nil || rep.Status != actions.StatusDone {
		t.Errorf("%+v, %v", rep, err)
	}
}

// TestTakesEffectBetweenTries has a commit count before it is tried again: it is found done, and that stands in the journal.
func TestTakesEffectBetweenTries(t *testing.T) {
	w, c := kafkatest.Fake(t)
	w.Topic("orders", 1)
	w.Produce("orders", 0, 10, base)
	w.Commit("g", kadm.Offset{Topic: "orders", At: 5, LeaderEpoch: -1})
	x := w.Executor(reset.Action{Connect: w.Connect()})
	req := request("to", "2")
	req.Params["hold"] = "false"
	p := kafkatest.Plan(t, x, req)
	answer(c, kerr.CoordinatorNotAvailable.Code)
	x.Tell = func(e actions.Event) {
		if e.Step.ID == "commit-1" && strings.Contains(e.What, "may still count") {
			w.Commit("g", kadm.Offset{Topic: "orders", At: 2, LeaderEpoch: -1})
		}
	}
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	info, entries, err := x.Show(t.Context(), rep.Run)
	if err != nil || rep.Done != 1 || info.Done != 1 || info.Status != actions.StatusDone {
		t.Errorf("%+v, %+v, %v", rep, info, err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, string(e.Stage)+" "+string(e.Outcome))
	}
	if want := "progress , intent , result unknown, settle ok, verdict ok"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}

// answer refuses the next commit with a code for every partition.
func answer(c *kfake.Cluster, code int16) {
	c.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		req, resp := r.(*kmsg.OffsetCommitRequest), r.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewOffsetCommitResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rt.Partitions = append(rt.Partitions, kmsg.OffsetCommitResponseTopicPartition{Partition: p.Partition, ErrorCode: code})
			}
			resp.Topics = append(resp.Topics, rt)
		}
		return resp, nil, true
	})
}

// TestUndoRefused has somebody move on between a run and its undo.
func TestUndoRefused(t *testing.T) {
	w, x := ten(t)
	p := kafkatest.Plan(t, x, request("to", "earliest"))
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	w.Commit("g", kadm.Offset{Topic: "orders", Partition: 1, At: 2})
	req, err := x.Undo(t.Context(), rep.Run)
	kafkatest.Must(t, err)
	_, err = x.Registry.Plan(t.Context(), req)
	var e *actions.Error
	if !errors.As(err, &e) || e.Kind != actions.ErrStale || len(e.Drift) != 1 || e.Drift[0].Planned != "0" || e.Drift[0].Found != "2" {
		t.Errorf("%v", err)
	}
}

// TestReadOnly plans and doesn't dial the acting client.
func TestReadOnly(t *testing.T) {
	w, x := ten(t)
	x.Policy.ReadOnly = true
	p := kafkatest.Plan(t, x, request("to", "latest"))
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	if actions.ExitCode(err) != 5 || w.Acted.Conns() > 0 {
		t.Errorf("%v, %d connections", err, w.Acted.Conns())
	}
	few := int64(5)
	x.Policy = actions.Policy{MaxSkipped: &few}
	if _, err = x.Apply(t.Context(), p, kafkatest.Consent(p)); actions.ExitCode(err) != 5 || !strings.Contains(err.Error(), "the plan skips 18 records, policy allows 5") {
		t.Error(err)
	}
}

func TestOtherCluster(t *testing.T) {
	_, x := ten(t)
	p := kafkatest.Plan(t, x, request("to", "earliest"))
	w, _ := kafkatest.Fake(t, kfake.ClusterID("another"))
	w.Topic("orders", 3)
	w.Commit("g", kadm.Offset{Topic: "orders", Partition: 0, At: 5})
	y := w.Executor(reset.Action{Connect: w.Connect()})
	_, err := y.Apply(t.Context(), p, kafkatest.Consent(p))
	if w.Committed("g")["orders:0"].At != 5 || actions.ExitCode(err) != 5 || !strings.Contains(err.Error(), "has id another") {
		t.Errorf("%v", err)
	}
}

// TestBadInput is what a person may type, each refused with a sentence and its exit code.
func TestBadInput(t *testing.T) {
	_, x := ten(t)
	for _, tt := range []struct {
		exit   int
		says   string
		params []string
	}{
		{2, "lies in the future", []string{"to", time.Now().Add(time.Hour).Format(time.RFC3339)}},
		{2, "has no zone", []string{"to", "2026-11-20T03:00:00"}},
		{2, "has no zone", []string{"to", "2026-11-20"}},
		{2, "before 1970", []string{"to", "1969-12-31T23:59:59.999Z"}},
		{2, "before 1970", []string{"ago", "3000w"}},
		{2, "neither earliest", []string{"to", "yesterday"}},
		{2, "exclude each other", []string{"to", "earliest", "ago", "1h"}},
		{2, "give one of --to, --ago", nil},
		{2, "no parameter", []string{"to", "earliest", "force", "true"}},
		{2, "none of refuse, end", []string{"to", "earliest", "past-end", "maybe"}},
		{2, "names no partitions", []string{"to", "earliest", "topic", "orders:"}},
		{2, "names no partitions", []string{"to", "earliest", "topic", "orders:01"}},
		{2, "line 2", []string{"from-file", "orders,0,1\norders,1,\n"}},
		{2, "line 2", []string{"from-file", "orders,0,1\norders,1\n"}},
		{2, "given twice", []string{"from-file", "orders,0,1\norders,0,2\n"}},
		{2, "entry 1 needs", []string{"from-file", `{"partitions":[{"topic":"orders","partition":1}]}`}},
		{2, "no offsets", []string{"from-file", "other,orders,0,1\n"}},
		{3, "no topic", []string{"to", "earliest", "topic", "ordres"}},
		{3, "partitions 0 to 2, not 3", []string{"to", "earliest", "topic", "orders:3"}},
		{3, "there is no group", []string{"from-group", "typo"}},
		{4, "offsets 0 to 10, not -5", []string{"to", "-5"}},
		{4, "offsets 0 to 10, not 11", []string{"to", "11"}},
		{4, "no record as young", []string{"ago", "1m"}},
		{4, "never committed on orders:2", []string{"shift", "1", "topic", "orders"}},
		{2, "beyond what an offset can be", []string{"shift", "9223372036854775807", "topic", "orders:0"}},
	} {
		_, err := x.Registry.Plan(t.Context(), request(tt.params...))
		if actions.ExitCode(err) != tt.exit || !strings.Contains(fmt.Sprint(err), tt.says) {
			t.Errorf("%q: %v (exit %d), want %d with %q", tt.params, err, actions.ExitCode(err), tt.exit, tt.says)
		}
	}
	bad := request("to", "earliest")
	bad.Target.Name = "g\x1b[2J"
	if _, err := x.Registry.Plan(t.Context(), bad); actions.ExitCode(err) != 2 || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q", err)
	}
}

// TestPlanTells looks at what a plan says of one partition.
func TestPlanTells(t *testing.T) {
	_, x := ten(t)
	p := kafkatest.Plan(t, x, request("to", "2"))
	if len(p.Changes) != 3 || *p.Totals.Reread != 8 || *p.Totals.Skipped != 2 || *p.Totals.Gone != 0 {
		t.Fatalf("%+v", p.Totals)
	}
	c := p.Changes[0]
	want := "as given; reads 3 offsets again; records of " + base.Add(2*time.Second).UTC().Format("2006-01-02T15:04:05.000Z") + " to " + base.Add(5*time.Second).UTC().Format("2006-01-02T15:04:05.000Z")
	if c.Ref != "test/position/g/orders:0" || string(c.Before) != "5" || string(c.After) != "2" || c.Note != want {
		t.Errorf("%s %s → %s: %s", c.Ref, c.Before, c.After, c.Note)
	}
	if string(p.Changes[2].Before) != "null" {
		t.Errorf("never committed: %s", p.Changes[2].Before)
	}
}

// TestManyPartitions makes a plan for 10,000 partitions, of which the largest part are its requests.
func TestManyPartitions(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 partitions")
	}
	w, _ := kafkatest.Fake(t)
	w.Topic("orders", 10000)
	var all []kadm.Offset
	for p := range int32(10000) {
		all = append(all, kadm.Offset{Topic: "orders", Partition: p, At: 5})
	}
	w.Commit("g", all...)
	x := w.Executor(reset.Action{Connect: w.Connect()})
	began := time.Now()
	p := kafkatest.Plan(t, x, request("to", "earliest"))
	whole := time.Since(began)
	if len(p.Changes) != 10000 {
		t.Fatalf("%d changes", len(p.Changes))
	}
	var file bytes.Buffer
	began = time.Now()
	kafkatest.Must(t, p.Write(&file, "0.1.0"))
	size := file.Len()
	if _, err := actions.ReadPlan(&file); err != nil {
		t.Fatal(err)
	}
	t.Logf("planned in %v with its requests, written (%d bytes) and read in %v, on %d processors", whole, size, time.Since(began), runtime.NumCPU())
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if rep.Done != 21 || w.Committed("g")["orders:9999"].At != 0 {
		t.Errorf("%+v", rep)
	}
}
