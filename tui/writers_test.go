package tui

import (
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// TestWhoWritesATopic: as far as its leaders tell, and what they don't, in words.
func TestWhoWritesATopic(t *testing.T) {
	look := func(w, h int, name string, make func(time.Time) engine.Cluster) *console {
		c := open(t, nil, w, h, 1, make)
		c.m.open(newTopicPage(name, 0))
		c.m.sync()
		return c
	}
	look(120, 40, "payments.events", troubled).reads("3 producers seen, 1 in a transaction.", "as of 03:14:02", "LAST WROTE",
		"settle-2", "p7", "23m before", "open since 02:50:02, from p7 at 38,841,207",
		"id 4711", "24 partitions", "0s before", "id 4713, transactional id ?", "3h00m before", "none open", leavesNoTrace)
	look(80, 24, "payments.events", troubled).reads("3 producers seen, 1 in a transaction.").lacks("LAST WROTE")
	look(120, 40, "audit.log", troubled).reads("Who writes it is not known: producers: TOPIC_AUTHORIZATION_FAILED", "told to who may read it").lacks("who writes it ─")
	look(120, 40, "orders.v2", troubled).reads("Who writes it is asked with the next reading.")

	with := func(change func(*lag.Writers)) func(time.Time) engine.Cluster {
		return func(at time.Time) engine.Cluster {
			out := troubled(at)
			for t := range out.Reading.Topics {
				if out.Reading.Topics[t].Name == "payments.events" {
					change(out.Reading.Writers[lag.TopicIx(t)])
				}
			}
			return out
		}
	}
	look(120, 40, "payments.events", with(func(w *lag.Writers) {
		for p, of := range w.Written {
			w.Written[p] = lag.Written{At: of.At}
		}
	})).reads("No producer is known to its leaders. A producer that is neither idempotent").lacks("in a transaction")
	look(120, 40, "payments.events", with(func(w *lag.Writers) {
		w.Asked = 5
		for p, of := range w.Written {
			of.Count = 500
			w.Written[p] = of
		}
		ref := lag.Ref{Cluster: "prod-eu", Kind: lag.KindPartition, Name: "payments.events", Sub: "3"}
		w.Gaps = []lag.Gap{{Ref: ref, Reason: lag.NoLeader, Detail: "it has no leader to ask"}, {Ref: ref, Reason: lag.Timeout}}
	})).reads("At least 3 producers seen", "p0 to p4 of 24, as of", "? p3: it has no leader to ask; and 1 more gap", "the first 20 are listed")
}
