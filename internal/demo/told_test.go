package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/kafka"
	"weir/lag"
	"weir/lag/state"
	"weir/probes"
	kafkaprobe "weir/probes/kafka"
)

// leastWatched is how long every scenario is watched: a job that comes every 10 s has come a few times by then.
const leastWatched = 45 * time.Second

// teller is an engine that watches the cluster as the commands do, and keeps all that it told of each group.
type teller struct {
	o      *observer
	begun  time.Time
	length time.Duration
	stop   context.CancelFunc
	ended  sync.WaitGroup
	told   map[string][]telling
}

type telling struct {
	at    time.Duration // after the start
	state state.State
	why   string
}

// listen has an engine watch the scenario for as long as it has expectations.
func (o *observer) listen() *teller {
	s := o.cluster.Scenario()
	w := &teller{o: o, begun: time.Now(), length: leastWatched, told: map[string][]telling{}}
	for _, e := range s.Expect {
		w.length = max(w.length, e.Within+5*time.Second)
	}
	c := config.Cluster{Name: "demo", Brokers: o.cluster.Brokers(), Refresh: config.MinRefresh, Timeout: 5 * time.Second}
	src := engine.Source{Name: c.Name, Open: func(ctx context.Context) (probes.Probe, error) {
		client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{DialContext: o.cluster.stage.net.dial})
		if err != nil {
			return nil, err
		}
		return kafkaprobe.New(kafkaprobe.Over(client), kafkaprobe.Options{Cluster: c.Name, Timeout: c.Timeout}), nil
	}}
	for _, d := range s.Declared {
		src.Policies = append(src.Policies, state.Policy{Group: d.Group, Cron: d.Cron})
	}
	e := engine.New([]engine.Source{src}, engine.Options{Refresh: engine.MinRefresh})
	ctx, stop := context.WithCancel(o.Context())
	w.stop = stop
	w.ended.Go(func() { e.Run(ctx) })
	w.ended.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-e.States():
				w.take(now.Clusters[0], now.At.Sub(w.begun))
			}
		}
	})
	return w
}

// take notes what is said of each group.
func (w *teller) take(c engine.Cluster, at time.Duration) {
	for g := range c.Reading.Groups {
		group := &c.Reading.Groups[g]
		if v := c.Verdicts.Of(lag.GroupIx(g)); v != nil && !group.Gone {
			w.told[group.Name] = append(w.told[group.Name], telling{at, v.State, v.Why})
		}
	}
}

// hold waits until the scenario has been watched for long enough, and compares what was told with what should have been.
func (w *teller) hold() {
	w.o.Helper()
	time.Sleep(w.length - time.Since(w.begun))
	w.stop()
	w.ended.Wait()
	for _, e := range w.o.cluster.Scenario().Expect {
		w.compare(e)
	}
}

func (w *teller) compare(e Expectation) {
	w.o.Helper()
	seen := false
	for _, s := range w.told[e.Group] {
		switch is := slices.Contains(e.States, s.state.String()); {
		case e.Never && is:
			w.o.Errorf("%s is %s after %s: %s\nand that is no trouble\n%s", e.Group, s.state, s.at, s.why, w.story(e.Group))
			return
		case is && s.at >= e.From && s.at <= e.Within:
			seen = true
		case seen && e.Holds && !is:
			w.o.Errorf("%s was told right, and is %s after %s: %s\nand should be %v still\n%s", e.Group, s.state, s.at, s.why, e.States, w.story(e.Group))
			return
		}
	}
	switch {
	case len(w.told[e.Group]) == 0:
		w.o.Errorf("%s was never seen", e.Group)
	case !seen && !e.Never:
		w.o.Errorf("%s should be %v from %s to %s; it was\n%s", e.Group, e.States, e.From, e.Within, w.story(e.Group))
	}
}

// story is what was told of a group, without repetitions.
func (w *teller) story(group string) string {
	var b strings.Builder
	last := ""
	for _, s := range w.told[group] {
		if s.state.String() != last {
			fmt.Fprintf(&b, "  %6.1fs %s: %s\n", s.at.Seconds(), s.state, s.why)
			last = s.state.String()
		}
	}
	return b.String()
}
