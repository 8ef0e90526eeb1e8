package reset

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
	"weir/lag"
)

// world is what a plan sees.
type world struct {
	id       string
	group    cluster.Group
	commits  map[cluster.Place]cluster.Commit
	model    map[cluster.Place]cluster.Commit // of the group copied from
	places   []cluster.Place
	topics   map[string]cluster.Topic
	starts   map[cluster.Place]cluster.Found
	ends     map[cluster.Place]cluster.Found
	gone     []string // topics the group has commits on that aren't there
	endsPast bool
	clamps   bool
	stops    bool // the application is stopped first, and commits until then
}

// Names of facts in a plan.
const (
	fKind  = "group_type"
	fEpoch = "group_epoch"
	fTime  = "time"
)

// absentGroup is the kind of a group that doesn't exist: only an undo may make one.
const absentGroup = "absent"

// Plan works out the reset. It only reads.
func (a Action) Plan(ctx context.Context, req actions.Request) (actions.Plan, error) {
	c, err := a.Connect.Seeing(ctx, req.Target.Cluster)
	if err != nil {
		return actions.Plan{}, cluster.Unseen("connect", err)
	}
	defer c.Close()
	if req.Undoes != "" {
		return a.planUndo(ctx, c, req)
	}
	spec := a.Spec()
	m, err := parseMode(req.Params, req.Target.Name, a.now())
	if err != nil {
		return actions.Plan{}, err
	}
	sc, err := parseScope(req.Params[pTopic])
	if err != nil {
		return actions.Plan{}, err
	}
	behind, err := a.behind(req)
	if err != nil {
		return actions.Plan{}, err
	}
	w := world{stops: behind != nil, endsPast: spec.Value(req.Params, pPastEnd) == "end", clamps: spec.Value(req.Params, pOutOfRange) == "clamp"}
	if err := w.look(ctx, c, req.Target.Name, spec.Flag(req.Params, pNoSink), m, sc); err != nil {
		return actions.Plan{}, err
	}
	aims, err := m.aims(ctx, c, w)
	if err != nil {
		return actions.Plan{}, err
	}
	p := a.frame(w)
	if behind != nil {
		w.stopped(&p, behind)
	}
	if m.kind == byTime {
		p.Facts[fTime] = m.at.UTC().Format(time.RFC3339Nano)
	}
	items, err := w.items(aims, &p)
	if err != nil {
		return actions.Plan{}, err
	}
	w.live(ctx, c, &p)
	return p, a.fill(ctx, c, req.Target, w, items, &p)
}

// look reads all that a plan needs.
func (w *world) look(ctx context.Context, c cluster.Conn, group string, noSink bool, m mode, sc scope) (err error) {
	if w.id, err = cluster.ID(ctx, c); err != nil {
		return err
	}
	if w.group, err = cluster.ReadGroup(ctx, c, group); err != nil {
		return err
	}
	if why := misrouted(group, w.group.Kind, noSink); why != nil {
		return why
	}
	if w.commits, err = cluster.ReadCommits(ctx, c, group, w.group.Coordinator, nil); err != nil {
		return err
	}
	basis := w.commits
	switch m.kind {
	case fromGroup:
		other, err := cluster.ReadGroup(ctx, c, m.group)
		if err != nil {
			return err
		}
		if w.model, err = cluster.ReadCommits(ctx, c, m.group, other.Coordinator, nil); err != nil {
			return err
		}
		basis = w.model
	case fromFile:
		basis = map[cluster.Place]cluster.Commit{}
		for p := range m.table {
			basis[p] = cluster.Commit{}
		}
	}
	if len(sc) == 0 && (m.kind == fromGroup || m.kind == fromFile) {
		sc = scope(cluster.ByTopic(cluster.Sorted(basis)))
	}
	if w.places, w.topics, w.gone, err = sc.resolve(ctx, c, basis); err != nil {
		return err
	}
	if len(sc) > 0 { // named topics are asked for by name: brokers drop hidden ones in silence otherwise
		if w.commits, err = cluster.ReadCommits(ctx, c, group, w.group.Coordinator, cluster.ByTopic(w.places)); err != nil {
			return err
		}
	}
	return w.bounds(ctx, c)
}

func (w *world) bounds(ctx context.Context, c cluster.Conn) (err error) {
	starts, ends := map[cluster.Place]int64{}, map[cluster.Place]int64{}
	for _, p := range w.places {
		starts[p], ends[p] = cluster.Start, cluster.End
	}
	if w.starts, err = cluster.ReadOffsets(ctx, c, starts); err != nil {
		return err
	}
	w.ends, err = cluster.ReadOffsets(ctx, c, ends)
	return err
}

