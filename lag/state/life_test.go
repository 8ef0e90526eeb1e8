package state

import (
	"slices"
	"strings"
	"testing"
	"time"

	"weir/lag"
)

func warm(t *testing.T, partitions int) *sim {
	t.Helper()
	return newSim(t, partitions).pass(60).is(KeepingUp, Calm)
}

func TestShortWatchIsUnknown(t *testing.T) {
	s := newSim(t, 3)
	s.reads = []bool{false, false, false}
	s.pass(20).is(Unknown, Calm)
	v := s.res.Of(0)
	if v.Unknown["state"] != lag.WindowTooShort {
		t.Errorf("reasons %v, want state: window_too_short", v.Unknown)
	}
	if v.Basis.Window < 15*time.Second || v.Basis.Samples != 0 {
		t.Errorf("basis %+v", v.Basis)
	}
}

func TestIdle(t *testing.T) {
	s := warm(t, 3)
	for p := range s.rate {
		s.rate[p] = 0
	}
	s.pass(90).is(Idle, Calm).calmFor(1200)
	if v := s.res.Of(0); v.TimeLag != 0 || v.Lag != 0 {
		t.Errorf("idle with lag %d, %v behind", v.Lag, v.TimeLag)
	}
	for p := range s.rate {
		s.rate[p] = 10
	}
	s.calmFor(60).is(KeepingUp, Calm)
}

// Compaction takes records out of the middle: offsets stay, the start does not move, the end does.
func TestCompacted(t *testing.T) {
	s := newSim(t, 2)
	s.topo.Topics[0].Settings = &lag.Settings{Cleanup: "compact", Retention: -1, RetentionBytes: -1}
	s.pass(120).is(KeepingUp, Calm)
	if v := s.res.Of(0); v.RetentionLeft != Never {
		t.Errorf("retention left %v, want never", v.RetentionLeft)
	}
	s.reads[0] = false
	s.within(30, Stalled)
	if ps := s.j.Positions(s.r, s.h, 0); ps[0].RetentionLeft != Never || ps[0].Lost != 0 {
		t.Errorf("%+v", ps[0])
	}
}

// Clients that rest one or two offsets short of the end, at the marker of a transaction, are not late however long.
func TestTransactional(t *testing.T) {
	s := newSim(t, 2)
	for n := range 60 {
		for p := range s.stable {
			s.stable[p] = s.end[p] - 5*int64(n%2)
		}
		s.pass(1)
	}
	for p := range s.stable {
		s.stable[p], s.rate[p] = lag.Unknown, 0
		s.commit[p], s.reads[p] = s.end[p]-2, false
	}
	s.calmFor(3600)
	if v := s.res.Of(0); v.TimeLag != 0 {
		t.Errorf("%v behind, want 0: what is unread are markers", v.TimeLag)
	}
}

func TestOpenTransactionBlocks(t *testing.T) {
	s := warm(t, 4)
	s.stable[1] = s.end[1]
	s.within(30, Blocked)
	v := s.res.Of(0)
	if st, sev, since := s.res.PositionState(0, 1); st != Blocked || sev != Critical || since.IsZero() {
		t.Errorf("the position is %v, %v since %v", st, sev, since)
	}
	if !strings.Contains(v.Why, "p1 of orders") || !strings.Contains(v.Why, "open transaction") {
		t.Errorf("says %q", v.Why)
	}
	s.stable[1] = lag.Unknown
	s.pass(20).is(KeepingUp, Calm)
}

// What was unreadable until a transaction ended is not held against those who read: they have their own rhythm to commit.
func TestTransactionEnds(t *testing.T) {
	s := warm(t, 4)
	s.stable[1] = s.end[1]
	s.within(30, Blocked).pass(60)
	s.stable[1], s.reads[1] = lag.Unknown, false // readable, and the next commit is still to come
	for range 10 {
		if s.pass(1); s.res.Of(0).Severity > Calm {
			t.Fatalf("%v: %s", s.res.Of(0).State, s.res.Of(0).Why)
		}
	}
	s.within(30, Stalled) // it should have come by now
}

// Where transactions never outlast a reading, one that does is told by its own time, not by how rarely the group commits;
// where they always take long, that is no trouble.
func TestTransactionsHaveTheirOwnLength(t *testing.T) {
	rare := newSim(t, 2)
	rare.every = 30
	rare.pass(600)
	rare.stable[1] = rare.end[1]
	for n := 0; rare.res.Of(0).State != Blocked; n++ {
		if rare.pass(1); n > 30+12 {
			t.Fatalf("not told %d s after the commit that rests there: %s", n-30, rare.res.Of(0).Why)
		}
	}

	long := newSim(t, 2)
	for n := range 40 {
		long.stable[1] = long.end[1]
		if n < 10 {
			long.pass(20)
		} else {
			long.calmFor(20)
		}
		long.stable[1] = lag.Unknown
		long.pass(1)
	}
}

