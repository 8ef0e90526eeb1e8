package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// TestAGroupThatIsNotToldOfIsMarked: a coordinator that has just started answers for others, and not for this group yet.
func TestAGroupThatIsNotToldOfIsMarked(t *testing.T) {
	c := open(t, nil, 120, 40, 2, func(at time.Time) engine.Cluster {
		out := troubled(at)
		if at.Equal(night) {
			r, old := out.Reading, lag.ShardTime{Sent: at.Add(-time.Minute), Answered: at.Add(-time.Minute)}
			g := slices.IndexFunc(r.Groups, func(g lag.Group) bool { return strings.HasPrefix(g.Name, "payments") })
			r.LateCommit = map[lag.PositionIx]lag.ShardTime{}
			for _, i := range r.Groups[g].Positions {
				r.LateCommit[i] = old
			}
		}
		return out
	})
	c.press("2").reads("73.4k~", "CET live").lacks("177M~")
	c.press("j").reads("~ as of 03:13:08.")
}

// TestAPartitionWithANewLeaderIsAsOldAsItsEnd, though its leader has just answered for others.
func TestAPartitionWithANewLeaderIsAsOldAsItsEnd(t *testing.T) {
	c := open(t, nil, 120, 40, 2, func(at time.Time) engine.Cluster {
		out := troubled(at)
		if at.Equal(night) {
			r := out.Reading
			topic := slices.IndexFunc(r.Topics, func(t lag.Topic) bool { return t.Name == "payments.events" })
			r.LateEnd = map[lag.PartitionIx]lag.ShardTime{r.Topics[topic].Partitions[1]: {Sent: at.Add(-time.Minute), Answered: at.Add(-time.Minute)}}
		}
		return out
	})
	c.press("3", "/").write("payments.events").press("enter", "enter").reads("38,914,044~", "38,914,043 ").lacks("38,914,043~")
}

// TestWhereNoBrokerAnswersNoneIsSaidTo: one that leads nothing was not asked for anything, and so is not known to be up.
func TestWhereNoBrokerAnswersNoneIsSaidTo(t *testing.T) {
	for silent, want := range map[int]string{6: "0 of 6 answer", 2: "4 of 6 answer"} {
		c := open(t, nil, 120, 40, 2, func(at time.Time) engine.Cluster {
			out := troubled(at)
			r := out.Reading
			for i := range r.Partitions {
				r.Partitions[i].Leader = min(r.Partitions[i].Leader, 1)
			}
			for g := range r.Groups {
				r.Groups[g].Coordinator = min(r.Groups[g].Coordinator, 1)
			}
			if at.Equal(night) {
				for _, col := range [][]lag.ShardTime{r.StartAt, r.EndAt, r.CommittedAt} {
					for n := range silent {
						col[n] = lag.ShardTime{Sent: at.Add(-time.Minute), Answered: at.Add(-time.Minute)}
					}
				}
			}
			return out
		})
		c.reads(want)
	}
}