// frame is a plan without its changes.
func (a Action) frame(w world) actions.Plan {
	spec := a.Spec()
	p := actions.Plan{
		ClusterID: w.id, Effect: spec.Effect, Tier: spec.Tier, Undo: actions.UndoFull,
		Locks: []string{"group/" + w.group.Name}, Facts: map[string]string{fKind: w.group.Kind.String()},
	}
	if w.group.Kind == lag.Consumer && w.group.Empty() {
		p.Facts[fEpoch] = strconv.Itoa(int(w.group.Epoch))
	}
	now := w.group.State
	if n := len(w.group.Members); n > 0 {
		now = fmt.Sprintf("%s, %s: %s", w.group.State, text.Plural(n, "member", "members"), w.group.Who())
		p.Warnings = append(p.Warnings, liveWarning(w.group))
	}
	p.Guards = []actions.Guard{
		{Name: "group_empty", Want: "the group has no members", Now: now, OK: w.group.Empty()},
		{Name: "offsets_unmoved", Want: "every committed offset is as below", Now: fmt.Sprintf("%d read", len(w.commits)), OK: true},
		{Name: "topics_same", Want: "every topic is the one seen, and its log still has the target", Now: text.Plural(len(w.topics), "topic", "topics"), OK: true},
	}
	for _, name := range w.gone {
		p.Warnings = append(p.Warnings, "the group has commits on topic "+name+", which is not there or hidden: they are left as they are")
	}
	return p
}

func liveWarning(g cluster.Group) string {
	return text.Plural(len(g.Members), "member is", "members are") + " live: the plan can be applied once none is left, and what is committed until then makes it stale"
}

// items gives what changes. What stays as it is is counted in a warning.
func (w world) items(aims map[cluster.Place]aim, p *actions.Plan) ([]item, error) {
	var out []item
	stay, left := 0, map[string]int{}
	for _, place := range w.places {
		a, err := w.inRange(place, aims[place])
		if err != nil {
			return nil, err
		}
		if a.leave {
			left[a.how]++
			continue
		}
		it := w.item(place, a)
		// One that stands there already may have moved on by the time the application has stopped.
		if it.before != nil && it.before.Offset == it.after.Offset && !w.stops {
			stay++
			continue
		}
		out = append(out, it)
	}
	if stay > 0 {
		p.Warnings = append(p.Warnings, text.Plural(stay, "partition stands", "partitions stand")+" there already")
	}
	for _, how := range sortedKeys(left) {
		p.Warnings = append(p.Warnings, text.Plural(left[how], "partition is left as it is: ", "partitions are left as they are: ")+how)
	}
	return out, nil
}

func (w world) item(p cluster.Place, a aim) item {
	id := w.topics[p.Topic].ID
	return item{
		place: p, topicID: hex.EncodeToString(id[:]), start: w.starts[p].Offset, end: w.ends[p].Offset,
		before: at(w.commits, p), after: &cluster.Commit{Offset: a.offset, Epoch: a.epoch}, change: actions.Change{Note: a.how},
	}
}

// fill puts the items into the plan, with totals and times.
func (a Action) fill(ctx context.Context, c cluster.Conn, target lag.Ref, w world, items []item, p *actions.Plan) error {
	spans := spansOf(ctx, c, w.topics, items)
	var reread, skipped, gone int64
	p.Changes = make([]actions.Change, 0, len(items))
	for i, it := range items {
		r, s, g := it.move()
		reread, skipped, gone = reread+r, skipped+s, gone+g
		ch, err := it.encode(target.Cluster, target.Name, it.note(r, s, g, spans[i]), details{BeforeAt: spans[i].before, AfterAt: spans[i].after})
		if err != nil {
			return err
		}
		p.Changes = append(p.Changes, ch)
	}
	p.Totals = actions.Totals{Items: len(items), Reread: &reread, Skipped: &skipped, Gone: &gone}
	if slices.ContainsFunc(items, func(it item) bool { return it.after == nil }) {
		p.Totals = actions.Totals{Items: len(items)} // where consumers go without a commit is theirs to decide
	}
	if reread > 0 {
		p.Warnings = append(p.Warnings, "offsets are read again: what the application did with them it does twice, and no undo takes that back")
	}
	if rest := len(items) - worst; rest > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("times are told for the %d partitions that move furthest; each of the other %d moves by %s at most", worst, rest, text.Plural(nextReach(items), "offset", "offsets")))
	}
	if gone > 0 {
		p.Warnings = append(p.Warnings, text.Plural(gone, "offset was deleted before the group read it", "offsets were deleted before the group read them"))
	}
	return nil
}

func (it item) note(reread, skipped, gone int64, s span) string {
	n := it.change.Note
	switch {
	case reread > 0:
		n += "; reads " + text.Plural(reread, "offset", "offsets") + " again"
	case skipped > 0:
		n += "; skips " + text.Plural(skipped, "offset", "offsets")
	}
	if gone > 0 {
		n += "; " + text.Plural(gone, "is", "are") + " deleted already"
	}
	if s.before != "" && s.after != "" {
		from, to := s.before, s.after
		if reread > 0 {
			from, to = to, from
		}
		if to == "end" {
			to = "the end"
		}
		n += fmt.Sprintf("; records of %s to %s", from, to)
	}
	return n
}
