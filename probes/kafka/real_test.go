package kafka_test

import (
	"testing"

	"weir/internal/realkafka"
	"weir/lag"
)

// TestEightCases is what tools of this field were measured by: eight situations of one group each, on a real cluster.
func TestEightCases(t *testing.T) {
	c := realkafka.Shared(t)
	n := func(s string) string { return realkafka.Name(s) }
	topics := map[string]string{}
	for name, partitions := range map[string]int32{"below": 1, "anew": 1, "beyond": 1, "live": 1, "blocked": 1, "part": 3, "idle": 1, "shared": 1} {
		topics[name] = n(name)
		c.CreateTopic(t, topics[name], partitions, 1, nil)
	}
	g := map[string]string{}
	for name := range topics {
		g[name] = n("g-" + name)
	}

	c.Produce(t, topics["below"], 0, 100)
	c.CommitAdmin(t, g["below"], topics["below"], 0, 10)
	c.DeleteRecords(t, topics["below"], 0, 50)

	c.Produce(t, topics["anew"], 0, 100)
	c.CommitAdmin(t, g["anew"], topics["anew"], 0, 80)

	c.Produce(t, topics["beyond"], 0, 20)
	c.CommitAdmin(t, g["beyond"], topics["beyond"], 0, 80)

	c.Produce(t, topics["live"], 0, 100)
	c.JoinConsumer(t, g["live"], []string{topics["live"]}).Read(t, 40)

	c.Produce(t, topics["blocked"], 0, 5)
	c.CommitAdmin(t, g["blocked"], topics["blocked"], 0, 5)
	c.OpenTransaction(t, topics["blocked"], 0, 105)

	for p := range int32(3) {
		c.Produce(t, topics["part"], p, 50)
	}
	c.CommitAdmin(t, g["part"], topics["part"], 0, 50)

	c.Produce(t, topics["idle"], 0, 100)
	m := c.JoinClassic(t, g["idle"], []string{topics["idle"]})
	m.Read(t, 30)
	m.Leave()

	c.Produce(t, topics["shared"], 0, 100)
	c.JoinShare(t, g["shared"], []string{topics["shared"]}).Read(t, 30)

	p := to{seeds: c.Seeds()}.probe(t)
	first := sweep(t, p, everything)
	old := first.topic(topics["anew"]).ID
	c.DeleteTopic(t, topics["anew"])
	c.CreateTopic(t, topics["anew"], 1, 1, nil)
	r := sweep(t, p, everything)

	if now := r.topic(topics["anew"]).ID; now == old || r.topic(topics["anew"]).Gone {
		t.Errorf("re-created topic: id %x, was %x", now, old)
	}
	first.wants("before it was made anew", first.row(g["anew"], topics["anew"], 0), "80 0 100 100 20 20 0")
	if got := r.group(g["anew"]).Positions; len(got) != 0 {
		t.Errorf("positions on the old log: %v", got)
	}
	for _, w := range []struct {
		name      string
		partition int
		row       string
		kind      lag.GroupType
		state     string
	}{
		{"below", 0, "10 50 100 100 50 50 40", lag.Simple, "Empty"},
		{"beyond", 0, "80 0 20 20 -60 -60 0", lag.Simple, "Empty"},
		{"live", 0, "40 0 100 100 60 60 0", lag.Consumer, "Stable"},
		{"blocked", 0, "5 0 110 5 105 0 0", lag.Simple, "Empty"},
		{"part", 0, "50 0 50 50 0 0 0", lag.Simple, "Empty"},
		{"part", 1, "- 0 50 50 - - -", lag.Simple, "Empty"},
		{"part", 2, "- 0 50 50 - - -", lag.Simple, "Empty"},
		{"idle", 0, "30 0 100 100 70 70 0", lag.Classic, "Empty"},
		{"shared", 0, "", lag.Share, "Stable"},
	} {
		if w.row != "" {
			r.wants(w.name, r.row(g[w.name], topics[w.name], w.partition), w.row)
		}
		if got := r.group(g[w.name]); got.Type != w.kind || got.State != w.state {
			t.Errorf("%s: %s %s, want %s %s", w.name, got.Type, got.State, w.kind, w.state)
		}
	}
	// How far a share group's start offset has come is the broker's affair; the lag is not.
	if i := r.at(g["shared"], topics["shared"], 0); r.Lag(i, 0) != 70 || r.StableLag(i, 0) != 70 || r.Lost(i) != 0 {
		t.Errorf("share group: lag %s, lost %s; %s", num(r.Lag(i, 0)), num(r.Lost(i)), r.row(g["shared"], topics["shared"], 0))
	}
	if got := r.group(g["live"]); len(got.Members) != 1 || len(got.Members[0].Assigned) != 1 || got.Members[0].Assigned[0] != r.partition(topics["live"], 0) {
		t.Errorf("members of the live group: %+v", got.Members)
	}
	if r.gaps() != "" || !r.Complete {
		t.Errorf("complete %v, gaps:\n%s", r.Complete, r.gaps())
	}
}