func TestOnePartitionStandsInAMovingGroup(t *testing.T) {
	s := warm(t, 4)
	s.reads[2] = false
	s.within(30, Stalled)
	v := s.res.Of(0)
	if v.Worst != 2 || v.Counts[Stalled] != 1 || v.Counts[KeepingUp] != 3 {
		t.Errorf("worst %d, counts %v", v.Worst, v.Counts)
	}
	for _, want := range []string{"p2 of orders", "app-0 on 10.0.0.1", "pile up behind it", "The other 3 partitions keep up"} {
		if !strings.Contains(v.Why, want) {
			t.Errorf("says %q, not %q", v.Why, want)
		}
	}
	if age := s.at.Sub(v.Since); age < 10*time.Second || age > 40*time.Second {
		t.Errorf("since %v ago", age)
	}
	if v.CatchUp != Never {
		t.Errorf("catches up in %v", v.CatchUp)
	}
	s.reads[2] = true
	s.pass(15).is(KeepingUp, Calm)
}

func TestSilenceEverywhereIsStopped(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	s.within(30, Stopped)
	if why := s.res.Of(0).Why; !strings.Contains(why, "still listed") {
		t.Errorf("says %q", why)
	}
}

func TestNoMembersIsStopped(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	s.state("Empty")
	s.pass(8).is(Empty, Calm).within(8, Stopped)
	s.pass(48*3600/60*0 + 5)
	s.state("Stable")
	s.members(2)
	s.readAll(true)
	s.pass(30).is(KeepingUp, Calm)
}

// A look at a group that has no members can't tell for how long: calm would be a guess while records wait.
func TestNoMembersFromTheBeginIsUnknownAtFirst(t *testing.T) {
	s := newSim(t, 3)
	s.end[0], s.rate[1], s.rate[2] = 500, 0, 0
	s.readAll(false)
	s.state("Empty")
	s.pass(8).is(Unknown, Calm)
	v := s.res.Of(0)
	if v.Unknown["state"] != lag.WindowTooShort || v.Unknown["catch_up_seconds"] != lag.WindowTooShort || v.CatchUp != NotKnown || !strings.Contains(v.Why, "deploy") {
		t.Errorf("%+v", v)
	}
	s.within(8, Stopped)

	idle := newSim(t, 3)
	idle.readAll(false)
	for p := range idle.rate {
		idle.rate[p] = 0
	}
	idle.state("Empty")
	idle.pass(2).is(Empty, Calm)

	job := newSim(t, 3)
	job.j = New(Policies{{Group: "billing", Cron: time.Hour}})
	job.end[0] = 500
	job.readAll(false)
	job.state("Empty")
	job.pass(2).is(Empty, Calm)
	if why := job.res.Of(0).Why; !strings.Contains(why, "Its owners expect it every 1h") || strings.Contains(why, "nothing to read") {
		t.Errorf("%s", why)
	}
}

func TestNoMembersAndNothingUnreadIsEmpty(t *testing.T) {
	s := warm(t, 3)
	for p := range s.rate {
		s.rate[p] = 0
	}
	s.pass(10)
	s.state("Empty")
	s.calmFor(300).is(Empty, Calm)
}

func TestAbandoned(t *testing.T) {
	s := newSim(t, 1)
	s.j = New(Policies{{Group: "bill*", Abandoned: 10 * time.Minute}})
	s.pass(60)
	s.readAll(false)
	s.state("Empty")
	s.pass(60).is(Stopped, Critical)
	s.pass(600).is(Abandoned, Calm)
}

func TestLosingData(t *testing.T) {
	s := warm(t, 2)
	s.readAll(false)
	s.state("Empty")
	s.pass(60)
	s.start[0] = s.commit[0] + 200
	s.pass(2).is(LosingData, Critical)
	if v := s.res.Of(0); v.Lost != 200 || !strings.Contains(v.Why, "200 records were deleted unread") {
		t.Errorf("lost %d: %s", v.Lost, v.Why)
	}
}

