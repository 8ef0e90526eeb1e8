package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
)

// follow prints every row, and again each time that what it prints has changed.
func (a *app) follow(ctx context.Context, k *kind, clusters []config.Cluster, r rows, selected *selection, length time.Duration) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	if !slices.Contains([]wire.Format{wire.Short, wire.Wide, wire.JSONL, wire.CSV}, format) {
		return usage("-w prints rows as they change, which -o %s can't hold; write -o table, wide, jsonl or csv", format)
	}
	f := follower{app: a, kind: k, format: format, last: map[string]string{}}
	_, err = a.watch(ctx, clusters, window{
		length: length, keep: selected.keep(), allPositions: k.name == "positions", rates: k.of == lag.KindTopic,
		each: func(s *sight) error { return f.print(s, r, selected) },
	})
	return err
}

// follower knows what was printed of each row.
type follower struct {
	*app
	kind   *kind
	format wire.Format
	last   map[string]string // by ref
	headed bool
	gaps   map[string]bool // told
}

func (f *follower) print(s *sight, r rows, selected *selection) error {
	f.tellNew(s)
	if s.unseen() != nil {
		return nil // the gap says so, and the next look may see
	}
	doc := wire.New(f.sys.Version, s.state.At, s.clusters, f.kind.table(s.clusters))
	table := r.pick(doc.Table, selected.rows(&doc.Table, s.clusters)).table
	var changed []int
	reader, seen := wire.NewReader(&table), map[string]bool{}
	for i := range table.Len {
		row := reader.Row(i)
		ref := row[0].String()
		seen[ref] = true
		if now := fmt.Sprint(row); f.last[ref] != now {
			f.last[ref] = now
			changed = append(changed, i)
		}
	}
	for ref := range f.last {
		if !seen[ref] {
			delete(f.last, ref)
			f.note("no longer there: %s", ref)
		}
	}
	doc.Table = table.Pick(changed)
	return f.write(doc)
}

// write prints rows under one head at the top.
func (f *follower) write(doc wire.Document) error {
	if doc.Table.Len == 0 {
		return nil
	}
	style := f.style()
	style.NoHeaders = style.NoHeaders || f.headed
	f.headed = true
	var out bytes.Buffer
	if err := wire.Write(&out, doc, f.format, style); err != nil {
		return err
	}
	b := out.Bytes()
	if f.format == wire.JSONL { // each look ends, the whole does not
		b = onlyItems(b)
	}
	if _, err := f.Stdout.Write(b); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return nil
}

// onlyItems leaves out the lines that say how a look ended: stderr tells what could not be seen.
func onlyItems(b []byte) []byte {
	var out []byte
	for l := range bytes.Lines(b) {
		if !bytes.HasPrefix(l, []byte(`{"schema":"weir.end/`)) && !bytes.HasPrefix(l, []byte(`{"schema":"weir.gap/`)) {
			out = append(out, l...)
		}
	}
	return out
}

// tellNew says on stderr what can't be seen from now on.
func (f *follower) tellNew(s *sight) {
	now := map[string]bool{}
	for _, c := range s.clusters {
		for i := range c.Reading.Gaps {
			g := &c.Reading.Gaps[i]
			key := g.Ref.String() + g.Reason.String()
			now[key] = true
			if !f.gaps[key] {
				f.note("%s: %s", c.Name, gapSentence(g))
			}
		}
	}
	f.gaps = now
}
