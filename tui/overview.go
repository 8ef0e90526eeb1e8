package tui

import (
	"cmp"
	"slices"
	"strings"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// overview says in one sentence how a cluster is, then who is in trouble, how the brokers are, and what changed.
type overview struct {
	grid
	rows   []lag.GroupIx
	totals totals
	health health
	atOnce
	watched []string // groups that stand there while nothing is wrong with them: those with most to read
	room    int      // for so many of them
	reading *lag.Reading
	onlyBad bool
	touched bool   // the cursor was moved: it keeps to its row. Before, it stands on the gravest
	was     string // the troubles of the last reading
}

// atOnce is what the overview counts, once a reading.
type atOnce struct {
	limits []lag.GroupIx // nearest to losing data
	busy   []busyTopic
	each   []brokerSum // by broker
}

var overviewColumns = []column{
	{head: "  STATE", width: 17, left: true},
	{head: "GROUP", width: 17, left: true},
	{head: "LAG ", width: 6},
	{head: "BEHIND", width: 8},
	{head: "LOST", width: 6, drop: 1},
	{head: "SINCE", width: 7, drop: 2},
	{head: "WHY", width: 42, left: true, drop: 3, from: 110, stretch: true},
}

func newOverview() *overview {
	return &overview{grid: grid{columns: overviewColumns, grow: 1, chosen: -1}}
}

func (o *overview) place() place          { return atOverview }
func (o *overview) crumbs(*snap) []string { return []string{"overview"} }
func (o *overview) focus(*snap) []lag.Ref { return nil }

// byGravity orders groups: the gravest first, then by lag, then by name.
func byGravity(s *snap, all []lag.GroupIx) {
	r := s.read()
	slices.SortStableFunc(all, func(a, b lag.GroupIx) int {
		x, y := s.verdict(a), s.verdict(b)
		if x == nil || y == nil {
			return cmp.Compare(a, b)
		}
		return cmp.Or(cmp.Compare(y.Severity, x.Severity), cmp.Compare(y.State, x.State), cmp.Compare(y.Lag, x.Lag),
			strings.Compare(r.Groups[a].Name, r.Groups[b].Name))
	})
}

// listed reports whether a group stands on the overview: troubles, and what is on its way.
func (o *overview) listed(v *state.Verdict) bool {
	return v != nil && (trouble(v) || !o.onlyBad && (v.State == state.Draining || v.State == state.Rebalancing))
}

func (o *overview) sync(s *snap) {
	r := s.read()
	if r == nil || r == o.reading {
		return
	}
	sum := s.sum(s)
	o.reading, o.totals, o.health = r, sum.totals, sum.health
	if sum.once == nil {
		sum.once = &atOnce{limited(s), busiest(s, sum.counts), perBroker(sum.counts)}
	}
	o.atOnce = *sum.once
	o.rows = o.rows[:0]
	for g := range r.Groups {
		if !r.Groups[g].Gone && o.listed(s.verdict(lag.GroupIx(g))) {
			o.rows = append(o.rows, lag.GroupIx(g))
		}
	}
	byGravity(s, o.rows)
	o.watch(s)
	keys := make([]string, len(o.rows))
	for i, g := range o.rows {
		keys[i] = r.Groups[g].Name
		o.measure(s.safe(keys[i]))
	}
	troubles := o.troubles(s)
	o.leads = func(key string) bool { return strings.Contains(troubles, "\x00"+key+"\x00") }
	o.grid.sync(keys, !o.touched && troubles != o.was, s.judged)
	if o.was = troubles; !o.touched {
		o.at, o.top = 0, 0
	}
}

// troubles names those that are listed for their state, by state.
func (o *overview) troubles(s *snap) string {
	var b strings.Builder
	for _, g := range o.rows {
		if v := s.verdict(g); o.listed(v) {
			b.WriteString(itoa(int(v.State)) + "\x00" + s.read().Groups[g].Name + "\x00")
		}
	}
	return b.String()
}

func (o *overview) draw(s *snap, w, h int) ([]line, string) {
	var out []line
	tall := h >= 34
	if tall {
		out = append(out, nil)
	}
	if room := o.roomFor(tall, h); room != o.room {
		o.room, o.reading, o.watched = room, nil, nil
		o.sync(s)
	}
	out = append(out, o.verdict(s, w, h)...)
	if s.read() == nil || !s.seen() {
		return append(append(out, nil), progressLines(s, w)...), ""
	}
	out = append(out, unfinishedLines(s, w)...)
	out = append(out, nil)
	if rows := h - len(out) - len(o.keys) - 27; tall && w >= 110 && rows >= 2 {
		out = append(out, o.trafficLines(s, w, min(rows, max(8, h/7)))...)
	} else {
		out = append(out, o.totalsLines(s, w)...)
	}
	out = append(out, nil)
	left := h - len(out) - len(o.keys) - 4 // the table has three rows beside those of the groups, and one is empty
	if h >= 80 {
		left = min(left, max(24, h/3)) // what is not needed for changes goes to the courses
	}
	tail := o.tail(s, w, left, tall)
	room := h - len(out) - len(tail) - 1
	out = append(out, o.worst(s, w, max(3, room))...)
	out = append(append(out, nil), tail...)
	return append(out, o.courses(s, w, h-len(out))...), o.where()
}

func (o *overview) where() string {
	if len(o.keys) == 0 {
		return ""
	}
	return itoa(o.at+1) + " of " + itoa(len(o.keys))
}

// verdict is the sentence of the cluster, and those of its two gravest groups.
func (o *overview) verdict(s *snap, w, h int) []line {
	head, r, glyph := overviewSentence(s, &o.totals, &o.health)
	if glyph != "" {
		head = glyph + " " + head
	}
	var out []line
	for _, part := range wrap(s.glyphs, head, w-2, 2) {
		out = append(out, put(plain, " ").add(r, part))
	}
	// A sentence takes the rows that nothing graver needs before it is cut: beside the table of groups, the brokers and a change.
	gravest := o.gravest(s)
	most := 2
	if n := len(gravest); n > 0 {
		most += max(0, min(2, (h-13-len(o.keys)-2*n)/n))
	}
	for _, g := range gravest {
		out = append(out, sentences(s, s.safe(s.read().Groups[g].Name)+": "+lowerFirst(whyOf(s, g)), w, most)...)
	}
	if said := o.orphaned(s); said != "" && len(gravest) < 2 {
		out = append(out, sentences(s, said, w, 2)...)
	}
	for _, said := range wrap(s.glyphs, strained(s), w-4, 2) {
		out = append(out, put(plain, "   ").add(warning, said))
	}
	if said := elsewhereWords(s); said != "" {
		out = append(out, put(plain, " ").add(warning, s.glyphs.CutEnd(said, w-2)))
	}
	return out
}

// gravest are the groups whose sentence stands on top: two, and those that are merely not seen have none while nothing is.
func (o *overview) gravest(s *snap) (out []lag.GroupIx) {
	for _, g := range o.rows {
		v := s.verdict(g)
		if len(out) == 2 || !trouble(v) {
			break
		}
		if v.State != state.NotVisible || s.late != unanswered && !o.orphan(s, g) {
			out = append(out, g)
		}
	}
	return out
}

// elsewhereWords names the other clusters in trouble; "" when there are none.
func elsewhereWords(s *snap) string {
	var said []string
	for _, of := range s.others() {
		n, known := s.sum(of).troubles(of)
		switch {
		case !known || of.late == unanswered:
			said = append(said, s.safe(of.conf.Name)+" can't be seen")
		case n > 0:
			said = append(said, s.safe(of.conf.Name)+" has "+text.Plural(n, "trouble", "troubles"))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return "Elsewhere: " + strings.Join(said, ", ") + ". 0 lists the clusters."
}

// overviewSentence tells how a cluster is: how many groups are in which trouble, and the brokers.
func overviewSentence(s *snap, t *totals, h *health) (said string, r role, glyph string) {
	name := s.safe(s.conf.Name)
	switch {
	case s.c == nil:
		return "Reading " + name + " for the first time.", strong, ""
	case !s.seen():
		return "Nothing of " + name + " is known: " + clusterGap(s) + ".", critical, "?"
	case s.late == unanswered:
		return name + " does not answer since " + s.stamp(s.asOf) + ": " + clusterGap(s) + ". All numbers are of then.", critical, "?"
	}
	var parts []string
	worst := state.Unknown
	for _, st := range state.States() {
		n := t.troubled[st]
		if n == 0 {
			continue
		}
		if worst == state.Unknown {
			worst = st
		}
		word := looks[st].many
		if n == 1 {
			word = looks[st].one
		}
		if len(parts) == 0 {
			parts = append(parts, text.Plural(n, "group ", "groups ")+word)
		} else {
			parts = append(parts, itoa(n)+" "+word)
		}
	}
	bad := h.words(s)
	end := " Brokers are fine."
	if bad != "" {
		end = " " + upper(sentence(bad))
	}
	switch {
	case len(parts) > 0:
		r = warning
		if worstOf(worst) == state.Critical {
			r = critical
		}
		return strings.ReplaceAll(strings.Join(parts, ", "), "  ", " ") + "." + end, r, s.glyph(worst)
	case bad != "":
		if said := untoldWords(s, h); said != "" {
			return upper(sentence(bad)) + " " + said, warning, ""
		}
		return upper(sentence(bad)) + " " + calmWords(s, t) + ".", warning, ""
	}
	r = strong
	if s.young() {
		r = plain
	}
	return calmWords(s, t) + "; " + text.Plural(h.up, "broker", "brokers") + " fine.", r, ""
}

// calmWords says that nothing is wrong, as far as was judged.
func calmWords(s *snap, t *totals) string {
	if t.groups == 0 {
		return "No group was seen"
	}
	if n := t.groups - t.judged; n > 0 {
		return "No trouble among " + itoa(t.judged) + " of " + itoa(t.groups) + " groups; " + itoa(n) + " not judged yet"
	}
	seen := ""
	if s.c.Reading.Unlisted > 0 { // there may be others
		seen = " seen"
	}
	if s.young() {
		return "No trouble yet among " + text.Plural(t.groups, "group", "groups") + seen + ", watched for less than " + text.Duration(youngFor)
	}
	moving := ""
	for _, st := range []state.State{state.Rebalancing, state.Draining} {
		if n := t.states[st]; n > 0 {
			moving += itoa(n) + " " + looks[st].word + ", "
		}
	}
	if rest := t.groups - t.states[state.Rebalancing] - t.states[state.Draining]; moving != "" {
		return "No trouble among " + text.Plural(t.groups, "group", "groups") + seen + ": " + moving + itoa(rest) + map[bool]string{true: " keeps up or rests", false: " keep up or rest"}[rest == 1]
	}
	return "All " + text.Plural(t.groups, "group"+seen+" keeps up or rests", "groups"+seen+" keep up or rest")
}

// clusterGap is why a cluster can't be seen.
func clusterGap(s *snap) string {
	for i := range s.c.Reading.Gaps {
		if g := &s.c.Reading.Gaps[i]; g.Ref.Kind == lag.KindCluster {
			if g.Detail != "" {
				return s.safe(strings.TrimSuffix(g.Detail, "."))
			}
			return strings.ReplaceAll(g.Reason.String(), "_", " ")
		}
	}
	return "nothing answered"
}

// worst is the table of the groups in trouble.
func (o *overview) worst(s *snap, w, room int) []line {
	fact := text.Plural(o.totals.troubles, "trouble", "troubles") + " among " + text.Plural(o.totals.groups, "group", "groups")
	if at := o.heldSince(s); at != "" {
		fact = at
	}
	if o.onlyBad {
		fact = "only troubles (!); " + fact
	}
	out := []line{rule(s, "worst groups", fact, w)}
	if len(o.keys) > 0 {
		rows := min(room-2, len(o.keys)+1)
		out = append(out, o.grid.draw(s.theme, w, rows, true, func(at int) []cell { return o.cells(s, at) })...)
	} else {
		out = append(out, put(plain, "   ").add(quiet, "none in trouble"))
	}
	also := countsLine(s, o.totals)
	return append(out, append(put(quiet, "  "), also...))
}

func (o *overview) heldSince(s *snap) string {
	if o.heldAt.IsZero() {
		return ""
	}
	return "order held since " + s.stamp(o.heldAt) + "; O sorts again"
}

func (o *overview) cells(s *snap, at int) []cell {
	ix := o.rows[at]
	v, name := s.verdict(ix), s.read().Groups[ix].Name
	_, old := s.oldGroup(ix)
	records := mark(s, cell{s: text.Count(v.Lag)}, old, !lag.Known(v.Lag))
	lost := cell{s: text.Count(v.Lost) + " ", role: quiet}
	if v.Lost > 0 {
		lost.role = critical
	} else if !lag.Known(v.Lost) {
		lost.role = warning
	}
	behind := cell{s: s.behind(v.TimeLag, v.TimeLagBound)}
	if old {
		behind.role = quiet
	}
	if behind.s == "?" {
		behind.role = warning
	}
	return []cell{{s.glyph(v.State) + " " + looks[v.State].word, roleOf(v.State, v.Severity)}, {s: s.quoted(name)}, records, behind, lost,
		{s: s.lasting(v.Since)}, {whyOf(s, ix), quiet}}
}

func (o *overview) do(s *snap, v verb) intent {
	o.touched = o.touched || v != vSort && v != vTroubles
	if o.move(v) {
		return nil
	}
	switch v {
	case vOpen:
		if o.cursor() == "" {
			return openView{newGroups()}
		}
		return openView{newGroupPage(o.cursor())}
	case vSort:
		o.synced, o.reading, o.watched, o.touched = false, nil, nil, false
		return say{"ordered anew: the gravest first, then the furthest behind"}
	case vTroubles:
		if o.totals.groups == 0 {
			return say{noRows}
		}
		o.onlyBad, o.reading = !o.onlyBad, nil
	}
	return nil
}

func (o *overview) command(s *snap) []string {
	out := append(withCluster(s, "weir", "get", "groups"), "--window", lookOn)
	if o.onlyBad {
		out = append(out, "--filter", troublesFilter)
	}
	return out
}

func (o *overview) describe(s *snap, raw bool) (string, []string, bool) {
	if o.cursor() == "" {
		return "", nil, false
	}
	return newGroupPage(o.cursor()).describe(s, raw)
}
