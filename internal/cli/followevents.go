package cli

import (
	"context"
	"slices"
	"time"

	"weir/internal/config"
	"weir/internal/wire"
)

// followEvents prints the marks, then each event as it comes.
func (a *app) followEvents(ctx context.Context, clusters []config.Cluster, r rows, selected *selection, format wire.Format, length time.Duration, marks []wire.Event) error {
	if !slices.Contains([]wire.Format{wire.Short, wire.Wide, wire.JSONL, wire.CSV}, format) {
		return usage("-w prints events as they come, which -o %s can't hold; write -o table, wide, jsonl or csv", format)
	}
	f := follower{app: a, format: format}
	done := map[string]time.Time{}
	_, err := a.watch(ctx, clusters, window{length: length, each: func(s *sight) error {
		f.tellNew(s)
		news := selected.about(append(marks, s.events(done)...))
		marks = nil
		return f.write(wire.New(a.sys.Version, s.state.At, s.clusters, r.pick(wire.Events(news), nil).table))
	}})
	return err
}
