package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/probes"
)

// TestAnOutageIsSeenToEnd: a cluster that was seen is tried again within ten seconds, however long it has been gone, and
// no more often than it is swept.
func TestAnOutageIsSeenToEnd(t *testing.T) {
	for refresh, want := range map[time.Duration]time.Duration{2 * time.Second: 10 * time.Second, 5 * time.Second: 10 * time.Second, 20 * time.Second: 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{name: "a"}
			f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
				if n > 3 {
					return nil, errors.New("connection refused")
				}
				return f.reading(n), nil
			}
			at := watched(t, f, Options{Refresh: refresh}, func(*Engine) { time.Sleep(5 * time.Minute) })
			longest := time.Duration(0)
			for i := 1; i < len(at); i++ {
				if d := at[i] - at[i-1]; d < refresh {
					t.Errorf("refresh %s: two sweeps are %s apart", refresh, d)
				} else {
					longest = max(longest, d)
				}
			}
			if slack := refresh / 20; longest > want+slack || longest < want {
				t.Errorf("refresh %s: the longest pause between two tries is %s, want %s", refresh, longest, want)
			}
		})
	}
}

// TestALayoutThatIsAstrayIsReadAtEachRefresh, of a small cluster.
func TestALayoutThatIsAstrayIsReadAtEachRefresh(t *testing.T) {
	for name, c := range map[string]struct {
		of      lag.Partition
		more    int // partitions, all well
		layouts int // of 12 sweeps
	}{
		"well":              {lag.Partition{Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}}, 0, 6},
		"out of sync":       {lag.Partition{Replicas: []lag.NodeIx{0, 1}, ISR: []lag.NodeIx{0}}, 0, 12},
		"without a leader":  {lag.Partition{Leader: lag.Nowhere}, 0, 12},
		"gone":              {lag.Partition{Leader: lag.Nowhere, Gone: true}, 0, 6},
		"in a large layout": {lag.Partition{Leader: lag.Nowhere}, smallPartitions, 6},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{name: "a", wants: make(chan probes.Want, 100)}
			f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
				r := f.reading(n)
				r.Partitions = append([]lag.Partition{c.of}, make([]lag.Partition, c.more)...)
				for range c.more {
					r.Start, r.End, r.Stable, r.Size = append(r.Start, 0), append(r.End, 0), append(r.Stable, 0), append(r.Size, lag.Unknown)
				}
				return r, nil
			}
			watched(t, f, Options{}, func(*Engine) { time.Sleep(65 * time.Second) })
			close(f.wants)
			<-f.wants // the first reads everything
			layouts := 0
			for range 12 {
				if w := <-f.wants; w.Due.Has(probes.Layout) {
					layouts++
				}
			}
			if layouts != c.layouts {
				t.Errorf("%s: the layout is read in %d of 12 sweeps, want %d", name, layouts, c.layouts)
			}
		})
	}
}

// TestBrokersThatTellNoNumberAreThere: after an outage they answer before anybody leads anything. What is known stays as old
// as it is, and nobody says that nothing answers.
func TestBrokersThatTellNoNumberAreThere(t *testing.T) {
	for _, heard := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{name: "a"}
			begun := time.Now()
			f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
				r := f.reading(n)
				if r.Heard = true; n > 3 {
					at := []lag.ShardTime{{Sent: begun, Answered: begun}}
					r.StartAt, r.EndAt, r.StableAt, r.CommittedAt, r.Heard = at, at, at, at, heard
				}
				return r, nil
			}
			var last Cluster
			watched(t, f, Options{}, func(e *Engine) {
				time.Sleep(61 * time.Second)
				last = (<-e.States()).Clusters[0]
			})
			if (last.Failed == 0) != heard || !last.Seen || !last.Reading.EndAt[0].Answered.Equal(begun) || heard && f.n.Load() != 13 {
				t.Errorf("heard %v: %d of %d sweeps failed, the ends are of %s", heard, last.Failed, f.n.Load(), last.Reading.EndAt[0].Answered)
			}
		})
	}
}
