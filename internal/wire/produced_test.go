package wire

import (
	"testing"

	"weir/lag"
)

// A topic's rate is the sum of its partitions', and unknown when one of them is, for that one's reason.
func TestProducedIsASumOrUnknown(t *testing.T) {
	c := world()
	n := len(c.Reading.Partitions)
	read := func(produce []float64) map[string]Value {
		c.Produce = produce
		table := Topics([]Cluster{c})
		out, r := map[string]Value{}, NewReader(&table)
		for i := range table.Len {
			out[r.Cell(i, table.Column("topic")).String()] = r.Cell(i, table.Column("produce_per_second"))
		}
		return out
	}
	for name, v := range read(nil) {
		if v.Known() || v.Reason() != lag.NotMeasured {
			t.Errorf("%s: a single look told a rate", name)
		}
	}
	all := make([]float64, n)
	for p := range all {
		all[p] = 1.5
	}
	told := read(all)
	for ix := range c.Reading.Topics {
		topic, alive := &c.Reading.Topics[ix], 0
		for _, p := range topic.Partitions {
			if !c.Reading.Partitions[p].Gone {
				alive++
			}
		}
		if v, listed := told[topic.Name]; listed {
			if got, known := v.Measure(); !known || got != 1.5*float64(alive) {
				t.Errorf("%s: %v of %d partitions", topic.Name, got, alive)
			}
		}
	}
	some, short := -1, append([]float64(nil), all...)
	for ix := range c.Reading.Topics {
		if ps := c.Reading.Topics[ix].Partitions; len(ps) > 1 && !c.Reading.Topics[ix].Gone {
			some = ix
			short[ps[1]] = -1
		}
	}
	if some < 0 {
		t.Fatal("no topic of several partitions to try it on")
	}
	if v := read(short)[c.Reading.Topics[some].Name]; v.Known() || v.Reason() == lag.NotMeasured {
		t.Errorf("a topic with one partition not measured yet has the rate %v", v)
	}
}
