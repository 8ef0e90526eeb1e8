package tui

import (
	"slices"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// clusters lists all clusters that this console watches, each with its verdict.
type clusters struct {
	grid
	all  []*snap
	sums []*counted
	set  bool // the cursor was put on the cluster it was called from
}

var clusterColumns = []column{
	{head: "CLUSTER", width: 12, left: true},
	{head: "ENV", width: 8, left: true, drop: 2},
	{head: "TROUBLES", width: 8},
	{head: "GROUPS", width: 7, drop: 3},
	{head: "LAG ", width: 7},
	{head: "IN/s ", width: 7, drop: 4},
	{head: "OUT/s ", width: 7, drop: 5},
	{head: "READ", width: 19, left: true},
	{head: "HOW IT IS", width: 20, left: true, stretch: true},
}

func newClusters() *clusters {
	return &clusters{grid: grid{columns: clusterColumns, grow: 0, chosen: -1}}
}

func (c *clusters) place() place          { return atClusters }
func (c *clusters) crumbs(*snap) []string { return []string{"clusters"} }
func (c *clusters) focus(*snap) []lag.Ref { return nil }

func (c *clusters) sync(s *snap) {
	if s.fleet == nil {
		return
	}
	c.all = s.fleet()
	c.sums = c.sums[:0]
	keys := make([]string, len(c.all))
	for i, of := range c.all {
		keys[i] = of.conf.Name
		c.measure(s.safe(keys[i]))
		c.sums = append(c.sums, s.sum(of))
	}
	c.grid.sync(keys, false, s.judged)
	if !c.set {
		c.at, c.set = max(0, slices.Index(keys, s.conf.Name)), true
	}
}

func (c *clusters) draw(s *snap, w, h int) ([]line, string) {
	said, r := fleetSentence(c.all, c.sums)
	lines := []line{nil, put(plain, " ").add(r, said), nil, rule(s, "clusters", text.Plural(len(c.all), "cluster", "clusters"), w)}
	pane := paneRows(h) + 1
	lines = append(lines, c.grid.draw(s.theme, w, h-len(lines)-pane, true, func(at int) []cell { return c.cells(c.all[at], c.sums[at]) })...)
	lines = append(padded(lines, h-pane), c.pane(s, w)...)
	return lines, itoa(c.at+1) + " of " + itoa(len(c.keys))
}

// pane is the sentence of the cluster under the cursor.
func (c *clusters) pane(s *snap, w int) []line {
	at, ok := c.under()
	if !ok || at >= len(c.all) {
		return nil
	}
	of := c.all[at]
	said, r, _ := overviewSentence(of, &c.sums[at].totals, &c.sums[at].health)
	out := []line{rule(s, s.safe(of.conf.Name), "Enter goes there", w)}
	for _, part := range wrap(s.glyphs, said, w-4, 2) {
		out = append(out, put(plain, "   ").add(r, part))
	}
	return out
}

// troubles is how many troubles a cluster has: its groups, and the brokers as one more; false while that isn't known.
func (c *counted) troubles(s *snap) (int, bool) {
	n := c.totals.troubles
	if c.health.words(s) != "" {
		n++
	}
	return n, s.seen() && (n > 0 || c.totals.groups == 0 || c.totals.judged > 0)
}

// fleetSentence tells how all clusters are.
func fleetSentence(all []*snap, sums []*counted) (string, role) {
	bad, dark := 0, 0
	for i, s := range all {
		switch n, known := sums[i].troubles(s); {
		case !known || s.late == unanswered:
			dark++
		case n > 0:
			bad++
		}
	}
	switch {
	case bad > 0 && dark > 0:
		return text.Plural(bad, "cluster", "clusters") + " in trouble, " + itoa(dark) + " not seen, of " + itoa(len(all)) + ".", critical
	case bad > 0:
		return text.Plural(bad, "cluster", "clusters") + " in trouble, of " + itoa(len(all)) + ".", warning
	case dark > 0 && dark == len(all):
		return map[bool]string{true: "The cluster", false: "No cluster"}[dark == 1] + map[bool]string{true: " can't be seen now.", false: " can be seen now."}[dark == 1], critical
	case dark > 0:
		return itoa(dark) + " of " + text.Plural(len(all), "cluster", "clusters") + " can't be seen now; the others are calm.", warning
	}
	return "No trouble on " + text.Plural(len(all), "cluster", "clusters") + ".", strong
}

func (c *clusters) cells(of *snap, sum *counted) []cell {
	t := &sum.totals
	old := of.late != live
	number := func(printed string) cell {
		return mark(of, cell{s: printed}, old, printed == "?")
	}
	troubles, n := cell{s: "?", role: warning}, 0
	if got, known := sum.troubles(of); known {
		n, troubles = got, cell{s: itoa(got)}
		switch {
		case n == 0:
			troubles.role = quiet
		default:
			troubles.role = warning
		}
	}
	said, r, glyph := overviewSentence(of, t, &sum.health)
	if glyph != "" {
		said = glyph + " " + said
	}
	if r == strong {
		r = quiet
	}
	if n > 0 && r == critical {
		troubles.role = critical
	}
	env := cell{s: of.safe(of.conf.Environment), role: quiet}
	groups := cell{s: "?", role: warning}
	if of.seen() {
		groups = cell{s: itoa(t.groups)}
	}
	return []cell{{s: of.safe(of.conf.Name)}, env, troubles, groups, number(of.bounded(text.ShortCount(t.lag), t.lagBound)),
		number(rateWordBounded(of, t.in, t.inLeast)), number(rateWordBounded(of, t.out, t.outLeast)), freshness(of), {said, r}}
}

// freshness is when a cluster was read, and what is wrong with that.
func freshness(s *snap) cell {
	switch {
	case s.c == nil:
		return cell{"being read", quiet}
	case s.asOf.IsZero():
		return cell{"no answer", warning}
	case s.late == unanswered:
		return cell{s.stamp(s.asOf) + " NO ANSWER", warning}
	case s.late == late:
		return cell{s.stamp(s.asOf) + " LATE " + minutes(s.now.Sub(s.asOf)), warning}
	}
	return cell{s.stamp(s.asOf), quiet}
}

// toCluster asks for another cluster.
type toCluster struct{ name string }

func (toCluster) intent() {}

func (c *clusters) do(_ *snap, v verb) intent {
	if v == vOpen {
		if c.cursor() == "" {
			return say{"there is nothing here to open"}
		}
		return toCluster{c.cursor()}
	}
	c.move(v)
	return nil
}

func (c *clusters) command(*snap) []string {
	args := []string{"weir", "get", "clusters"}
	for i, of := range c.all {
		if i == 0 {
			args = append(args, of.conf.Flags...)
		}
		if !of.conf.Unnamed {
			args = append(args, "-c", of.conf.Name)
		}
	}
	return append(args, "--window", lookOn)
}

// describe is the cluster under the cursor, as weir get clusters tells it.
func (c *clusters) describe(s *snap, raw bool) (string, []string, bool) {
	at, ok := c.under()
	if !ok || at >= len(c.all) {
		return "", nil, false
	}
	of := c.all[at]
	seen := of.wire()
	if seen == nil {
		seen = []wire.Cluster{{Name: of.conf.Name, Environment: of.conf.Environment}}
	}
	return of.conf.Name, pages(s, wire.New(s.version, s.judged, seen, wire.Clusters(seen)), raw), true
}

// others are the clusters beside this one that were looked at already.
func (s *snap) others() []*snap {
	if s.fleet == nil {
		return nil
	}
	var out []*snap
	for _, of := range s.fleet() {
		if of.conf.Name != s.conf.Name && of.c != nil {
			out = append(out, of)
		}
	}
	return out
}

// elsewhere counts the troubles of the other clusters, and those that can't be seen.
func elsewhere(s *snap) (troubles, dark int) {
	for _, of := range s.others() {
		n, known := s.sum(of).troubles(of)
		if troubles += n; !known || of.late == unanswered {
			dark++
		}
	}
	return troubles, dark
}
