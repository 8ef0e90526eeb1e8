package tui

import (
	"cmp"
	"slices"
	"strings"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// members is the list of a group's members, those with the gravest partition first.
type members struct {
	grid
	all    []memberRow
	seen   bool // members were read once
	known  bool // the numbers of what they read were worked out
	client int  // cells of the longest name of a client
	host   int  // and of a host
	parts  int  // and of the partitions of one
}

type memberRow struct {
	m     *lag.Member
	lag   lag.Sum
	out   float64 // negative: not known
	parts string
	worst *state.Position
}

var memberColumns = []column{
	{head: "MEMBER", width: 10, left: true},
	{head: "HOST", width: 16, left: true},
	{head: "CLIENT", width: 16, left: true, drop: 3},
	{head: "PARTITIONS", width: 18, left: true},
	{head: "LAG ", width: 6},
	{head: "OUT/s ", width: 6, drop: 2},
	{head: "WORST", width: 18, left: true, drop: 1, stretch: true},
}

// Where columns of members stand that are as wide as what is in them.
const (
	hostColumn   = 1
	clientColumn = 2
	partsColumn  = 3
)

func newMembers() members { return members{grid: grid{columns: memberColumns, chosen: -1}} }

func (m *members) sync(s *snap, g lag.GroupIx, all []state.Position) {
	r := s.read()
	grp := &r.Groups[g]
	m.seen, m.known = !grp.MembersAt.IsZero(), s.workedOut(g)
	at := make(map[lag.PartitionIx]int, len(all))
	for k := range all {
		at[r.Positions[all[k].Position].Partition] = k
	}
	m.all = m.all[:0]
	for i := range grp.Members {
		m.all = append(m.all, rowOf(s, &grp.Members[i], at, all))
	}
	order := make([]int, len(m.all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(m.all[b].gravity()) - int(m.all[a].gravity()) })
	sorted := make([]memberRow, len(order))
	keys := make([]string, len(order))
	for i, k := range order {
		sorted[i], keys[i] = m.all[k], m.all[k].m.ID
		m.measure(s.safe(memberName(s.theme, m.all[k].m)))
		m.client = min(32, max(m.client, text.Width(s.safe(m.all[k].m.ClientID))))
		m.host = min(memberColumns[hostColumn].width, max(m.host, text.Width(s.safe(hostOf(m.all[k].m)))))
		m.parts = min(memberColumns[partsColumn].width, max(m.parts, text.Width(m.all[k].parts)))
	}
	m.columns = slices.Clone(memberColumns)
	m.columns[clientColumn].width = max(m.columns[clientColumn].width, m.client)
	m.columns[hostColumn].width = max(m.host, len("HOST"))
	m.columns[partsColumn].width = max(m.parts, len("PARTITIONS"))
	m.all = sorted
	m.grid.sync(keys, false, s.judged)
}

func (r *memberRow) gravity() state.Severity {
	if r.worst == nil {
		return state.Calm
	}
	return r.worst.Severity
}

func rowOf(s *snap, m *lag.Member, at map[lag.PartitionIx]int, all []state.Position) memberRow {
	row := memberRow{m: m}
	var names []string
	topics := map[lag.TopicIx]bool{}
	for _, p := range m.Assigned {
		part := &s.read().Partitions[p]
		topics[part.Topic] = true
		if len(names) < 12 {
			names = append(names, "p"+itoa(int(part.Number)))
		}
		k, ok := at[p]
		if !ok {
			row.out = -1
			row.lag.Add(lag.Unknown)
			continue
		}
		pos := &all[k]
		row.lag.Add(pos.Lag)
		if pos.Consume < 0 || row.out < 0 {
			row.out = -1
		} else {
			row.out += pos.Consume
		}
		if row.worst == nil || worseThan(pos, row.worst) {
			row.worst = pos
		}
	}
	row.parts = strings.Join(names, " ")
	if n := len(m.Assigned); n > len(names) || text.Width(row.parts) > 18 {
		row.parts = text.Plural(n, "partition", "partitions")
	}
	if len(topics) > 1 {
		row.parts = itoa(len(m.Assigned)) + " of " + itoa(len(topics)) + " topics"
	}
	return row
}

// worseThan reports whether a position is in more trouble than another, as the group's own state weighs them.
func worseThan(a, b *state.Position) bool {
	return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.State, b.State), cmp.Compare(a.TimeLag, b.TimeLag), cmp.Compare(a.Lag, b.Lag)) > 0
}

