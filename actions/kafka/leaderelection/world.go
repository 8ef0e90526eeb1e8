package leaderelection

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
	"weir/lag"
)

// answerLimit is how long a broker that would lead is given to answer anything at all.
const answerLimit = 3 * time.Second

// world is what a plan sees.
type world struct {
	unclean bool
	target  lag.Ref
	layout  cluster.Layout
	all     []cluster.PartitionLayout
	moves   map[cluster.Place]bool // being reassigned; nil: not seen
	noMoves error                  // why not
	elr     map[cluster.Place]cluster.Eligible
	noELR   error // why they aren't seen; nil where nobody asked
	picked  []pick
	resting int // partitions that need nothing
	left    map[string][]cluster.Place
	ends    map[int32]map[cluster.Place]int64 // by broker: where its copies end
}

// pick is a partition for which an election helps.
type pick struct {
	cluster.PartitionLayout
	to int32 // who will lead
}

// look reads the layout and what is being moved.
func (w *world) look(ctx context.Context, c cluster.Conn) (err error) {
	if w.unclean && w.target.Kind == lag.KindCluster {
		return actions.Fail(actions.ErrUsage, "an unclean election loses data, so it isn't planned for a whole cluster", "name a topic, or partitions of it")
	}
	var names []string
	if w.target.Kind != lag.KindCluster {
		names = []string{w.target.Name}
	}
	if w.layout, err = cluster.ReadLayout(ctx, c, names); err != nil {
		return err
	}
	if w.layout.ClusterID == "" {
		return actions.Fail(actions.ErrUnseen, "the brokers tell no cluster id", "a plan can't be bound to this cluster")
	}
	if err := w.pickOut(); err != nil {
		return err
	}
	w.moves, w.noMoves = cluster.ReadMoves(ctx, c, nil)
	if ctx.Err() != nil {
		return cluster.Unseen("reassignments under way", ctx.Err())
	}
	if w.unclean {
		w.elr, w.noELR = cluster.ReadEligible(ctx, c, names)
	}
	return nil
}

// pickOut gives the partitions that the target names, in order.
func (w *world) pickOut() error {
	if w.target.Kind == lag.KindCluster {
		for _, name := range slices.Sorted(maps.Keys(w.layout.Topics)) {
			w.all = append(w.all, w.layout.Topics[name].Partitions...)
		}
		return nil
	}
	t, ok := w.layout.Topics[w.target.Name]
	if !ok {
		return actions.Fail(actions.ErrUnseen, fmt.Sprintf("there is no topic %q on this cluster", w.target.Name), "check the name")
	}
	if w.target.Kind == lag.KindTopic {
		w.all = t.Partitions
		return nil
	}
	numbers, err := parseNumbers(w.target.Sub)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if int(n) >= len(t.Partitions) {
			return actions.Fail(actions.ErrUnseen, fmt.Sprintf("topic %s has %s, and none with number %d", t.Name, text.Plural(len(t.Partitions), "partition", "partitions"), n), "")
		}
		w.all = append(w.all, t.Partitions[n])
	}
	return nil
}

// parseNumbers reads partition numbers with commas between, each once, in order.
func parseNumbers(s string) ([]int32, error) {
	var out []int32
	for _, part := range strings.Split(s, ",") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, actions.Fail(actions.ErrUsage, fmt.Sprintf("%q is no partition number", part), "write TOPIC:0,1,2")
		}
		out = append(out, int32(n))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// sort tells the partitions that an election helps from those that it doesn't, each with its reason.
func (w *world) sort() {
	w.left = map[string][]cluster.Place{}
	for _, p := range w.all {
		to, why := w.helps(p)
		switch {
		case why != "":
			w.left[why] = append(w.left[why], p.Place)
		case to < 0:
			w.resting++
		default:
			w.picked = append(w.picked, pick{p, to})
		}
	}
}

// helps gives who would lead a partition, or why it is left out; −1 and no reason where nothing is amiss.
func (w *world) helps(p cluster.PartitionLayout) (int32, string) {
	switch {
	case len(p.Replicas) == 0:
		return -1, "the brokers tell no replicas"
	case w.unclean && p.Leader >= 0, !w.unclean && p.Leader == p.Replicas[0]:
		return -1, ""
	case w.moves[p.Place]:
		return -1, "a reassignment is under way"
	case w.unclean:
		return w.anyLeader(p)
	}
	first := p.Replicas[0]
	switch {
	case p.Leader < 0:
		return -1, "there is no leader, which a preferred election doesn't mend; start the brokers again, or see --type unclean"
	case !w.layout.Brokers[first]:
		return -1, fmt.Sprintf("its preferred replica, broker %d, is down", first)
	case !slices.Contains(p.ISR, first):
		return -1, fmt.Sprintf("its preferred replica, broker %d, is not in sync", first)
	}
	return first, ""
}

