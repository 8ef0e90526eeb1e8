package recordskip

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"
)

// TestReal skips and takes back on real brokers, in a simple group and in one of KIP-848.
func TestReal(t *testing.T) {
	c := realkafka.Shared(t)
	for _, way := range []string{"file", "park"} {
		t.Run(way, func(t *testing.T) { realBench(t, c).thereAndBack(t, way) })
	}
	t.Run("KIP-848", func(t *testing.T) {
		b := realBench(t, c)
		b.group = realkafka.Name("newer")
		first := realkafka.Name("first")
		c.CreateTopic(t, first, 1, 3, nil)
		c.JoinConsumer(t, b.group, []string{first}).Leave()
		b.commit(poison)
		b.thereAndBack(t, "park")
	})
}

// TestRealRefusals are groups whose commit can't be moved now, each with the reason. Nothing is written for any of them.
func TestRealRefusals(t *testing.T) {
	c := realkafka.Shared(t)
	b := realBench(t, c)
	live, newer, share := realkafka.Name("live"), realkafka.Name("newer"), realkafka.Name("share")
	other := realkafka.Name("other")
	c.CreateTopic(t, other, 1, 3, nil)
	c.JoinClassic(t, live, []string{other})
	c.JoinConsumer(t, newer, []string{other})
	c.JoinShare(t, share, []string{other})
	for group, says := range map[string]string{live: "has committed nothing", newer: "has committed nothing", share: "group.share.delivery.count.limit"} {
		req := b.ask(poison)
		req.Target.Name = group
		if _, err := b.x.Registry.Plan(t.Context(), req); !errors.Is(err, actions.ErrGuard) || !strings.Contains(fmt.Sprint(err), says) {
			t.Errorf("%s: %v", group, err)
		}
	}
	// With a commit, and a member that came after it: the plan is made, and not applied.
	c.JoinClassic(t, b.group, []string{other})
	p, err := b.plan(poison, pPark, b.dlq)
	kafkatest.Must(t, err)
	if p.Guards[0].OK {
		t.Errorf("guard %+v", p.Guards[0])
	}
	_, err = b.apply(p)
	if !errors.Is(err, actions.ErrGuard) || actions.ExitCode(err) != int(actions.ErrGuard) || len(b.Acted.Count()) > 0 {
		t.Errorf("under a live member: %v, sent %v", err, b.Acted.Count())
	}
	if b.at().At != poison || len(b.parked()) > 0 {
		t.Errorf("committed %+v, parked %d", b.at(), len(b.parked()))
	}
}