// idOfItsOwn is the least length of an id that a consumer makes of nothing but chance, as those of KIP-848 do.
const idOfItsOwn = 20

// memberName is how a member is called: its instance id, else its client id and the beginning of its own.
func memberName(t theme, m *lag.Member) string {
	if m.InstanceID != "" {
		return m.InstanceID
	}
	rest, ok := strings.CutPrefix(m.ID, m.ClientID+"-")
	if m.ClientID == "" || len(rest) <= 8 || !ok && len(m.ID) < idOfItsOwn {
		return m.ID
	}
	return m.ClientID + "-" + rest[:6] + t.glyphs.Ellipsis()
}

// ownerWords name the member a position is assigned to, the most telling words first; none when there is none.
func ownerWords(s *snap, g lag.GroupIx, p *state.Position) []string {
	r := s.read()
	part := r.Positions[p.Position].Partition
	for i := range r.Groups[g].Members {
		m := &r.Groups[g].Members[i]
		if slices.Contains(m.Assigned, part) {
			host, client := " on "+s.safe(hostOf(m)), s.safe(cmp.Or(m.InstanceID, m.ClientID))
			return []string{s.safe(memberName(s.theme, m)) + host, client + host}
		}
	}
	return nil
}

func hostOf(m *lag.Member) string { return strings.TrimPrefix(m.Host, "/") }

func (m *members) draw(s *snap, w, h int, focused, old bool) []line {
	if h <= 0 {
		return nil
	}
	head := rule(s, "members", m.facts(s), w)
	if len(m.all) == 0 {
		why := "none"
		if !m.seen {
			why = "not read yet"
		}
		return []line{head, put(quiet, "   "+why)}
	}
	return append([]line{head}, m.grid.draw(s.theme, w, h-1, focused, func(at int) []cell { return m.cells(s, &m.all[at], old) })...)
}

func (m *members) facts(s *snap) string {
	if !m.seen {
		return "?"
	}
	if s.frozen && !m.known {
		return itoa(len(m.all)) + " live; rates are worked out once p lets the screen go on"
	}
	return itoa(len(m.all)) + " live; Tab goes to the partitions"
}

func (m *members) cells(s *snap, r *memberRow, old bool) []cell {
	n, bound := r.lag.Value()
	worst, parts := cell{"", quiet}, cell{s: r.parts}
	if r.worst != nil {
		p := &s.read().Partitions[s.read().Positions[r.worst.Position].Partition]
		word := looks[r.worst.State].word
		if r.worst.Severity > state.Calm {
			word += " " + s.lasting(r.worst.Since)
			worst.role = roleOf(r.worst.State, r.worst.Severity)
		}
		worst.s = s.glyph(r.worst.State) + " p" + itoa(int(p.Number)) + " " + word
	}
	records := mark(s, cell{s: s.bounded(text.Count(n), bound)}, old, !lag.Known(n))
	out := mark(s, cell{s: text.Rate(r.out)}, old, false)
	if r.out < 0 {
		out = cell{"   ?  ", warning}
	}
	if len(r.m.Assigned) == 0 {
		records, out = cell{s: s.pick("–", "-") + "  ", role: quiet}, cell{s: s.pick("–", "-") + "  ", role: quiet}
		parts = cell{"none now", quiet}
	}
	return []cell{{s: s.safe(memberName(s.theme, r.m))}, {s: s.safe(hostOf(r.m))}, {s.safe(r.m.ClientID), quiet},
		parts, records, out, worst}
}
