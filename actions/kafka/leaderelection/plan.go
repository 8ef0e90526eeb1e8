package leaderelection

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
	"weir/lag"
)

// Names of facts in a plan.
const (
	fType = "election"
	fELR  = "eligible_leader_replicas" // of an unclean plan: whether the brokers told them
)

const (
	told    = "told"
	notTold = "not_told"
)

// details are what a change needs besides.
type details struct {
	TopicID  string  `json:"topic_id"`
	Replicas []int32 `json:"replicas"`
	ISR      []int32 `json:"isr"`
	ELR      []int32 `json:"elr,omitempty"`
	// Ends, of an unclean election, are where the copies end that told it.
	Ends []end `json:"ends,omitempty"`
}

type end struct {
	Broker int32 `json:"broker"`
	Offset int64 `json:"log_end"`
}

// batchSize is how many partitions a step elects.
func batchSize(spec actions.Spec, params map[string]string) (int, error) {
	n, err := strconv.Atoi(spec.Value(params, pBatch))
	if err != nil || n < 1 || n > maxBatch {
		return 0, actions.Fail(actions.ErrUsage, fmt.Sprintf("--batch %s is not between 1 and %d", spec.Value(params, pBatch), maxBatch), "")
	}
	return n, nil
}

// frame makes the plan of what was found.
func (a Action) frame(w world) (actions.Plan, error) {
	p := actions.Plan{
		ClusterID: w.layout.ClusterID, Effect: actions.Mutate, Tier: actions.T1, Undo: actions.UndoNone,
		Facts: map[string]string{fType: preferred}, Locks: []string{"topic/" + w.target.Name},
		Totals: actions.Totals{Items: len(w.picked)},
	}
	if w.target.Kind == lag.KindCluster {
		p.Locks = []string{actions.WholeCluster}
	}
	if w.unclean {
		p.Effect, p.Tier = actions.Destroy, actions.T3
		p.Facts = map[string]string{fType: unclean, fELR: told}
		if w.noELR != nil {
			p.Facts[fELR] = notTold
		}
	} else {
		p.Totals.Reread, p.Totals.Skipped, p.Totals.Gone = new(int64), new(int64), new(int64)
	}
	for _, it := range w.picked {
		c, err := w.change(it)
		if err != nil {
			return p, err
		}
		p.Changes = append(p.Changes, c)
	}
	p.Guards, p.Warnings = w.guards(), w.warnings()
	return p, nil
}

func (w *world) change(p pick) (actions.Change, error) {
	id := w.layout.Topics[p.Topic].ID
	d := details{TopicID: hex.EncodeToString(id[:]), Replicas: p.Replicas, ISR: p.ISR, ELR: w.elr[p.Place].ELR}
	for _, b := range p.Replicas {
		if n, ok := w.ends[b][p.Place]; ok {
			d.Ends = append(d.Ends, end{b, n})
		}
	}
	data, err := json.Marshal(d)
	if err != nil {
		return actions.Change{}, &actions.Error{Kind: actions.ErrDefect, What: "the change of " + p.Place.String(), Err: err}
	}
	c := actions.Change{
		Ref:   lag.Ref{Cluster: w.target.Cluster, Kind: lag.KindPartition, Name: p.Topic, Sub: strconv.Itoa(int(p.Partition))}.String(),
		Field: Field, After: json.RawMessage(strconv.Itoa(int(p.to))), Data: data, Note: w.note(p, d),
	}
	if p.Leader >= 0 {
		c.Before = json.RawMessage(strconv.Itoa(int(p.Leader)))
	}
	return c, nil
}

// note tells a change to a person.
func (w *world) note(p pick, d details) string {
	if !w.unclean {
		return fmt.Sprintf("the preferred replica; in sync are %s of %s", brokers(p.ISR), brokers(p.Replicas))
	}
	parts := []string{"last in sync: " + brokers(p.ISR)}
	switch e := w.elr[p.Place]; {
	case w.noELR != nil:
		parts = append(parts, "eligible leader replicas: not told")
	default:
		parts = append(parts, "eligible leader replicas: "+brokers(e.ELR), "last known ones: "+brokers(e.LastKnown))
	}
	for _, b := range p.Replicas {
		i := slices.IndexFunc(d.Ends, func(e end) bool { return e.Broker == b })
		switch {
		case i >= 0:
			parts = append(parts, fmt.Sprintf("broker %d's copy ends at %d", b, d.Ends[i].Offset))
		case !w.layout.Brokers[b]:
			parts = append(parts, fmt.Sprintf("broker %d is down, where its copy ends is not known", b))
		default:
			parts = append(parts, fmt.Sprintf("where broker %d's copy ends is not known", b))
		}
	}
	return strings.Join(parts, "; ")
}

