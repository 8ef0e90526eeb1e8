package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/internal/query"
	"weir/internal/wire"
	"weir/lag"
)

// behind is a cluster in which broker 2 is not in sync on two partitions, and holds one offline.
func behind(at time.Time) engine.Cluster {
	out := troubled(at)
	topo := *out.Reading.Topology
	topo.Partitions = append([]lag.Partition(nil), topo.Partitions...)
	for _, i := range []int{0, 12} { // of audit.log: b1 leads, b2 and b3 follow
		topo.Partitions[i].ISR = []lag.NodeIx{0, 2}
	}
	topo.Partitions[12].Offline = []lag.NodeIx{1}
	out.Reading.Topology = &topo
	return out
}

func TestABrokersPage(t *testing.T) {
	c := open(t, nil, 120, 40, 1, behind)
	c.press("4", "j", "enter").reads("prod-eu ▸ brokers ▸ b2", "not in sync on 2: audit.log p0, audit.log p12.",
		"leads 63 partitions of 188 that it holds", "88% full, 120 GB left", "disk error", "num.io.threads           16  default 8", "ANSWERS p50", "10.4.0.2:9092")
	if len(c.m.looked) != 1 || c.m.looked[0].String() != "prod-eu/broker/2" {
		t.Errorf("looked at closely: %v", c.m.looked)
	}
	c.press("@").reads("copied: weir describe broker 2 -c prod-eu")
	c.press("!").reads("1 of 2", "out of sync", "✗ offline")
	c.press("@").reads(`copied: weir get partitions -c prod-eu --window 20s --filter 'replicas~\b2\b,isr!~\b2\b'`).press("esc")
	c.press("/").write("topic=payments.events").press("enter").reads("1 of 12").lacks("audit.log  ")
	c.press("@").reads(`--filter 'replicas~\b2\b,topic=payments.events'`)
	c.press("d").reads("num.io.threads", "default 8").press("esc")
	c.press("enter").reads("payments.events: 24 partitions")
}

// TestTheCommandOfABrokersPageListsTheSameRows: what @ prints is read as the shell reads it, over all partitions.
func TestTheCommandOfABrokersPageListsTheSameRows(t *testing.T) {
	for _, keys := range [][]string{{"!"}, {"N"}, {"/audit|partition<3,leader=2"}, {"!", "/audit"}, {"/!audit", "R", "w"}, {"N", "N"}} {
		c := open(t, nil, 120, 40, 1, behind)
		c.press("4", "j", "enter")
		for _, k := range keys {
			if expr, filter := strings.CutPrefix(k, "/"); filter {
				c.press("/").write(expr).press("enter")
				continue
			}
			c.press(k)
		}
		page := c.m.top().(*brokerPage)
		var shown []string
		for _, at := range page.data {
			shown = append(shown, page.reader.Cell(page.rows[at], 0).String())
		}
		if got := printed(t, c.m.snap(), page.command(c.m.snap())); len(got) == 0 || !slices.Equal(got, shown) {
			t.Errorf("%q: %q prints %d rows, shown are %d", keys, page.command(c.m.snap()), len(got), len(shown))
		}
	}
}

// printed are the refs of the partitions that a command line lists.
func printed(t *testing.T, s *snap, args []string) []string {
	t.Helper()
	flag := func(name string) string {
		if at := slices.Index(args, name); at >= 0 {
			return args[at+1]
		}
		return ""
	}
	table := wire.Partitions(s.wire())
	filter, err := query.Compile(flag("--filter"), table.Fields())
	if err != nil {
		t.Fatal(err)
	}
	order, err := query.ParseSort(flag("--sort"), table.Fields())
	if err != nil {
		t.Fatal(err)
	}
	r := wire.NewReader(&table)
	var rows []int
	for i := range table.Len {
		if filter.Match(func(field int) query.Value { return r.Cell(i, field).Query() }).Match {
			rows = append(rows, i)
		}
	}
	if len(order.Fields()) > 0 {
		var sorted []int
		for _, at := range order.Order(len(rows), func(row, field int) query.Value { return r.Cell(rows[row], field).Query() }) {
			sorted = append(sorted, rows[at])
		}
		rows = sorted
	}
	var out []string
	for _, i := range rows {
		out = append(out, r.Cell(i, 0).String())
	}
	return out
}

func TestABrokerOfWhichNothingWasRead(t *testing.T) {
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := behind(at)
		out.Reading.Gaps = append(out.Reading.Gaps, lag.Gap{Ref: lag.Ref{Cluster: "prod-eu", Kind: lag.KindBroker, Name: "3"}, Reason: lag.NotAuthorized, Detail: "log sizes: refused"})
		return out
	})
	c.press("4", "j", "j", "enter").reads("? not read: broker 3: not authorized: log sizes: refused", "? not read")
	c.m.open(newBrokerPage(99))
	c.m.sync()
	c.reads("broker 99 isn't listed by prod-eu any more")
	sound(t, c)
}

func TestABrokerThatIsDownSaysWhatWaitsForIt(t *testing.T) {
	c := open(t, nil, 80, 24, 1, func(at time.Time) engine.Cluster {
		out := healthy(at)
		topo := *out.Reading.Topology
		topo.Nodes = append([]lag.Node(nil), topo.Nodes...)
		topo.Nodes[3].Gone = true
		out.Reading.Topology = &topo
		return out
	})
	c.m.open(newBrokerPage(4))
	c.m.sync()
	c.reads("b4 is down: the cluster lists it no more, and 18 partitions wait for it.")
}