func TestFallingBehindAndDraining(t *testing.T) {
	s := warm(t, 2)
	grow := func(n int, by int64) {
		for range n {
			s.behind = max(0, s.behind+by)
			s.pass(1)
		}
	}
	grow(120, 5) // half of what comes in is read
	s.is(FallingBehind, Warning)
	v := s.res.Of(0)
	if v.TimeLag < 20*time.Second || v.CatchUp != Never || v.Produce < 15 || v.Consume > 15 {
		t.Errorf("%v behind, caught up in %v, in %.1f, out %.1f", v.TimeLag, v.CatchUp, v.Produce, v.Consume)
	}
	grow(25, -10)
	s.is(Draining, Calm)
	if v := s.res.Of(0); v.CatchUp <= 0 || v.CatchUp == Never {
		t.Errorf("catches up in %v", v.CatchUp)
	}
	grow(60, -10)
	s.is(KeepingUp, Calm)
}

func TestBurstIsNoTrouble(t *testing.T) {
	s := warm(t, 2)
	s.end[0] += 600
	s.end[1] += 600
	s.behind = 600
	for range 20 {
		s.behind = max(0, s.behind-40)
		s.calmFor(1)
	}
	s.calmFor(30)
}

func TestRewinding(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	s.state("Empty")
	s.pass(20)
	s.commit[1] -= 500
	s.pass(2)
	if !s.happened(lag.OffsetsRewound) {
		t.Errorf("no event among %v", s.events)
	}
	if st, sev, _ := s.res.PositionState(0, 1); st != Stopped && st != Rewinding || sev == Calm {
		t.Errorf("the position is %v", st)
	}
	s.state("Stable")
	s.members(1)
	s.pass(4)
	s.readAll(true)
	s.pass(30).is(KeepingUp, Calm)
}

func TestSkipIsTold(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	s.state("Empty")
	s.pass(30)
	s.commit[0] = s.end[0]
	s.pass(1)
	if !s.happened(lag.OffsetsSkipped) {
		t.Errorf("no event among %v", s.events)
	}
}

func TestOwnProgressIsNoJump(t *testing.T) {
	s := warm(t, 3)
	s.pass(300)
	for range 5 {
		s.state("PreparingRebalance")
		s.pass(3)
		s.state("Stable")
		s.pass(20)
	}
	for _, e := range s.events {
		if e.Kind.Disturbs() {
			t.Errorf("%+v", e)
		}
	}
}

func TestLongRebalanceIsNoStall(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	s.state("PreparingRebalance")
	s.calmFor(45)
	s.state("Stable")
	s.readAll(true)
	s.calmFor(30).is(KeepingUp, Calm)

	s.readAll(false)
	s.state("PreparingRebalance")
	s.within(100, Rebalancing)
	s.is(Rebalancing, Warning)
}

// TestPassingStatesAreToldAnew: how long nobody has been there is told as it is, not as it was a minute ago.
func TestPassingStatesAreToldAnew(t *testing.T) {
	s := warm(t, 3)
	s.readAll(false)
	for p := range s.rate {
		s.rate[p] = 0
	}
	s.pass(60)
	s.readAll(true)
	s.pass(30)
	s.state("Empty")
	s.members(0)
	s.pass(30)
	before := s.res.Of(0).Why
	s.pass(20)
	if v := s.res.Of(0); v.State != Empty || v.Why == before {
		t.Errorf("after 20 s it is %s, and still said: %s", v.State, v.Why)
	}
}

func TestScheduledJob(t *testing.T) {
	s := newSim(t, 2)
	s.rate[0], s.rate[1] = 10, 10
	s.pass(30)
	s.state("Empty")
	s.readAll(false)
	run := func() {
		s.state("Stable")
		s.members(1)
		s.readAll(true)
		s.pass(60)
		s.readAll(false)
		s.state("Empty")
	}
	s.pass(300)
	run()
	s.pass(300)
	run()
	s.calmFor(300).is(Empty, Calm)
	if why := s.res.Of(0).Why; !strings.Contains(why, "scheduled job") {
		t.Errorf("says %q", why)
	}
	s.within(400, Stopped) // it is overdue
}

func TestPolicyOfCronAndMute(t *testing.T) {
	s := newSim(t, 1)
	s.j = New(Policies{{Group: "billing", Cron: time.Hour, MuteUntil: s.at.Add(time.Minute), TimeLag: 10 * time.Minute}})
	s.pass(50)
	if !s.res.Of(0).Muted {
		t.Error("not muted")
	}
	s.readAll(false)
	s.state("Empty")
	s.calmFor(1200).is(Empty, Calm)
	if s.res.Of(0).Muted {
		t.Error("muted past its end")
	}
}