func brokers(ids []int32) string {
	if len(ids) == 0 {
		return "none"
	}
	var out []string
	for _, id := range ids {
		out = append(out, strconv.Itoa(int(id)))
	}
	return strings.Join(out, ",")
}

func (w *world) guards() []actions.Guard {
	isr := "no replica has fallen out of sync"
	if w.unclean {
		isr = "replicas in sync and eligible ones are as planned"
	}
	out := []actions.Guard{
		{Name: "leaders_unmoved", Want: "every leader is as below, of the same topic with the same replicas, and " + isr, Now: text.Plural(len(w.picked), "partition", "partitions") + " read", OK: true},
		{Name: "brokers_up", Want: "every broker that will lead is up and answers", Now: "brokers " + brokers(w.leaders()) + " answer", OK: true},
	}
	if w.noMoves == nil {
		out = append(out, actions.Guard{Name: "no_reassignment", Want: "none of these partitions is being reassigned", Now: text.Plural(len(w.moves), "partition", "partitions") + " of the cluster being reassigned, none of these", OK: true})
	}
	return out
}

func (w *world) warnings() []string {
	var out []string
	if w.unclean {
		out = append(out, w.losses()...)
	} else {
		out = append(out, "an election can't be undone by an election: who leads now is led back only by a reassignment that reorders the replicas",
			"producers and consumers of these partitions find the new leader by themselves, within their metadata refresh")
	}
	if n := w.internal(); n > 0 {
		out = append(out, fmt.Sprintf("%s of internal topics: coordinators move with them, and the groups and transactions on them pause until they are loaded", text.Plural(n, "partition", "partitions")))
	}
	if w.noMoves != nil {
		out = append(out, "whether a reassignment is under way could not be seen: "+because(w.noMoves))
	}
	if down := w.down(); len(down) > 0 {
		out = append(out, "down among the brokers with copies of what was asked about: "+brokers(down))
	}
	if w.resting > 0 {
		out = append(out, "left as it is: "+w.rested())
	}
	return append(out, w.leftOut()...)
}

// losses tells what an unclean election costs, and what would cost less.
func (w *world) losses() []string {
	clean := map[int32]bool{}
	for _, p := range w.picked {
		for _, b := range slices.Concat(p.ISR, w.elr[p.Place].ELR) {
			clean[b] = true
		}
	}
	var ids []int32
	for b := range clean {
		if !w.layout.Brokers[b] {
			ids = append(ids, b)
		}
	}
	slices.Sort(ids)
	var out []string
	if len(ids) > 0 {
		out = append(out, "start broker "+brokers(ids)+" again instead, and nothing is lost")
	}
	out = append(out,
		"records that only the brokers last in sync have are lost for good; how many is not known while these are down",
		"when such a broker comes back it cuts its copy down to the new leader's; consumers that had read further read other records at the same offsets",
	)
	if w.noELR != nil {
		out = append(out, "eligible leader replicas (KIP-966) could not be seen: "+because(w.noELR))
	}
	return out
}

func (w *world) internal() (n int) {
	for _, p := range w.picked {
		if w.layout.Topics[p.Topic].Internal {
			n++
		}
	}
	return n
}

// down are the brokers that hold copies of what was asked about and aren't listed.
func (w *world) down() []int32 {
	var out []int32
	for _, p := range w.all {
		for _, b := range p.Replicas {
			if !w.layout.Brokers[b] {
				out = append(out, b)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// item is a change, decoded.
type item struct {
	change actions.Change
	place  cluster.Place
	details
	before, after int32 // −1: no leader
}

func decode(c actions.Change) (item, error) {
	it := item{change: c, before: -1}
	bad := func(err error) (item, error) {
		return it, &actions.Error{Kind: actions.ErrUsage, What: "the plan's change of " + c.Ref, Do: "make a new plan", Err: err}
	}
	ref, err := lag.ParseRef(c.Ref)
	if err != nil {
		return bad(err)
	}
	n, err := strconv.ParseInt(ref.Sub, 10, 32)
	if err != nil {
		return bad(err)
	}
	it.place = cluster.Place{Topic: ref.Name, Partition: int32(n)}
	if string(c.Before) != "null" && len(c.Before) > 0 {
		if err := json.Unmarshal(c.Before, &it.before); err != nil {
			return bad(err)
		}
	}
	if err := json.Unmarshal(c.After, &it.after); err != nil {
		return bad(err)
	}
	if err := json.Unmarshal(c.Data, &it.details); err != nil {
		return bad(err)
	}
	return it, nil
}
