package cli

import (
	"context"
	"fmt"
	"time"

	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
)

func (a *app) runGet(ctx context.Context, k *kind, args []string, flags rowFlags) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	if err := checkWindow(flags.window); err != nil {
		return err
	}
	selected, err := newSelection(k.with(flags), args, flags)
	if err != nil {
		return err
	}
	rows, err := newRows(k, selected.oneGroup(), flags)
	if err != nil {
		return err
	}
	k = k.with(flags)
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	if flags.watch {
		return a.follow(ctx, k, clusters, rows, selected, flags.window)
	}
	return a.printKind(ctx, k, clusters, rows, selected, flags.window, format)
}

// printKind looks, and prints the rows of one kind.
func (a *app) printKind(ctx context.Context, k *kind, clusters []config.Cluster, rows rows, selected *selection, length time.Duration, format wire.Format) error {
	s, err := a.look(ctx, k, clusters, selected, length)
	if err != nil {
		return err
	}
	missing := selected.missing(s)
	doc := wire.New(a.sys.Version, s.state.At, s.clusters, k.table(s.clusters))
	picked := rows.pick(doc.Table, selected.rows(&doc.Table, s.clusters))
	doc.Table = picked.table
	return a.print(doc, format, s, k, picked, missing)
}

// look sees the clusters once, or for the length of a window.
func (a *app) look(ctx context.Context, k *kind, clusters []config.Cluster, selected *selection, length time.Duration) (*sight, error) {
	if length == 0 {
		return a.observe(ctx, clusters, probes.Want{Due: k.due, Keep: selected.keep()})
	}
	return a.watch(ctx, clusters, window{length: length, keep: selected.keep(), allPositions: k.name == "positions", rates: k.of == lag.KindTopic || k.of == lag.KindCluster})
}

// print writes the rows and says what is not among them.
func (a *app) print(doc wire.Document, format wire.Format, s *sight, k *kind, p picked, missing *absent) error {
	dead := s.unseen()
	inJSON := format == wire.JSON || format == wire.JSONL
	if dead != nil && !inJSON {
		return dead
	}
	if err := wire.Write(a.Stdout, doc, format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	if dead != nil {
		return dead
	}
	if !inJSON {
		a.tellGaps(s, missing)
	}
	if p.unknown > 0 {
		a.note("%s hidden because a value they are filtered by is not known: %d", k.name, p.unknown)
	}
	if p.beyond > 0 {
		a.note("%s beyond --limit: %d", k.name, p.beyond)
	}
	if err := missing.tell(a); err != nil {
		return err
	}
	if doc.Table.Len == 0 && p.unknown == 0 && !inJSON && len(missing.names) == 0 {
		a.note("no %s", k.name)
	}
	return nil
}

// style is how forms for people look on this terminal.
func (a *app) style() wire.Style {
	s := wire.Style{NoHeaders: a.flag.noHeaders, Terminal: a.IsTTY(a.Stdout), Glyphs: a.glyphs(), Now: time.Now()}
	if a.flag.utc {
		s.Now = s.Now.UTC()
	}
	if s.Terminal {
		s.Width = a.Width
	}
	return s
}