func TestPolicyTimeLag(t *testing.T) {
	s := newSim(t, 3)
	s.j = New(Policies{{Topic: "ord*", TimeLag: 2 * time.Minute}})
	s.pass(60)
	s.reads[1] = false
	s.calmFor(100)
	s.within(40, Stalled)
}

// A consumer in the making commits a record at a time: no wait at all counts as its rhythm.
func TestCommitOfEachRecord(t *testing.T) {
	s := newSim(t, 2)
	s.every = 1
	s.pass(30).is(KeepingUp, Calm)
	if r := s.res.Of(0).Rhythm; r <= 0 || r > 2*time.Second {
		t.Errorf("rhythm %v", r)
	}
	s.readAll(false)
	s.within(14, Stopped)
}

func TestSlowRhythms(t *testing.T) {
	for _, every := range []int{60, 90} {
		s := newSim(t, 2)
		s.every = every
		s.calmFor(8 * every)
		if r := s.res.Of(0).Rhythm; r < time.Duration(every)*time.Second*9/10 || r > time.Duration(every)*time.Second*13/10 {
			t.Errorf("a commit every %d s, rhythm %v", every, r)
		}
		s.readAll(false)
		s.within(every*5/4+20, Stopped)
	}
}

func TestShareGroupIsJudgedByTheBrokersLag(t *testing.T) {
	s := newSim(t, 1)
	s.topo.Groups[0].Type = lag.Share
	s.behind, s.every = 3, 1
	s.backlog = map[lag.PositionIx]int64{0: 0}
	s.pass(60).is(KeepingUp, Calm)
	s.rate[0], s.reads[0] = 0, false
	s.calmFor(900)
	if v := s.res.Of(0); v.Lag != 0 || v.Lost != 0 || v.TimeLag != 0 {
		t.Errorf("lag %d, lost %d, %v behind", v.Lag, v.Lost, v.TimeLag)
	}
	s.rate[0] = 10
	for n := range int64(30) {
		s.backlog[0] = 10 * n
		s.pass(1)
	}
	s.is(Stopped, Critical)
}

// A group that loses records has not caught up, however young retention keeps what is unread: 0 would say that it has.
func TestLosingDataIsNotCaughtUp(t *testing.T) {
	for _, c := range []struct {
		memberless bool
		want       time.Duration
	}{{true, Never}, {false, NotKnown}} {
		v := &Verdict{State: LosingData, Severity: Critical, Lag: 2606, Lost: 440}
		if got := New(nil).groupCatchUp(lag.NewHistory(), &memory{memberless: c.memberless}, &sums{}, v); got != c.want {
			t.Errorf("without members %v: caught up in %v, want %v", c.memberless, got, c.want)
		}
	}
	if got := New(nil).groupCatchUp(lag.NewHistory(), &memory{code: cKeepingUp}, &sums{}, &Verdict{State: KeepingUp, Lag: 3}); got != 0 {
		t.Errorf("a group that keeps up is caught up in %v", got)
	}
}

// TestLosingDataAtEveryReading: where the log start moves at each reading, no reading has a commit that was read after it last
// moved; what was gone at the reading before is lost all the same.
func TestLosingDataAtEveryReading(t *testing.T) {
	for _, word := range []string{"Stable", "Empty"} {
		s := newSim(t, 2)
		s.pass(120)
		s.readAll(false)
		s.state(word)
		for range 60 {
			for p := range s.start {
				s.start[p] = max(s.start[p], s.end[p]-300)
			}
			s.pass(1)
		}
		s.is(LosingData, Critical)
		if v := s.res.Groups[0]; v.Lost < 500 {
			t.Errorf("%d lost; %s", v.Lost, v.Why)
		}
	}
}

// TestAReaderThatDeletesWhatItReadLosesNothing: as Kafka Streams does, at each commit.
func TestAReaderThatDeletesWhatItReadLosesNothing(t *testing.T) {
	s := newSim(t, 2)
	s.every = 1
	s.pass(5)
	for range 120 {
		s.second()
		seen := slices.Clone(s.commit)
		for p := range s.start { // it commits and deletes between the reads of the commit and of the log start
			s.start[p] = s.commit[p] + 9
			s.commit[p] = s.start[p]
		}
		s.commit, seen = seen, s.commit
		s.read()
		s.commit = seen
		if v := s.res.Groups[0]; v.Severity > Calm {
			t.Fatalf("%s %s", v.State, v.Why)
		}
	}
}
