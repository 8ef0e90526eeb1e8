package kafka

import (
	"testing"
	"time"

	"weir/lag"
)

// What a silent broker leaves unread is one sentence, not one for each thing.
func TestOneCauseIsToldOnce(t *testing.T) {
	broker, cluster := lag.Ref{Kind: lag.KindBroker, Name: "2"}, lag.Ref{Kind: lag.KindCluster}
	var l ledger
	l.add(inVersions, broker, lag.Timeout, "versions: the broker did not answer within 5s")
	l.add(inGroups, broker, lag.Timeout, "list of groups: the broker did not answer within 5s")
	l.add(inEnds, broker, lag.Timeout, "log ends of 19 partitions: 10.0.0.2:9092 takes connections: but does not answer")
	l.add(inStarts, broker, lag.Timeout, "log starts of 19 partitions: the broker did not answer within 5s")
	l.add(inGone, cluster, lag.Gone, "a topic is gone")
	want := map[lag.Ref]string{
		broker: "versions, list of groups, log starts of 19 partitions: the broker did not answer within 5s; " +
			"log ends of 19 partitions: 10.0.0.2:9092 takes connections: but does not answer",
		cluster: "a topic is gone",
	}
	gaps := l.list(time.Now())
	for _, g := range gaps {
		if g.Detail != want[g.Ref] {
			t.Errorf("%v: %s", g.Ref, g.Detail)
		}
	}
	if len(gaps) != len(want) {
		t.Errorf("%d gaps", len(gaps))
	}
}
