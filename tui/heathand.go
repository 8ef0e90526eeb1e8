package tui

import (
	"strings"

	"weir/internal/text"
	"weir/lag/state"
)

// in returns the topic and the partitions of the map's cell in hand, and the first of them; false without any.
func (m *heat) in() (topic *heatTopic, cells []heatCell, from int, ok bool) {
	at := m.at
	for i := range m.topics {
		t := &m.topics[i]
		if at >= len(t.cells) {
			at -= len(t.cells)
			continue
		}
		per := max(1, m.per)
		from = at - at%per
		return t, t.cells[from:min(from+per, len(t.cells))], from, true
	}
	return nil, nil, 0, false
}

// hand returns the partition in hand and its topic: of a cell that stands for several, the gravest.
func (m *heat) hand() (topic string, c heatCell, ok bool) {
	t, cells, _, ok := m.in()
	if !ok {
		return "", heatCell{}, false
	}
	if worst := gravest(cells); worst != nil {
		return t.name, *worst, true
	}
	return t.name, cells[0], true
}

// handWords names the cell in hand: p7, or p4120-4129.
func (m *heat) handWords(s *snap) string {
	t, cells, from, ok := m.in()
	if !ok {
		return ""
	}
	out := "p" + itoa(from)
	if len(cells) > 1 {
		out += s.pick("–", "-") + itoa(from+len(cells)-1)
	}
	if len(m.topics) > 1 {
		out += " of " + s.safe(t.name)
	}
	return out
}

// stateWords counts some partitions by state, the gravest first.
func stateWords(cells []heatCell) string {
	var counts [state.NumStates]int
	for i := range cells {
		if cells[i].present {
			counts[cells[i].state]++
		}
	}
	return countWords(counts)
}

// countWords tells the three gravest states there are.
func countWords(counts [state.NumStates]int) string {
	var said []string
	for _, st := range state.States() {
		if n := counts[st]; n > 0 && len(said) < 3 {
			said = append(said, text.Exact(int64(n))+" "+looks[st].word)
		}
	}
	return strings.Join(said, ", ")
}

// move moves the hand in the map: by cells, and by rows.
func (m *heat) move(v verb, w int) {
	row := perRow(w)
	if m.cells <= named {
		row = m.namedPerRow(w)
	}
	row *= max(1, m.per)
	switch v {
	case vLeft:
		m.step(-max(1, m.per))
	case vRight:
		m.step(max(1, m.per))
	case vUp:
		m.climb(-row, row)
	case vDown:
		m.climb(row, row)
	case vHalfUp, vPageUp:
		m.climbs(v == vPageUp, -row, row)
	case vHalfDown, vPageDown:
		m.climbs(v == vPageDown, row, row)
	case vFirst:
		m.at = 0
	case vLast:
		m.at = m.cells - 1
	}
	m.at = max(0, min(m.at, m.cells-1))
}

// place returns which topic the hand is in, the topic's first place in the map, and the hand's place in the topic.
func (m *heat) place() (topic, base, at int) {
	for i := range m.topics {
		n := len(m.topics[i].cells)
		if m.at < base+n || i == len(m.topics)-1 {
			return i, base, m.at - base
		}
		base += n
	}
	return 0, 0, 0
}

// step goes on by so many partitions: from the end of a topic to the next one's begin, never past a topic in one go.
func (m *heat) step(by int) {
	i, base, at := m.place()
	if len(m.topics) == 0 {
		return
	}
	size := max(1, m.per)
	at -= at % size
	switch n := len(m.topics[i].cells); {
	case at+by >= n && i+1 < len(m.topics):
		m.at = base + n
	case at+by < 0 && i > 0:
		m.at = base - 1
	default:
		m.at = base + max(0, min(at+by, n-1))
	}
}

// climbs goes on by ten rows, or by half as many: the map is seen whole, so a page is no measure.
func (m *heat) climbs(whole bool, by, row int) {
	n := 5
	if whole {
		n = 10
	}
	for range n {
		m.climb(by, row)
	}
}

// climb goes to the row above or below; into another topic, in the same column as far as that reaches.
func (m *heat) climb(by, row int) {
	i, base, at := m.place()
	if len(m.topics) == 0 {
		return
	}
	n, col := len(m.topics[i].cells), at%row
	switch {
	case at+by >= 0 && at+by < n:
		m.at += by
	case by > 0 && at/row < (n-1)/row:
		m.at = base + n - 1
	case by > 0 && i+1 < len(m.topics):
		m.at = base + n + min(col, len(m.topics[i+1].cells)-1)
	case by < 0 && i > 0:
		before := len(m.topics[i-1].cells)
		m.at = base - before + min((before-1)/row*row+col, before-1)
	}
}

// legend tells what the shades stand for, and the signs of the states that cover them.
func (m *heat) legend(s *snap) line {
	out := put(quiet, strings.Repeat(" ", 9)+"lag ")
	for i, less := range []string{"<100", "<1k", "<10k", "<100k", s.pick("≥", ">=") + "100k"} {
		out = out.add(plain, shade(s.theme, []int64{0, 100, 1000, 10_000, 100_000}[i])).add(quiet, " "+less+"  ")
	}
	out = out.add(quiet, " a state covers it:")
	covers := 0
	for _, st := range state.States() {
		if m.troubled[st] > 0 {
			out = out.add(plain, " ").add(roleOf(st, worstOf(st)), s.glyph(st)+" "+looks[st].word).add(plain, " ")
			covers++
		}
	}
	if covers == 0 {
		out = out.add(quiet, " none now ")
	}
	return out.add(quiet, "  blank: none")
}

// summary says what the map is of.
func (m *heat) summary(s *snap, per int) string {
	out := text.Exact(int64(m.present()))
	switch len(m.topics) {
	case 0:
		return "0"
	case 1:
		out += " of " + s.safe(m.topics[0].name)
	default:
		out += " in " + text.Plural(len(m.topics), "topic", "topics")
	}
	out += ": " + countWords(m.counts)
	switch {
	case per > 1:
		out += "; 1 cell = " + itoa(per) + " partitions, the worst of them"
	case m.cells > named:
		out += "; 1 cell = 1 partition"
	default:
		out += "; number = lag"
	}
	return out
}

func (m *heat) present() int {
	n := 0
	for _, c := range m.counts {
		n += c
	}
	return n
}
