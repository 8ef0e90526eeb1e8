package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// brokers is the table of a cluster's brokers.
type brokers struct {
	list
	width int
}

var brokerColumns = []column{
	{field: "broker", head: "BROKER", width: 6, left: true},
	{field: "host", head: "HOST", width: 24, left: true},
	{field: "port", head: "PORT", width: 6, drop: 3},
	{field: "rack", head: "RACK", width: 8, left: true, drop: 2},
	{field: "leaders", head: "LEADERS", width: 8},
	{field: "replicas", head: "REPLICAS", width: 9, drop: 1},
	{field: "under_replicated", head: "OUT OF ISR", width: 10},
	{field: "latency_seconds", head: "ANSWERS p99", width: 12},
	{field: "throttle_seconds", head: "THROTTLE", width: 9, drop: 4},
	{field: "controller", head: "", width: 10, left: true},
}

func newBrokers() *brokers {
	b := &brokers{}
	b.list = list{noun: "brokers", fixed: true, read: true, name: "host", source: func(s *snap) wire.Table { return wire.Brokers(s.wire()) },
		grid: grid{columns: brokerColumns, grow: 1, chosen: -1}}
	return b
}

func (b *brokers) place() place          { return atBrokers }
func (b *brokers) crumbs(*snap) []string { return []string{"brokers"} }
func (b *brokers) focus(*snap) []lag.Ref { return nil }

func (b *brokers) draw(s *snap, w, h int) ([]line, string) {
	b.width = w
	lines := []line{nil, brokersSentence(s), nil, rule(s, "brokers", joinFacts(b.narrowed(s), b.held(s)), w)}
	if len(b.keys) == 0 {
		return append(lines, emptyTable(s, &b.list, "broker")...), b.where()
	}
	return append(lines, b.grid.draw(s.theme, w, h-len(lines), true, func(at int) []cell { return b.cells(s, at) })...), b.where()
}

func (b *brokers) cells(s *snap, at int) []cell {
	row := b.reader.Row(b.rows[at])
	id, _ := row[2].Integer()
	ix := nodeOf(s.read(), int32(id))
	out := make([]cell, len(b.columns))
	for i, c := range b.columns {
		col := b.table.Column(c.field)
		v := row[col]
		switch c.field {
		case "broker":
			out[i] = cell{s: "b" + v.String()}
		case "host":
			out[i] = plainCell(s, &b.table.Columns[col], v, s.late != live)
			if ix >= 0 && s.read().Nodes[ix].Gone {
				out[i] = cell{"down", critical}
			}
		case "latency_seconds":
			out[i] = answersCell(s, ix)
			if ix >= 0 && s.read().Nodes[ix].Gone {
				out[i] = cell{s.pick("–", "-"), quiet}
			}
		case "throttle_seconds":
			out[i] = plainCell(s, &b.table.Columns[col], v, s.late != live)
			if ix >= 0 && s.read().Nodes[ix].Gone { // it answers nobody
				out[i] = cell{s.pick("–", "-"), quiet}
			}
		case "controller":
			if yes, ok := v.Bool(); ok && yes {
				out[i] = cell{"controller", quiet}
			}
		default:
			out[i] = plainCell(s, &b.table.Columns[col], v, s.late != live)
		}
	}
	return out
}

func nodeOf(r *lag.Reading, id int32) lag.NodeIx {
	return lag.NodeIx(slices.IndexFunc(r.Nodes, func(n lag.Node) bool { return n.ID == id }))
}

// answersCell is how long a broker takes to answer; late when its last answer is too old.
func answersCell(s *snap, n lag.NodeIx) cell {
	r := s.read()
	if at, silent := silentSince(s, n); silent {
		if at.IsZero() {
			return cell{"no answer", warning}
		}
		return cell{"silent " + minutes(since(s.judged, at)), warning}
	}
	if n < 0 || int(n) >= len(r.Cost.Nodes) || r.Cost.Nodes[n].P99 < 0 {
		return cell{"?", warning}
	}
	return cell{s: text.Latency(r.Cost.Nodes[n].P99)}
}

// silentSince reports whether a broker did not answer in the last sweep, or has not for two refreshes, and its last answer.
func silentSince(s *snap, n lag.NodeIx) (time.Time, bool) {
	r := s.read()
	if n < 0 {
		return time.Time{}, false
	}
	var last time.Time
	for _, at := range [][]lag.ShardTime{r.EndAt, r.CommittedAt, r.StartAt} {
		if int(n) < len(at) && at[n].Answered.After(last) {
			last = at[n].Answered
		}
	}
	if !last.IsZero() && since(s.judged, last) <= lateBy(s.c) && !s.missed(n, lag.ShardTime{Answered: last}) {
		return last, false
	}
	return last, leads(r, n)
}

// leads reports whether a broker has anything to be asked about.
func leads(r *lag.Reading, n lag.NodeIx) bool {
	for i := range r.Partitions {
		if p := &r.Partitions[i]; p.Leader == n && !p.Gone {
			return true
		}
	}
	return slices.ContainsFunc(r.Groups, func(g lag.Group) bool { return g.Coordinator == n && !g.Gone })
}

