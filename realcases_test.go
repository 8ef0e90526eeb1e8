package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/realkafka"
	"weir/lag"
	"weir/lag/state"
)

// TestRealCases has the engine tell, in words and on real brokers, the cases in which other tools print a number that
// misleads or nothing at all, and beside them a hang and a deploy.
func TestRealCases(t *testing.T) {
	if testing.Short() {
		t.Skip("states take their time")
	}
	t.Parallel()
	c := realkafka.Start(t, realkafka.Options{Nodes: 3, Props: deleting(realkafka.Unhurried())})
	s := &realStage{T: t, c: c, topics: map[string]string{}, groups: map[string]string{}}
	s.still()
	readers := s.moving()
	s.lively()
	s.nightly()
	s.expiring()
	w := watchReal(t, c, state.Policy{Group: s.groups["nightly"], Cron: 24 * time.Hour})

	for _, name := range []string{"hangs", "blocked", "deploy", "newer", "shared", "slow", "burst", "storm", "poison"} {
		w.until(t, s.groups[name], state.KeepingUp, true)
	}
	readers["hangs"].hang()
	txn := c.OpenTransaction(t, s.topics["blocked"], 0, 5)
	c.DeleteTopic(t, s.topics["anew"])
	c.CreateTopic(t, s.topics["anew"], 1, 1, nil)
	s.redeploy(readers["deploy"])
	s.disturb()
	s.expired()

	for name, want := range map[string]state.State{
		"below": state.LosingData, "expires": state.LosingData, "beyond": state.Ahead, "part": state.NeverCommitted, "left": state.Stopped, "left-share": state.Stopped,
		"hangs": state.Stalled, "blocked": state.Blocked, "newer": state.KeepingUp, "shared": state.KeepingUp, "deploy": state.KeepingUp,
		"nightly": state.Empty,
	} {
		w.until(t, s.groups[name], want, false)
	}
	for name, want := range map[string][]state.State{
		"slow":   {state.FallingBehind},
		"poison": {state.Stalled, state.Stopped, state.Rebalancing, state.FallingBehind},
		"storm":  {state.Rebalancing, state.FallingBehind, state.Stalled},
	} {
		w.trouble(t, s.groups[name], want...)
	}
	w.event(t, lag.TopicMadeAnew, s.topics["anew"])
	w.numbers(t, s)
	t.Logf("the transaction from %d on was open all the while", txn.First)
	for _, name := range []string{"newer", "shared", "deploy", "burst", "nightly"} {
		w.story.never(t, s.groups[name], state.LosingData, state.Stalled, state.Blocked, state.Stopped, state.Ahead,
			state.FallingBehind, state.Rewinding)
	}
}

// numbers checks the lag that goes with the words.
func (w *realWatch) numbers(t *testing.T, s *realStage) {
	t.Helper()
	for name, want := range map[string][2]int64{"below": {50, 40}, "expires": {40, 50}, "nightly": {70, 0}, "left": {70, 0}, "left-share": {70, 0}, "part": {0, 0}} {
		v := w.verdict(s.groups[name])
		if v == nil || v.Lag != want[0] || v.Lost != want[1] {
			t.Errorf("%s: %+v, want lag %d and %d lost", name, v, want[0], want[1])
		}
	}
	if v := w.verdict(s.groups["part"]); v == nil || v.Counts[state.NeverCommitted] != 2 {
		t.Errorf("part: %+v, want two positions that were never committed", v)
	}
}

// realStage is what is put on the cluster.
type realStage struct {
	*testing.T
	c              *realkafka.Cluster
	topics, groups map[string]string
	readers        map[string]*reader
}

func (s *realStage) topic(name string, partitions int32) string {
	return s.replicated(name, partitions, 1)
}

func (s *realStage) replicated(name string, partitions int32, replicas int16) string {
	s.topics[name], s.groups[name] = realkafka.Name(name), realkafka.Name("g-"+name)
	s.c.CreateTopic(s, s.topics[name], partitions, replicas, nil)
	return s.topics[name]
}

// still are the cases in which nothing moves.
func (s *realStage) still() {
	c := s.c
	below := s.topic("below", 1)
	c.Produce(s, below, 0, 100)
	c.CommitAdmin(s, s.groups["below"], below, 0, 10)
	c.DeleteRecords(s, below, 0, 50)

	anew := s.topic("anew", 1)
	c.Produce(s, anew, 0, 100)
	c.CommitAdmin(s, s.groups["anew"], anew, 0, 80)

	beyond := s.topic("beyond", 1)
	c.Produce(s, beyond, 0, 20)
	c.CommitAdmin(s, s.groups["beyond"], beyond, 0, 80)

	part := s.topic("part", 3)
	for p := range int32(3) {
		c.Produce(s, part, p, 50)
	}
	c.CommitAdmin(s, s.groups["part"], part, 0, 50)

	left := s.topic("left", 1)
	c.Produce(s, left, 0, 100)
	m := c.JoinClassic(s, s.groups["left"], []string{left})
	m.Read(s, 30)
	m.Leave()

	share := s.topic("left-share", 1)
	c.Produce(s, share, 0, 100)
	m = c.JoinShare(s, s.groups["left-share"], []string{share})
	m.Read(s, 30)
	m.Leave()
}