// anyLeader gives whom the controller elects uncleanly: one that lost nothing where there is one, then the last that did
// so, then the first replica that is up (PartitionChangeBuilder of Apache Kafka 4).
func (w *world) anyLeader(p cluster.PartitionLayout) (int32, string) {
	e := w.elr[p.Place]
	for _, clean := range []bool{true, false} {
		if last := e.LastKnown; !clean && len(p.ISR)+len(e.ELR) == 0 && len(last) == 1 && w.layout.Brokers[last[0]] && slices.Contains(p.Replicas, last[0]) {
			return last[0], ""
		}
		for _, b := range p.Replicas {
			if w.layout.Brokers[b] && (!clean || slices.Contains(p.ISR, b) || slices.Contains(e.ELR, b)) {
				return b, ""
			}
		}
	}
	return -1, "none of its replicas is up"
}

// ask has each broker that would lead answer: one that was killed is listed for some seconds more. Of an unclean election
// it asks all replicas where their copies end.
func (w *world) ask(ctx context.Context, c cluster.Conn) error {
	silent := map[int32]bool{}
	for _, b := range w.leaders() {
		err := answers(ctx, c, b)
		if ctx.Err() != nil {
			return err
		}
		silent[b] = err != nil
	}
	w.picked = slices.DeleteFunc(w.picked, func(p pick) bool {
		if silent[p.to] {
			why := fmt.Sprintf("broker %d, which would lead, is listed but doesn't answer", p.to)
			w.left[why] = append(w.left[why], p.Place)
		}
		return silent[p.to]
	})
	if w.unclean {
		w.measure(ctx, c)
	}
	return ctx.Err()
}

// answers asks a broker for a sign of life.
func answers(ctx context.Context, c cluster.Conn, broker int32) error {
	soon, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return cluster.Answers(soon, c, broker)
}

// leaders are the brokers that would lead, each once.
func (w *world) leaders() []int32 {
	var out []int32
	for _, p := range w.picked {
		out = append(out, p.to)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// measure asks where the copies end. What isn't told stays unknown.
func (w *world) measure(ctx context.Context, c cluster.Conn) {
	at := map[int32][]cluster.Place{}
	for _, p := range w.picked {
		for _, b := range p.Replicas {
			if w.layout.Brokers[b] {
				at[b] = append(at[b], p.Place)
			}
		}
	}
	w.ends = map[int32]map[cluster.Place]int64{}
	for _, b := range slices.Sorted(maps.Keys(at)) {
		soon, cancel := context.WithTimeout(ctx, answerLimit)
		if ends, err := cluster.ReadReplicaEnds(soon, c, b, at[b]); err == nil {
			w.ends[b] = ends
		}
		cancel()
	}
}

// nothing says why there is nothing to elect.
func (w *world) nothing() error {
	said := "of " + text.Plural(len(w.all), "partition", "partitions") + " none is helped by a " + preferred + " election"
	if w.unclean {
		said = "of " + text.Plural(len(w.all), "partition", "partitions") + " none is helped by an " + unclean + " election"
	}
	var why []string
	if w.resting > 0 {
		why = append(why, w.rested())
	}
	return actions.Fail(actions.ErrGuard, said+": "+strings.Join(append(why, w.leftOut()...), "; "), "")
}

func (w *world) rested() string {
	if w.unclean {
		return text.Plural(w.resting, "partition", "partitions") + " with a leader"
	}
	return text.Plural(w.resting, "partition", "partitions") + " led by the preferred replica already"
}

// leftOut tells every partition that is left out, with the reason.
func (w *world) leftOut() []string {
	var out []string
	for _, why := range slices.Sorted(maps.Keys(w.left)) {
		places := w.left[why]
		out = append(out, "left out: "+named(places)+": "+why)
	}
	return out
}

// most is how many partitions are named in a sentence.
const most = 10

func named(places []cluster.Place) string {
	var out []string
	for i, p := range places {
		if i == most {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(places)-most)
		}
		out = append(out, p.String())
	}
	return strings.Join(out, ", ")
}

// because is why something can't be seen, in the words of its error.
func because(err error) string {
	if e := (*actions.Error)(nil); errors.As(err, &e) && e.What != "" {
		return e.What
	}
	return err.Error()
}
