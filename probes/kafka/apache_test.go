package kafka_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"weir/internal/realkafka"
	"weir/lag"
)

// TestAgreesWithApachesTool: on a quiet cluster, lag plus lost is the LAG of Apache's own tool for every partition of
// classic groups, number by number.
func TestAgreesWithApachesTool(t *testing.T) {
	c := realkafka.Shared(t)
	orders, payments := realkafka.Name("orders"), realkafka.Name("payments")
	c.CreateTopic(t, orders, 4, 3, nil)
	c.CreateTopic(t, payments, 2, 3, nil)
	for p := range int32(4) {
		c.Produce(t, orders, p, 20+int(p))
	}
	c.Produce(t, payments, 0, 7)
	billing, audit, imports := realkafka.Name("billing"), realkafka.Name("audit"), realkafka.Name("import")
	c.JoinClassic(t, billing, []string{orders, payments}).Read(t, 30) // a live member of six partitions, some not committed
	m := c.JoinClassic(t, audit, []string{orders})
	m.Read(t, 50)
	m.Leave()
	c.CommitAdmin(t, imports, orders, 0, 5)
	c.CommitAdmin(t, imports, orders, 1, 21)
	c.CommitAdmin(t, imports, payments, 0, 99) // beyond the end
	c.DeleteRecords(t, orders, 0, 12)

	out := c.ConsumerGroups(t, "--describe", "--group", billing, "--group", audit, "--group", imports)
	r := sweep(t, to{seeds: c.Seeds()}.probe(t), only(everything, billing, audit, imports, orders, payments))
	apache := rows(out)
	var ours []string
	for _, g := range []string{billing, audit, imports} {
		for _, i := range r.group(g).Positions {
			p := r.Partitions[r.Positions[i].Partition]
			committed, sum := num(r.Committed[i]), "-"
			if v := r.Lag(i, 0); lag.Known(v) {
				sum = fmt.Sprint(v + r.Lost(i))
			} else if v != lag.None {
				sum = "?"
			}
			row := strings.Join([]string{g, r.Topics[p.Topic].Name, fmt.Sprint(p.Number), committed, num(r.End[r.Positions[i].Partition]), sum}, " ")
			if committed == "-" && !slices.Contains(apache, row) {
				continue // the tool leaves out partitions that nobody has, and nobody committed
			}
			ours = append(ours, row)
		}
	}
	slices.Sort(ours)
	if !slices.Equal(ours, apache) || len(apache) < 11 {
		t.Errorf("weir:\n%s\n\nApache's tool:\n%s\n\nas printed:\n%s", strings.Join(ours, "\n"), strings.Join(apache, "\n"), out)
	}
}

// rows are the lines of Apache's table: group, topic, partition, committed, end, lag.
func rows(out string) []string {
	var all []string
	for _, line := range strings.Split(out, "\n") {
		if f := strings.Fields(line); len(f) >= 6 && f[0] != "GROUP" && f[0] != "Consumer" {
			all = append(all, strings.Join(f[:6], " "))
		}
	}
	slices.Sort(all)
	return all
}
