package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"weir/lag"
	"weir/probes"
)

// Once sweeps every source once, all beside each other, and returns what was seen. Each yields a reading; that of a
// cluster that could not be reached holds nothing but the gap.
func Once(ctx context.Context, sources []Source, want probes.Want) State {
	out := State{At: time.Now(), Clusters: make([]Cluster, len(sources))}
	var wg sync.WaitGroup
	for i, src := range sources {
		wg.Go(func() { out.Clusters[i] = src.once(ctx, want) })
	}
	wg.Wait()
	return out
}

func (s Source) once(ctx context.Context, want probes.Want) Cluster {
	begin := time.Now()
	p, err := s.Open(ctx)
	if err != nil {
		return s.unseen(begin, err)
	}
	part, err := p.Observe(ctx, want)
	if cerr := p.Close(); err == nil && part.Reading == nil {
		err = errors.Join(errors.New("the probe gave no reading"), cerr)
	}
	if err != nil {
		return s.unseen(begin, err)
	}
	return Cluster{Name: s.Name, Environment: s.Environment, Reading: part.Reading, Seen: len(part.Reading.Nodes) > 0}
}

// unseen is a cluster of which nothing is known but why.
func (s Source) unseen(at time.Time, err error) Cluster {
	r := &lag.Reading{
		Topology: &lag.Topology{Cluster: s.Name, Controller: lag.Nowhere}, Tick: at,
		Gaps: []lag.Gap{{Ref: lag.Ref{Cluster: s.Name, Kind: lag.KindCluster}, Reason: reasonOf(err), Detail: err.Error(), Since: at}},
		Cost: lag.Cost{Took: time.Since(at)},
	}
	return Cluster{Name: s.Name, Environment: s.Environment, Reading: r}
}
