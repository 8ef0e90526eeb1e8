package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/internal/realkafka"
	"weir/internal/screentest"
	"weir/lag/state"
)

// outage is a cluster of three real brokers, a group that reads from it all the while, and a console that shows both.
type outage struct {
	*testing.T
	c     *realkafka.Cluster
	p     *screentest.Terminal
	group string
	begun time.Time
}

// await waits for what must stand on the screen. No frame on the way there may call the group a trouble that it is not.
func (o outage) await(what string, is func(screen string) bool) {
	o.Helper()
	o.p.AwaitThat(what, func(screen string) bool {
		for _, word := range []string{"losing data", "stalled", "stopped", "blocked", "ahead", "rewinding"} {
			if l := row(screen, word); strings.Contains(l, " g-") {
				o.Errorf("on the way to %s the screen reads\n%s\nand only brokers were away", what, l)
			}
		}
		return is(screen)
	})
	o.Logf("after %s the screen tells %s", time.Since(o.begun).Round(100*time.Millisecond), what)
}

// calm reports whether the screen tells of no trouble, now, and that a group keeps up.
func calm(screen string) bool {
	head, _, _ := strings.Cut(screen, "\n")
	l := row(screen, " g-")
	return strings.Contains(head, " live") && strings.Contains(head, "no trouble") && strings.Contains(l, "keeping up") && !strings.Contains(l, "~")
}

// well reports whether it tells that all is well.
func well(screen string) bool {
	return calm(screen) && strings.Contains(screen, "2 groups keep up or rest; 3 brokers fine")
}

// TestStoryOfRealBrokersThatDie: while one looks at groups that read and commit, a broker hangs and comes round, one is
// killed, then all are, as by a power cut, and started again on the disks that they had. At each step the screen tells what
// is so and what is not known, and at the end all is well by itself: nothing is lost, and nobody was called stuck who only
// had no brokers.
func TestStoryOfRealBrokersThatDie(t *testing.T) {
	if testing.Short() {
		t.Skip("brokers take their time")
	}
	t.Parallel()
	// The session is so long that a busy machine costs no other broker its own.
	c := realkafka.Start(t, realkafka.Options{Nodes: 3, Props: map[string]string{"broker.session.timeout.ms": "5000"}})
	s := &realStage{T: t, c: c, topics: map[string]string{}, groups: map[string]string{}}
	topic, alone := s.replicated("billing", 6, 3), s.replicated("alone", 3, 1)
	s.write([]string{topic, alone})
	for range 2 {
		s.read(c.JoinClassic(t, s.groups["billing"], []string{topic}), false)
	}
	s.read(c.JoinClassic(t, s.groups["alone"], []string{alone}), false)
	w := watchReal(t, c)
	p, run := watched(t, strings.Join(c.Seeds(), ","))
	o := outage{t, c, p, s.groups["billing"], time.Now()}
	o.await("that nothing is wrong", calm) // that all is well is not said before it was watched for a while

	hung := c.Leader(t, topic, 0)
	name := fmt.Sprintf("b%d", hung)
	c.Pause(hung)
	o.await("that a broker is not there", func(screen string) bool {
		return strings.Contains(screen, name+" does not answer") || strings.Contains(screen, name+" is down")
	})
	c.Resume(hung)
	o.await("that it is back", func(screen string) bool { return calm(screen) && strings.Contains(screen, " 3 up, controller ") })
	c.WaitISR(topic, 3)
	c.WaitISR("__consumer_offsets", 3)

	c.Kill(hung)
	o.await("what a lost broker leaves", func(screen string) bool {
		l := row(screen, " g-")
		return strings.Contains(screen, name+" is down, 1 partition has no leader, ") && strings.Contains(l, "keeping up") && !strings.Contains(l, "~")
	})
	c.WaitISR(topic, 2)
	c.WaitISR("__consumer_offsets", 2)

	o.dies()
	c.Restart(1, 2) // without a majority there is no quorum
	// Those that were killed don't know whether they have all records; Kafka may wait for the third to lead what it led.
	o.await("what two brokers tell", func(screen string) bool {
		head, _, _ := strings.Cut(screen, "\n")
		l := row(screen, " "+o.group+" ")
		return !strings.Contains(head, "NO ANSWER") && strings.Contains(screen, "b3 is down") && strings.Contains(l, "not visible") == strings.Contains(l, "~")
	})
	c.Restart(3)
	o.await("that all is well again", well)

	p.Type("q")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}
	p.Restored()
	for _, name := range []string{"billing", "alone"} {
		group := s.groups[name]
		w.until(t, group, state.KeepingUp, false)
		if v := w.verdict(group); v.Lost != 0 {
			t.Errorf("in the end %d records are lost to %s", v.Lost, group)
		}
		w.story.never(t, group, state.LosingData, state.Stalled, state.Blocked, state.Stopped, state.Ahead, state.Rewinding)
		t.Logf("%s:\n%s", group, w.story.story(group))
	}
}

// dies has all brokers killed: nothing on the screen may speak of now, and keys are answered as ever.
func (o outage) dies() {
	o.Helper()
	for id := 1; id <= 3; id++ {
		o.c.Kill(id) // one is dead already
	}
	o.await("that nothing is known any more", func(screen string) bool { return old(screen, o.group) && !strings.Contains(screen, "no trouble") })
	o.p.Type("2")
	o.await("groups, all of them old", func(screen string) bool {
		return strings.Contains(screen, "▸ groups") && strings.Contains(screen, "NO ANSWER") && strings.Contains(row(screen, " "+o.group+" "), "~")
	})
	o.p.Type("\r")
	o.p.Await("▸ groups ▸ g-", "NO ANSWER", "~ as of ", "last read ")
	o.p.Type("4")
	o.p.Await("▸ brokers", "do not answer", "silent ")
	o.p.Type("1")
	o.p.Await("▸ overview", "0 of 2 answer", "does not answer since")
}
