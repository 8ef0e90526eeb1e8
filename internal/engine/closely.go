package engine

import (
	"maps"
	"slices"
	"time"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// lookupsASweep is how many partitions are looked up by time in one sweep: brokers search an index for each of six ages.
const lookupsASweep = 20

// lookups asks how old the unread records are that were there before weir was, worst first.
func (w *watcher) lookups() []probes.Lookup {
	var out []probes.Lookup
	for _, a := range w.history.SeedPlan(w.last, lookupsASweep) {
		for _, at := range a.At {
			out = append(out, probes.Lookup{Partition: a.Partition, At: at})
		}
	}
	return out
}

// doubts are the topics of which the judge would know who writes them.
func (w *watcher) doubts() []string {
	var out []string
	for _, t := range w.judge.Doubts() {
		if int(t) < len(w.last.Topics) {
			out = append(out, w.last.Topics[t].Name)
		}
	}
	return out
}

// learn takes in the answers. Where no record is as young as asked, all of the log is older.
func (w *watcher) learn(found []probes.Found) {
	ends := w.history.Ends()
	for _, f := range found {
		if f.Offset == lag.None && int(f.Partition) < len(ends) {
			f.Offset = ends[f.Partition].End
		}
		w.history.Seed(f.Partition, f.Offset, f.At)
	}
}

// ratesOver is the time that a partition's produce rate is taken over.
const ratesOver = time.Minute

func (w *watcher) rates(r *lag.Reading) []float64 {
	out := make([]float64, len(r.Partitions))
	w.history.ProduceAll(ratesOver, out)
	return out
}

// seriesSpan is how far back the totals of a group go.
const seriesSpan = time.Hour

// closely works out what is only worth it for what is looked at.
func (w *watcher) closely(c *Cluster, r *lag.Reading) {
	focus := map[string]bool{}
	c.Explanations, c.Unexplained = nil, nil
	c.Slowest, w.looked = nil, w.engine.focused(w.Name)
	for _, f := range w.looked {
		if f.Kind == lag.KindTopic || f.Kind == lag.KindPartition {
			w.readersOf(c, r, f.Name)
		}
		if f.Kind != lag.KindGroup && f.Kind != lag.KindPosition {
			continue
		}
		focus[f.Name] = true
		if w.engine.opts.Explain {
			f.Cluster = w.Name
			said, err := w.judge.Explain(r, w.history, f)
			if err != nil {
				c.Unexplained = append(c.Unexplained, err.Error())
			}
			c.Explanations = append(c.Explanations, said...)
		}
	}
	if w.engine.opts.Rates && c.Produce == nil {
		c.Produce = w.rates(r)
	}
	c.Positions, c.Series = map[lag.GroupIx][]state.Position{}, map[lag.GroupIx][]lag.Point{}
	for i := range r.Groups {
		g, close := lag.GroupIx(i), focus[r.Groups[i].Name]
		if w.engine.opts.AllPositions || close {
			c.Positions[g] = w.judge.Positions(r, w.history, g)
		}
		if close {
			c.Series[g] = w.history.GroupSeries(g, seriesSpan)
		}
	}
}

// readersOf works out who reads a topic the slowest.
func (w *watcher) readersOf(c *Cluster, r *lag.Reading, topic string) {
	t := slices.IndexFunc(r.Topics, func(t lag.Topic) bool { return t.Name == topic && !t.Gone })
	if t < 0 {
		return
	}
	if c.Slowest == nil {
		c.Slowest = map[lag.PartitionIx]state.Slowest{}
	}
	maps.Copy(c.Slowest, w.judge.Slowest(r, w.history, c.Verdicts, lag.TopicIx(t)))
}

// relook works out what has come into focus since the last sweep from what that one told, and publishes it: who opens a
// page doesn't wait for the next sweep to see what is known already.
func (w *watcher) relook() {
	if w.last == nil {
		return
	}
	if !slices.ContainsFunc(w.engine.focused(w.Name), func(f lag.Ref) bool { return !slices.Contains(w.looked, f) }) {
		return
	}
	c := w.told
	w.closely(&c, w.last)
	w.told = c
	w.engine.publish(w.slot, c)
}