// health is what can be said of the brokers in a sentence.
type health struct {
	up                int
	down              []lag.NodeIx // not listed any more, and partitions wait for them
	silent            []lag.NodeIx
	idle              []lag.NodeIx // lead nothing, though partitions prefer them: as after a restart
	prefer            int          // how many those are
	under, leaderless int          // partitions
	slowest           lag.NodeIx
	p99               time.Duration
}

// healthOf counts what a reading tells, and looks who is silent now.
func healthOf(s *snap, l *laid) health {
	h := health{slowest: lag.Nowhere, p99: -1}
	r := s.read()
	if r == nil || r.Topology == nil {
		return h
	}
	h.leaderless, h.under = l.leaderless, l.under
	for n := range r.Nodes {
		if r.Nodes[n].Gone {
			if l.holds[n] {
				h.down = append(h.down, lag.NodeIx(n))
			}
			continue
		}
		h.up++
		if l.prefer[n] > 0 && l.brokers[n].leaders == 0 {
			h.idle, h.prefer = append(h.idle, lag.NodeIx(n)), h.prefer+l.prefer[n]
		}
		if n < len(r.Cost.Nodes) && r.Cost.Nodes[n].P99 > h.p99 {
			h.slowest, h.p99 = lag.NodeIx(n), r.Cost.Nodes[n].P99
		}
	}
	h.listen(s)
	return h
}

// listen looks who is silent now: that changes with time, not with readings alone. Where no broker answers, those that had
// nothing to be asked about count too: nobody is there to say that they are up.
func (h *health) listen(s *snap) {
	h.silent = nil
	var idle []lag.NodeIx
	for n := range s.read().Nodes {
		if s.read().Nodes[n].Gone {
			continue
		}
		at, silent := silentSince(s, lag.NodeIx(n))
		switch {
		case silent:
			h.silent = append(h.silent, lag.NodeIx(n))
		case at.IsZero() || since(s.judged, at) > lateBy(s.c):
			idle = append(idle, lag.NodeIx(n))
		}
	}
	if s.late == unanswered || len(h.silent) > 0 && len(h.silent)+len(idle) == h.up {
		h.silent = append(h.silent, idle...)
		slices.Sort(h.silent)
	}
}

// words tells what is wrong; "" when nothing is.
func (h *health) words(s *snap) string {
	var said []string
	if n := len(h.down); n > 0 {
		said = append(said, s.nodes(h.down)+map[bool]string{true: " is down", false: " are down"}[n == 1])
	}
	if n := len(h.silent); n > 0 {
		said = append(said, s.nodes(h.silent)+map[bool]string{true: " does not answer", false: " do not answer"}[n == 1])
	}
	if h.leaderless > 0 {
		said = append(said, text.Plural(h.leaderless, "partition has no leader", "partitions have no leader"))
	}
	if h.under > 0 {
		said = append(said, text.Plural(h.under, "partition is not fully in sync", "partitions are not fully in sync"))
	}
	return strings.Join(said, ", ")
}

// idleWords tell of brokers that lead nothing and could: no trouble, and worth to know; "" when there are none.
func (h *health) idleWords(s *snap) string {
	switch n := len(h.idle); {
	case n == 0:
		return ""
	case n == 1:
		return s.nodes(h.idle) + " leads nothing, and " + text.Plural(h.prefer, "partition prefers", "partitions prefer") + " it; a on 4 elects it"
	}
	return s.nodes(h.idle) + " lead nothing, and " + text.Plural(h.prefer, "partition prefers", "partitions prefer") + " them; a on 4 elects them"
}

// nodes names a few brokers, and counts the others.
func (s *snap) nodes(all []lag.NodeIx) string {
	const most = 3
	var out []string
	for _, n := range all[:min(len(all), most)] {
		out = append(out, s.node(n))
	}
	said := strings.Join(out, " ")
	if n := len(all) - most; n > 0 {
		said += " and " + itoa(n) + " more"
	}
	return said
}

func brokersSentence(s *snap) line {
	if !s.seen() {
		return put(warning, " ? Nothing of the brokers was seen yet.")
	}
	h := s.sum(s).health
	h.listen(s)
	if wrong := h.words(s); wrong != "" {
		r := warning
		if h.leaderless > 0 {
			r = critical
		}
		return put(r, " "+upper(sentence(wrong)))
	}
	said := text.Plural(h.up, "broker", "brokers") + " up, all partitions in sync"
	if s.late != live {
		return put(plain, " "+said+", as of "+s.stamp(s.asOf)+".")
	}
	if idle := h.idleWords(s); idle != "" {
		return put(strong, " "+said+".").add(plain, " "+upper(idle)+".")
	}
	return put(strong, " "+said+".")
}

// upper makes the first letter a capital; names of brokers stay as they are.
func upper(s string) string {
	if s == "" || s[0] == 'b' && len(s) > 1 && s[1] >= '0' && s[1] <= '9' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (b *brokers) do(s *snap, v verb) intent {
	if v == vOpen {
		if id, err := strconv.ParseInt(b.word("broker"), 10, 32); err == nil {
			return openView{newBrokerPage(int32(id))}
		}
		return say{"there is nothing here to open"}
	}
	out, _ := b.list.do(s, v, b.width)
	return out
}

func (b *brokers) command(s *snap) []string { return listCommand(s, &b.list, "") }
