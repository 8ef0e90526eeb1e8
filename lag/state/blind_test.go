package state

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/lag"
)

// Time in which nothing was seen proves nothing: what is told of a group stays as of when it was read last, and says so.
func TestTimeThatWasNotSeen(t *testing.T) {
	s := warm(t, 2)
	s.reads[1] = false
	s.within(120, Stalled)
	s.pass(20)
	was := *s.res.Of(0)
	pos := s.j.Positions(s.r, s.h, 0)
	if was.Produce < 15 || was.Consume <= 0 || pos[1].Produce < 5 || strings.Contains(was.Why, "last read") {
		t.Fatalf("%+v, %+v", was, pos[1])
	}

	s.down = true
	s.pass(3).is(Stalled, Critical)
	v := s.res.Of(0)
	if v.Produce < was.Produce*0.9 || v.TimeLag != was.TimeLag {
		t.Errorf("after 3 s without an answer %v records/s come in, %v behind; before %v and %v", v.Produce, v.TimeLag, was.Produce, was.TimeLag)
	}

	s.pass(60).is(Stalled, Critical)
	v = s.res.Of(0)
	if v.TimeLag != was.TimeLag || v.Produce >= 0 || v.Consume >= 0 || v.CatchUp != NotKnown || v.Unknown["produce_per_second"] != lag.Timeout {
		t.Errorf("behind %v (before %v), in %v, out %v, catch up %v, %v", v.TimeLag, was.TimeLag, v.Produce, v.Consume, v.CatchUp, v.Unknown)
	}
	if !strings.Contains(v.Why, ", as last read ") || !strings.Contains(v.Why, "s ago: app-0") && !strings.Contains(v.Why, "m02s ago: app-0") {
		t.Errorf("%s", v.Why)
	}
	age := func(why string) string {
		_, rest, _ := strings.Cut(why, " for ")
		return rest[:strings.IndexAny(rest, ":,")]
	}
	later := v.Why
	s.pass(60)
	if got := s.res.Of(0).Why; age(got) != age(later) || got == later {
		t.Errorf("%s\nand a minute later\n%s", later, got)
	}
	for k, p := range s.j.Positions(s.r, s.h, 0) {
		if p.TimeLag != pos[k].TimeLag || p.Produce >= 0 || p.Consume >= 0 {
			t.Errorf("position %d is %v behind (before %v), in %v, out %v", k, p.TimeLag, pos[k].TimeLag, p.Produce, p.Consume)
		}
	}
}

// The sentence of a group that can't be read says at every reading how old the news is, and is never younger than it.
func TestTheAgeOfTheNewsIsNeverYounger(t *testing.T) {
	for _, reads := range []bool{true, false} {
		s := warm(t, 1)
		s.reads[0] = reads
		s.pass(120)
		s.down = true
		s.pass(20)
		for age := 20; age < 40; age++ { // a little less: the answer takes its time
			if v, want := s.res.Of(0), fmt.Sprintf("last read %ds ago", age-1); !strings.Contains(v.Why, want) {
				t.Errorf("%s: %s; want %s", v.State, v.Why, want)
			}
			s.pass(1)
		}
	}
}

// That a group keeps up again is said to be so since it is seen to be, not since before an outage in which nobody knew.
func TestNobodyKeptUpWhileNobodyKnew(t *testing.T) {
	s := warm(t, 2)
	s.rate[0] = 0 // nothing is unread there all the while
	before := s.at
	s.down = true
	s.pass(30).is(NotVisible, Warning)
	s.down = false
	for range 30 {
		s.pass(1)
		if v := s.res.Of(0); v.State == KeepingUp && v.Since.Before(before.Add(30*time.Second)) {
			t.Fatalf("%d s after, it keeps up since %s", s.seconds, v.Since)
		}
	}
	s.is(KeepingUp, Calm)
}

// A group whose reading fails a few times in a row has not been silent meanwhile.
func TestFailedReadsAreNoSilence(t *testing.T) {
	s := warm(t, 2)
	for range 20 {
		s.down = true
		s.calmFor(4)
		s.down = false
		s.calmFor(7)
	}
}

// The sentence is dated behind its claim, wherever that ends.
func TestDatedSentences(t *testing.T) {
	s := warm(t, 1)
	s.down = true
	s.pass(31)
	w := sentence{j: s.j, r: s.r, h: s.h, g: 0, m: &s.j.mem[0], v: &Verdict{State: Stalled}}
	for said, want := range map[string]string{
		"p1 of t has not moved for 3s: a stays at 7; 2/s pile up. Nothing is lost.": "p1 of t has not moved for 3s, as last read 30s ago: a stays at 7; 2/s pile up. Nothing is lost.",
		"It stands.":                  "It stands, as last read 30s ago.",
		"It stands. Nothing is lost.": "It stands, as last read 30s ago. Nothing is lost.",
		"2 stand; 1 moves.":           "2 stand, as last read 30s ago; 1 moves.",
	} {
		if got := w.dated(said); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s.down = false
	s.pass(5)
	if got := w.dated("It stands."); got != "It stands." {
		t.Errorf("%q once it is read again", got)
	}
}

// Where a leader dies, its readers commit what it gave them before, past the end that was read last: that is no commit past
// the end. Once the end is read again it is measured by it.
func TestACommitPastAnEndThatIsOld(t *testing.T) {
	s := warm(t, 2)
	s.rate[1] = 0
	s.pass(20)
	s.dark = map[int]bool{1: true}
	s.pass(2)
	s.commit[1], s.reads[1] = s.end[1]+20, false // what came just before its death
	for age := range 120 {
		s.down = age > 10 // and then the others
		s.pass(1)
		if v := s.res.Of(0); v.Counts[Ahead] > 0 || v.Lag < 0 || v.State == Ahead {
			t.Fatalf("after %d s %d positions are ahead, lag %d: %s", s.seconds, v.Counts[Ahead], v.Lag, v.Why)
		}
	}
	s.down, s.dark, s.rate[1] = false, nil, 0
	s.within(30, Ahead)
}

// What the last members committed while the commits could not be read was not set from outside.
func TestLastCommitsThatWereNotSeen(t *testing.T) {
	s := warm(t, 2)
	s.unread = map[lag.GroupIx]lag.Reason{0: lag.Timeout}
	s.readAll(false) // what is not read stays as it was
	s.pass(12)
	last := append([]int64(nil), s.end...)
	s.rate[0], s.rate[1] = 0, 0
	s.state("Empty")
	s.pass(10)
	s.unread, s.commit = nil, last
	s.pass(5)
	if s.happened(lag.OffsetsSkipped) {
		t.Errorf("%v", s.events)
	}
	s.commit[0] = s.end[0]
	s.end[0] += 50
	s.pass(5)
	s.commit[0] = s.end[0]
	if s.pass(3); !s.happened(lag.OffsetsSkipped) {
		t.Errorf("not told: %v", s.events)
	}
}
