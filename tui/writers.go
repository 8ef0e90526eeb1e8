package tui

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/text"
	"weir/lag"
)

// Who writes a topic, as far as the leaders of its partitions tell it.

// leavesNoTrace is what no broker tells.
const leavesNoTrace = "A producer that is neither idempotent nor transactional leaves no trace."

// writer is one producer, over all partitions it was seen on.
type writer struct {
	lag.Producer
	parts []int32
	wrote time.Duration // before the leader was asked, the least of its partitions; negative: not known
	from  int32         // partition of the open transaction that began first
}

// writersFor is what is known of who writes a topic; nil before it was asked.
func (t *topicPage) writersFor(s *snap) *lag.Writers {
	for ix := range s.read().Topics {
		if topic := &s.read().Topics[ix]; topic.Name == t.name && !topic.Gone {
			return s.read().Writers[lag.TopicIx(ix)]
		}
	}
	return nil
}

// producersOf are the producers of all partitions: those in a transaction first, then who wrote last. all is how many
// entries the leaders have, of which only the first of each partition are known one by one.
func producersOf(s *snap, w *lag.Writers) (out []writer, all, known int) {
	at := map[int64]int{}
	r := s.read()
	for _, p := range slices.Sorted(maps.Keys(w.Written)) {
		of := w.Written[p]
		all, known = all+of.Count, known+len(of.Producers)
		number := r.Partitions[p].Number
		for _, one := range of.Producers {
			age := time.Duration(-1)
			if !one.Wrote.IsZero() {
				age = max(0, of.At.Sub(one.Wrote))
			}
			i, seen := at[one.ID]
			if !seen {
				i = len(out)
				at[one.ID], out = i, append(out, writer{Producer: one, wrote: age, from: number})
			}
			k := &out[i]
			k.parts = append(k.parts, number)
			if age >= 0 && (k.wrote < 0 || age < k.wrote) {
				k.wrote, k.Wrote = age, one.Wrote
			}
			if one.TxnStart != lag.None && k.TxnStart == lag.None {
				k.TxnStart, k.TxnSince, k.from = one.TxnStart, one.TxnSince, number
			}
			k.Transactional = k.Transactional || one.Transactional
			k.TxnID = cmp.Or(k.TxnID, one.TxnID)
		}
	}
	slices.SortStableFunc(out, func(a, b writer) int {
		if a.open() != b.open() {
			return cmp.Compare(rank(a.open()), rank(b.open()))
		}
		return cmp.Or(b.Wrote.Compare(a.Wrote), cmp.Compare(a.ID, b.ID))
	})
	return out, all, known
}

func (w *writer) open() bool { return w.TxnStart != lag.None }

// writtenWords says in a sentence who writes.
func (t *topicPage) writtenWords(s *snap) string {
	w := t.writersFor(s)
	if w == nil {
		if s.late != live {
			return "Who writes it was not asked yet."
		}
		return "Who writes it is asked with the next reading."
	}
	if len(w.Written) == 0 {
		if len(w.Gaps) > 0 {
			return "Who writes it is not known: " + sentence(s.safe(gapWords(&w.Gaps[0])))
		}
		return "Who writes it is not known."
	}
	all, entries, known := producersOf(s, w)
	open := 0
	for i := range all {
		if all[i].open() {
			open++
		}
	}
	seen := text.Plural(len(all), "producer", "producers") + " seen"
	if entries > known {
		seen = "at least " + seen
	}
	switch {
	case len(all) == 0:
		return "No producer is known to its leaders. " + leavesNoTrace
	case open == 0:
		return seen + ", none in a transaction."
	}
	return seen + ", " + itoa(open) + " in a transaction."
}

// gapWords tells why something is not known.
func gapWords(g *lag.Gap) string {
	if g.Detail == "" {
		return strings.ReplaceAll(g.Reason.String(), "_", " ")
	}
	return g.Detail
}

// writers is the list of producers, in at most h rows; nothing where it would say no more than the sentence above.
func (t *topicPage) writers(s *snap, w, h int) []line {
	known := t.writersFor(s)
	if known == nil || h < 6 || len(known.Written) == 0 {
		return nil
	}
	all, entries, told := producersOf(s, known)
	if len(all) == 0 && len(known.Gaps) == 0 {
		return nil
	}
	out := []line{rule(s, "who writes it", t.askedWords(s, known), w)}
	if len(all) > 0 {
		out = append(out, put(quiet, "   "+text.PadEnd("PRODUCER", 30)+text.PadEnd("PARTITIONS", 20)+text.PadEnd("LAST WROTE", 14)+"TRANSACTION"))
	}
	room := h - len(out) - 1 - min(len(known.Gaps), 1)
	for i := range all {
		if left := len(all) - i; i >= room-1 && left > 1 {
			out = append(out, put(quiet, "   and "+itoa(left)+" more"))
			break
		}
		out = append(out, writerLine(s, &all[i]).fit(s.glyphs, w))
	}
	if len(known.Gaps) > 0 {
		g := &known.Gaps[0]
		said := "? " + gapWords(g)
		if g.Ref.Sub != "" {
			said = "? p" + g.Ref.Sub + ": " + gapWords(g)
		}
		if more := len(known.Gaps) - 1; more > 0 {
			said += "; and " + text.Plural(more, "more gap", "more gaps")
		}
		out = append(out, put(warning, "   "+s.safe(said)).fit(s.glyphs, w))
	}
	said := leavesNoTrace
	if entries > told {
		said = "Of each partition's producers the first " + itoa(lag.MostProducers) + " are listed. " + said
	}
	return append(out, put(quiet, "   "+said).fit(s.glyphs, w))
}

// askedWords say when the leaders were asked, and of how many partitions.
func (t *topicPage) askedWords(s *snap, w *lag.Writers) string {
	out := "as of " + s.stamp(w.At.In(s.now.Location()))
	if n := len(t.find(s).Partitions); w.Asked < n {
		out = "p0 to p" + itoa(w.Asked-1) + " of " + itoa(n) + ", " + out
	}
	return out
}

func writerLine(s *snap, w *writer) line {
	name, r := "id "+strconv.FormatInt(w.ID, 10), plain
	switch {
	case w.TxnID != "":
		name = s.safe(w.TxnID)
	case w.Transactional:
		name += ", transactional id ?"
	}
	wrote := "?"
	if w.wrote >= 0 {
		wrote = text.CoarseDuration(w.wrote) + " before"
	}
	txn := "none open"
	if !w.Transactional {
		txn = s.pick("–", "-")
	}
	if w.open() {
		txn, r = "open", strong
		if !w.TxnSince.IsZero() {
			txn += " since " + s.stamp(w.TxnSince.In(s.now.Location()))
		}
		txn += ", from p" + itoa(int(w.from)) + " at " + text.Exact(w.TxnStart)
	}
	return put(plain, "   ").add(r, text.PadEnd(s.glyphs.CutEnd(name, 29), 30)).add(plain, text.PadEnd(s.glyphs.CutEnd(numbersWord(w.parts), 19), 20)).
		add(plain, text.PadEnd(wrote, 14)).add(r, txn)
}

// numbersWord names partitions; many are counted.
func numbersWord(parts []int32) string {
	if len(parts) > 5 {
		return text.Plural(len(parts), "partition", "partitions")
	}
	var out []string
	for _, p := range parts {
		out = append(out, "p"+itoa(int(p)))
	}
	return strings.Join(out, " ")
}
