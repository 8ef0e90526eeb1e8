package leaderelection

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
)

// run is an election under way, a step a batch.
type run struct {
	a       Action
	plan    actions.Plan
	unclean bool
	batches []batch
	seeing  cluster.Conn
	acting  cluster.Conn    // nil until the first step
	warm    bool            // the whole plan was compared with the world
	unsure  map[string]bool // steps with a request that wasn't answered: it may yet take effect
}

type batch struct {
	id    string
	items []item
	begun bool // by this process or an earlier one
	done  bool
}

func newRun(ctx context.Context, a Action, p actions.Plan, entries []audit.Entry, c cluster.Conn) (*run, error) {
	if err := cluster.Same(ctx, c, p); err != nil {
		return nil, err
	}
	r := &run{a: a, plan: p, unclean: p.Facts[fType] == unclean, seeing: c, unsure: map[string]bool{}}
	if err := r.cut(); err != nil {
		return nil, err
	}
	past, err := actions.PastOf(entries)
	if err != nil {
		return nil, &actions.Error{Kind: actions.ErrAudit, What: "the journal", Err: err}
	}
	for _, s := range past {
		for i := range r.batches {
			if b := &r.batches[i]; b.id == s.Step.ID {
				b.begun, b.done = true, s.Outcome == actions.OutcomeApplied
			}
		}
	}
	return r, nil
}

// cut makes batches of the plan's changes, in the plan's order.
func (r *run) cut() error {
	size, err := batchSize(r.a.Spec(), r.plan.Params)
	if err != nil {
		return err
	}
	for i := 0; i < len(r.plan.Changes); i += size {
		items, err := cluster.Items(r.plan.Changes[i:min(i+size, len(r.plan.Changes))], decode)
		if err != nil {
			return err
		}
		r.batches = append(r.batches, batch{id: "elect-" + strconv.Itoa(i/size+1), items: items})
	}
	return nil
}

// Next gives the next batch with what of it is still to be elected.
func (r *run) Next(ctx context.Context) (actions.Step, error) {
	for i := range r.batches {
		b := &r.batches[i]
		if b.done {
			continue
		}
		todo, err := r.guard(ctx, b)
		if err != nil {
			return actions.Step{}, err
		}
		if len(todo) == 0 {
			b.done = true
			continue
		}
		what := "elect the preferred leaders of "
		if r.unclean {
			what = "elect leaders uncleanly for "
		}
		b.begun = true // from here on a try may have taken effect
		return actions.Step{ID: b.id, Title: what + text.Plural(len(todo), "partition", "partitions"), Of: len(r.batches), Items: todo, Idempotent: true}, nil
	}
	return actions.Step{}, io.EOF
}

// begun tells whether anything was begun, by this process or an earlier one.
func (r *run) begun() bool {
	return slices.ContainsFunc(r.batches, func(b batch) bool { return b.begun })
}

// guard compares the batch with the world, and before the first one the whole plan; it gives what is still to be done.
// Brokers elect preferred leaders by themselves too, every few minutes: before anything was begun that makes the plan
// another one, later it is work that somebody did.
func (r *run) guard(ctx context.Context, b *batch) ([]actions.Change, error) {
	items := b.items
	if !r.warm {
		items = nil
		for _, o := range r.batches {
			if !o.done {
				items = append(items, o.items...)
			}
		}
	}
	led, err := r.compare(ctx, items)
	if err != nil {
		return nil, err
	}
	r.warm = true
	var todo []actions.Change
	var places []cluster.Place
	var leaders []int32
	for _, it := range b.items {
		if !led[it.place] {
			todo, places, leaders = append(todo, it.change), append(places, it.place), append(leaders, it.after)
		}
	}
	if len(todo) == 0 {
		return nil, nil
	}
	if err := r.still(ctx, places); err != nil {
		return nil, err
	}
	slices.Sort(leaders)
	for _, id := range slices.Compact(leaders) {
		if err := answers(ctx, r.seeing, id); err != nil {
			return nil, &actions.Error{Kind: actions.ErrGuard, What: fmt.Sprintf("broker %d, which is to lead, doesn't answer", id), Do: "look after the broker, then make a new plan", Err: err}
		}
	}
	return todo, nil
}

