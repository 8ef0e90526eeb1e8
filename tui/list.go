package tui

import (
	"slices"
	"strings"

	"weir/internal/query"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// list is a grid over one of the tables of the public contract: what it shows, filters and sorts by is what the shell
// prints under the same names.
type list struct {
	grid
	noun   string // in the plural, as the command line has it
	kept   string // the name of its settings; "" the noun
	name   string // the field that rows are ordered by as by their name
	source func(*snap) wire.Table
	// id tells rows apart; nil: by their ref.
	id func(cells) string
	// keep tells which rows are listed at all; nil: all.
	keep func(cells) bool
	// hide tells which rows are folded away while nothing is searched for; nil: none.
	hide func(cells) bool
	// own tells which rows are a person's own; nil: none.
	own func(cells) bool
	// bad tells which rows are troubles; nil: none.
	bad func(cells) bool
	// badAt and idAt are bad and id where the number of a row says it with less work; nil: it does not.
	badAt func(row int) bool
	idAt  func(row int) int32
	// nameAt and distinct are what stands in the growing column, where that is told with less work.
	nameAt   func(row int) string
	distinct func() []string

	table  wire.Table
	reader *wire.Reader
	rows   []int // of the table, in the order they would have now
	expr   string
	match  *query.Filter
	order  string // sort expression; "" the table's own order
	// ranked are all rows of the table by rankedBy, once they were put in that order, for as long as the table stays.
	ranked   []int
	rankedBy string

	onlyBad, unfolded, onlyMine bool
	folded, total               int
	doubtful                    int // hidden because a value they are filtered by is not known

	// fixed says that the rows and their order follow from the topology alone, so that a reading of the same one changes
	// only what stands in them.
	fixed bool

	reading *lag.Reading
	topo    *lag.Topology
	dirty   bool // the filter, or the order, was changed
	// read says that the table follows from a reading alone: for the same one it is not made again.
	read bool
	// measured is how many rows the names of the table were measured in.
	measured int
	ids      []string // what tells the rows of the table apart, once they were asked for
}

func (l *list) filter() string { return l.expr }

func (l *list) setFilter(s *snap, expr string) error {
	if l.reader == nil {
		l.load(s)
	}
	f, err := query.Compile(expr, l.table.Fields())
	if err != nil {
		return err
	}
	l.expr, l.match, l.dirty = expr, f, true
	if expr == "" {
		l.match = nil
	}
	return nil
}

// sortBy orders by a field; by the one it is ordered by already, the other way round. It says what the order is.
func (l *list) sortBy(field string, down bool) intent {
	if field == l.sorted && l.heldAt.IsZero() && (field != "") {
		down = !l.down
	}
	l.sorted, l.down, l.dirty = field, down, true
	l.order = field
	if down && field != "" {
		l.order = "-" + field
	}
	return say{l.orderWords()}
}

// orderWords tells the order.
func (l *list) orderWords() string {
	switch {
	case l.total == 0:
		return noRows
	case l.sorted == "":
		return "in its own order; left and right choose a column to order by"
	}
	ends := [2]string{"the least first", "the most first"}
	if c := l.table.Column(l.sorted); c >= 0 {
		switch l.table.Columns[c].Kind {
		case wire.Text, wire.Nested:
			ends = [2]string{"from a to z", "from z to a"}
		case wire.Time:
			ends = [2]string{"the earliest first", "the latest first"}
		case wire.Enum:
			ends = [2]string{"in the order of its words", "the other way round"}
		}
	}
	at := 0
	if l.down {
		at = 1
	}
	return "ordered by " + strings.ReplaceAll(l.sorted, "_", " ") + ", " + ends[at] + "; what is not known is last"
}

// noRows is said of a key that works on rows where there are none.
const noRows = "there are no rows here"

// do answers the keys that all lists share; false for one that is the view's own.
func (l *list) do(s *snap, v verb, w int) (intent, bool) {
	if l.move(v) {
		return nil, true
	}
	switch v {
	case vLeft, vRight, vTroubles, vMark, vMarkTo, vWide:
		if l.total == 0 {
			return say{noRows}, true
		}
	}
	switch v {
	case vLeft:
		l.choose(-1, w)
	case vRight:
		l.choose(1, w)
	case vSort:
		return l.sort(), true
	case vByName:
		return l.sortBy(l.name, false), true
	case vByLag:
		return l.sortBy("lag", true), true
	case vByAge:
		return l.sortBy("state_since", false), true
	case vByState:
		if out := l.sortBy("", false); l.total == 0 {
			return out, true
		}
		return say{"ordered by state, the gravest first"}, true
	case vWide:
		return l.widened(w), true
	case vTroubles:
		l.onlyBad, l.dirty = !l.onlyBad, true
	case vFolded:
		if l.folded == 0 && !l.unfolded {
			return say{"nothing is folded away"}, true
		}
		l.unfolded, l.dirty = !l.unfolded, true
	case vMark:
		l.mark()
	case vMarkTo:
		return l.markTo(), true
	default:
		return nil, false
	}
	return nil, true
}

// widened brings the columns that did not fit, or takes them away again.
func (l *list) widened(w int) intent {
	was := slices.Clone(l.fit(w))
	if l.wide = !l.wide; slices.Equal(was, l.fit(w)) {
		l.wide = !l.wide
		return say{"all columns are shown"}
	}
	return nil
}

// sort sorts by the chosen column, or again by the one it was sorted by.
func (l *list) sort() intent {
	field := l.sorted
	if l.chosen >= 0 && l.chosen < len(l.columns) {
		field = l.columns[l.chosen].field
	}
	if field != "" && l.table.Column(field) < 0 {
		return say{"this column has nothing to order by"}
	}
	return l.sortBy(field, field != "" && !l.isText(field))
}

func (l *list) isText(field string) bool {
	c := l.table.Column(field)
	return c >= 0 && (l.table.Columns[c].Kind == wire.Text || l.table.Columns[c].Kind == wire.Enum || l.table.Columns[c].Kind == wire.Time)
}

// under returns the values of the row under the cursor; nil without rows.
func (l *list) under() []wire.Value {
	at, ok := l.grid.under()
	if !ok || at >= len(l.rows) {
		return nil
	}
	return l.reader.Row(l.rows[at])
}

// word returns one text of the row under the cursor; "" when there is none.
func (l *list) word(field string) string {
	row := l.under()
	if row == nil {
		return ""
	}
	return row[l.table.Column(field)].String()
}

// place is what stands at the right of the keys: which row of how many.
func (l *list) where() string {
	if len(l.keys) == 0 {
		return noneOf(l.total)
	}
	out := itoa(l.at+1) + " of " + itoa(len(l.keys))
	if l.folded > 0 && !l.unfolded && l.match == nil {
		out += ", " + itoa(l.folded) + " folded"
	}
	return out
}

// narrowed says in the table's rule what is hidden; "" when nothing is.
func (l *list) narrowed(s *snap) string {
	said := l.hides(s, true)
	if n := len(l.marks); n > 0 {
		said = append(said, itoa(n)+" marked (Esc)")
	}
	return strings.Join(said, "; ")
}

// hides says what hides rows, with the keys that show them again where those are asked for.
func (l *list) hides(s *snap, keys bool) (said []string) {
	key := func(k string) string {
		if !keys {
			return ""
		}
		return " (" + k + ")"
	}
	if l.onlyMine {
		said = append(said, "only mine"+key("M"))
	}
	if l.onlyBad {
		said = append(said, "only troubles"+key("!"))
	}
	if l.expr != "" {
		said = append(said, "filter "+s.safe(l.expr)+key("Esc"))
	}
	if l.doubtful > 0 {
		said = append(said, itoa(l.doubtful)+" hidden: a value they are filtered by is not known")
	}
	return said
}

// held says since when the order is no longer the true one.
func (l *list) held(s *snap) string {
	if l.heldAt.IsZero() {
		return ""
	}
	return "order held since " + s.stamp(l.heldAt) + "; O sorts again"
}

func (l *list) describe(s *snap, raw bool) (string, []string, bool) {
	row := l.under()
	if row == nil {
		return "", nil, false
	}
	at, _ := l.grid.under()
	picked := l.table.Pick([]int{l.rows[at]})
	doc := wire.New(s.version, s.judged, s.wire(), picked)
	return l.title(row), pages(s, doc, raw), true
}

// title names a row: its name, or all that tells it apart.
func (l *list) title(row []wire.Value) string {
	ref, err := lag.ParseRef(row[l.table.Column("ref")].String())
	if err != nil || ref.Name == "" {
		return l.noun
	}
	if ref.Sub != "" {
		return ref.Name + " " + ref.Sub
	}
	return ref.Name
}

// pages writes a document as lines.
func pages(s *snap, doc wire.Document, raw bool) []string {
	var b strings.Builder
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	var err error
	if raw {
		err = wire.Write(&b, doc, wire.JSONL, style)
	} else {
		err = wire.Page(&b, doc, style)
	}
	if err != nil { // a strings.Builder takes everything
		return []string{s.safe(err.Error())}
	}
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

// number makes the cell of a count or a rate in five cells, and a sixth for the mark of what is old.
func number(s *snap, c *wire.Column, v wire.Value, old bool) cell {
	style := wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}
	out := style.Cell(c, v)
	if text.Width(out) < text.CountWidth {
		out = text.PadStart(out, text.CountWidth-1) + " "
	}
	return mark(s, cell{s: out}, old, !v.Known())
}

func noneOf(total int) string {
	if total == 0 {
		return "none"
	}
	return "none of " + itoa(total)
}

// mark appends the mark of what is old, which is faint.
func mark(s *snap, c cell, old, unknown bool) cell {
	switch {
	case unknown && strings.Contains(c.s, "?"):
		c.role = warning
		c.s += " "
	case old:
		c.s, c.role = c.s+"~", quiet
	default:
		c.s += " "
	}
	return c
}