// moving starts the cases in which records come in and are read.
func (s *realStage) moving() map[string]*reader {
	c, out := s.c, map[string]*reader{}
	var busy []string
	for name, partitions := range map[string]int32{"hangs": 2, "blocked": 1, "deploy": 2, "newer": 1, "shared": 1} {
		busy = append(busy, s.topic(name, partitions))
	}
	s.write(busy)
	read := func(name string, m *realkafka.Member, share bool) { out[name] = s.read(m, share) }
	on := func(name string) []string { return []string{s.topics[name]} }
	read("hangs beside", c.JoinClassic(s, s.groups["hangs"], on("hangs")), false)
	read("hangs", c.JoinClassic(s, s.groups["hangs"], on("hangs")), false)
	read("deploy beside", c.JoinClassic(s, s.groups["deploy"], on("deploy")), false)
	read("deploy", c.JoinClassic(s, s.groups["deploy"], on("deploy")), false)
	read("blocked", c.JoinClassic(s, s.groups["blocked"], on("blocked"), kgo.FetchIsolationLevel(kgo.ReadCommitted())), false)
	read("newer", c.JoinConsumer(s, s.groups["newer"], on("newer")), false)
	read("shared", c.JoinShare(s, s.groups["shared"], on("shared")), true)
	return out
}

// write sends a record to each topic ten times a second, until the test ends.
func (s *realStage) write(topics []string) {
	cl := s.c.Client(s, kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for tick := time.NewTicker(100 * time.Millisecond); ctx.Err() == nil; {
			for _, topic := range topics {
				cl.Produce(ctx, &kgo.Record{Topic: topic, Value: []byte("r")}, nil)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				tick.Stop()
			}
		}
	})
	s.Cleanup(func() { cancel(); wg.Wait() })
}

// atOnce is how many records a reader takes at a poll that takes what there is.
const atOnce = 500

// reader polls for a member, and commits once a second.
type reader struct {
	m    *realkafka.Member
	stop context.CancelFunc
	done chan struct{}
}

// hang ends the reading and leaves the member there: its client heartbeats on.
func (r *reader) hang() { r.stop(); <-r.done }

func (s *realStage) read(m *realkafka.Member, share bool) *reader {
	return s.readSlowly(m, share, atOnce)
}

// readSlowly reads at most so many records a second.
func (s *realStage) readSlowly(m *realkafka.Member, share bool, most int) *reader {
	ctx, cancel := context.WithCancel(context.Background())
	r := &reader{m: m, stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		var last time.Time
		for ctx.Err() == nil {
			poll, end := context.WithTimeout(ctx, time.Second)
			m.Client.PollRecords(poll, most).EachRecord(func(rec *kgo.Record) {
				if share {
					rec.Ack(kgo.AckAccept)
				}
			})
			end()
			if most < atOnce {
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
			if time.Since(last) < time.Second || ctx.Err() != nil {
				continue
			}
			last = time.Now()
			if share {
				_ = m.Client.FlushAcks(ctx) // what fails shows as a state
			} else {
				_ = m.Client.CommitUncommittedOffsets(ctx)
			}
		}
	}()
	s.Cleanup(r.hang)
	return r
}

// redeploy restarts a member in peace.
func (s *realStage) redeploy(r *reader) {
	r.hang()
	r.m.Leave()
	s.read(s.c.JoinClassic(s, s.groups["deploy"], []string{s.topics["deploy"]}), false)
}

// realWatch is an engine that watches a cluster, and all that it told.
type realWatch struct {
	mu    sync.Mutex
	story telling
	last  engine.Cluster
	news  chan struct{}
	begun time.Time
}

func watchReal(t *testing.T, c *realkafka.Cluster, policies ...state.Policy) *realWatch {
	w := &realWatch{story: telling{}, news: make(chan struct{}, 1), begun: time.Now()}
	src := source(config.Cluster{Name: "real", Brokers: c.Seeds(), Timeout: config.DefaultTimeout, Mode: config.ReadOnly})
	src.Policies = policies
	e := engine.New([]engine.Source{src}, engine.Options{Refresh: engine.MinRefresh})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { e.Run(ctx) })
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-e.States():
				w.take(s)
			}
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return w
}

func (w *realWatch) take(s engine.State) {
	w.mu.Lock()
	w.last = s.Clusters[0]
	w.story.take(w.last, s.At.Sub(w.begun))
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// until waits for a group to be told that way, with its rhythm learned where that is asked for.
func (w *realWatch) until(t *testing.T, group string, want state.State, learned bool) {
	t.Helper()
	w.wait(t, group, want.String(), func(v *state.Verdict) bool { return v.State == want && (!learned || v.Rhythm != state.NotKnown) })
}

// trouble waits for a group to be told to be in one of some states, and in trouble.
func (w *realWatch) trouble(t *testing.T, group string, any ...state.State) {
	t.Helper()
	w.wait(t, group, fmt.Sprint(any), func(v *state.Verdict) bool { return v.Severity > state.Calm && slices.Contains(any, v.State) })
}

func (w *realWatch) wait(t *testing.T, group, want string, is func(*state.Verdict) bool) {
	t.Helper()
	late := time.After(patience)
	for {
		if v := w.verdict(group); v != nil && is(v) {
			t.Logf("%s is %s: %s", group, v.State, v.Why)
			return
		}
		select {
		case <-w.news:
		case <-late:
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Errorf("%s is not %s after %s more; it was\n%s", group, want, patience, w.story.story(group))
			return
		}
	}
}

func (w *realWatch) verdict(group string) *state.Verdict {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last.Reading == nil || w.last.Verdicts == nil {
		return nil
	}
	i := slices.IndexFunc(w.last.Reading.Groups, func(g lag.Group) bool { return g.Name == group && !g.Gone })
	return w.last.Verdicts.Of(lag.GroupIx(i))
}

// event wants something in the change feed.
func (w *realWatch) event(t *testing.T, kind lag.EventKind, name string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.last.Events {
		if e.Kind == kind && e.Subject.Name == name {
			return
		}
	}
	t.Errorf("no %s of %s among %+v", kind, name, w.last.Events)
}