// compare gives the items that are led as planned already, and refuses every other difference.
func (r *run) compare(ctx context.Context, items []item) (map[cluster.Place]bool, error) {
	now, err := cluster.ReadLayout(ctx, r.seeing, topicsOf(items))
	if err != nil {
		return nil, err
	}
	var elr map[cluster.Place]cluster.Eligible
	if r.unclean && r.plan.Facts[fELR] == told {
		if elr, err = cluster.ReadEligible(ctx, r.seeing, topicsOf(items)); err != nil {
			return nil, err
		}
	}
	led, begun := map[cluster.Place]bool{}, r.begun()
	var drift []actions.Drift
	for _, it := range items {
		p, gone := find(now, it)
		switch {
		case gone != nil:
			drift = append(drift, *gone)
		case p.Leader == it.after && begun:
			led[it.place] = true
		default:
			drift = append(drift, it.drift(p, r.unclean, elr)...)
		}
	}
	if len(drift) > 0 {
		return nil, actions.Stale(drift)
	}
	return led, nil
}

// still refuses partitions that are being reassigned. Where that can't be seen the plan has said so.
func (r *run) still(ctx context.Context, places []cluster.Place) error {
	if !slices.ContainsFunc(r.plan.Guards, func(g actions.Guard) bool { return g.Name == "no_reassignment" }) {
		return nil
	}
	moves, err := cluster.ReadMoves(ctx, r.seeing, places)
	if err != nil {
		return err
	}
	for _, p := range places {
		if moves[p] {
			return actions.Fail(actions.ErrGuard, p.String()+" is being reassigned", "wait until that has ended, then make a new plan")
		}
	}
	return nil
}

// Settle looks who leads. An election whose request was sent and not answered may still be on its way, so it looks for a
// while before it calls it not done.
func (r *run) Settle(ctx context.Context, s actions.Step) (actions.Done, error) {
	items, err := cluster.Items(s.Items, decode)
	if err != nil {
		return actions.Done{}, err
	}
	n, err := r.await(ctx, items, patience)
	if err != nil {
		return actions.Done{}, err
	}
	d := actions.Done{Note: n.String()}
	switch {
	case n.after == len(items):
		d.Outcome = actions.OutcomeApplied
	case n.before > 0 && r.unsure[s.ID]:
		d.Note += "; what is on its way to the controller may still count"
	case n.before == len(items):
		d.Outcome = actions.OutcomeNot
	default:
		d.Outcome = actions.OutcomeMixed
	}
	return d, nil
}

// Verify reads back who leads each partition of the plan.
func (r *run) Verify(ctx context.Context) (actions.Verdict, error) {
	var items []item
	for _, b := range r.batches {
		items = append(items, b.items...)
	}
	n, err := r.await(ctx, items, verifyPatience)
	if err != nil {
		return actions.Verdict{}, err
	}
	if n.after < len(items) {
		return actions.Verdict{Note: n.String()}, nil
	}
	return actions.Verdict{OK: true, Note: text.Plural(len(items), "leader", "leaders") + " read back as planned"}, nil
}

// count says how partitions stand.
type count struct {
	after, before, other int
	odd                  string // one that isn't as planned
}

func (n count) String() string {
	s := fmt.Sprintf("%d led as planned, %d as before, %d otherwise", n.after, n.before, n.other)
	if n.odd != "" {
		s += ", such as " + n.odd
	}
	return s
}

// await looks until all are led as planned, or for as long as the brokers are given to show it.
func (r *run) await(ctx context.Context, items []item, limit time.Duration) (count, error) {
	if r.a.patience != 0 {
		limit = r.a.patience
	}
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		n, err := r.look(ctx, items)
		if err != nil || n.after == len(items) {
			return n, err
		}
		again := time.NewTimer(lookAgain)
		select {
		case <-again.C:
		case <-end.C:
			again.Stop()
			return n, nil
		case <-ctx.Done():
			again.Stop()
			return n, nil
		}
	}
}

const lookAgain = 50 * time.Millisecond

func (r *run) look(ctx context.Context, items []item) (n count, err error) {
	now, err := cluster.ReadLayout(ctx, r.seeing, topicsOf(items))
	if err != nil {
		return n, err
	}
	for _, it := range items {
		p, gone := find(now, it)
		switch {
		case gone != nil:
			n.other, n.odd = n.other+1, it.place.String()+", whose topic is gone or made anew"
		case p.Leader == it.after:
			n.after++
		case p.Leader == it.before:
			n.before++
			n.odd = fmt.Sprintf("%s, led by %s", it.place, leader(p.Leader))
		default:
			n.other++
			n.odd = fmt.Sprintf("%s, led by %s and not by %d", it.place, leader(p.Leader), it.after)
		}
	}
	return n, nil
}

func leader(id int32) string {
	if id < 0 {
		return "none"
	}
	return strconv.Itoa(int(id))
}

// Close ends the connections.
func (r *run) Close(context.Context) error {
	if r.acting != nil {
		r.acting.Close()
	}
	r.seeing.Close()
	return nil
}
