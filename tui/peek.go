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

// form is how a record's bytes are shown.
type form uint8

const (
	asText form = iota
	asJSON
	asHex
	asHeaders
	numForms
)

var formNames = [numForms]string{"text", "JSON", "hex", "headers"}

// peek shows the record at an offset, and those around it.
type peek struct {
	grid
	want    Peek
	group   string // whose committed offset it is; "" nobody's
	asked   bool
	waits   bool   // for a word, since the read may cost
	refused string // why nothing is shown
	got     *Records
	form    form
	picked  bool // a person chose the form
	from    int  // first line shown of the value
	room    int  // lines that were shown
	body    []string
	bodyOf  bodyKey
}

// bodyKey is what the lines of a value were made of.
type bodyKey struct {
	of     *wire.Record
	form   form
	width  int
	glyphs text.Glyphs
}

// How many records a look reads before the offset, and from it on.
const (
	peekBefore = 5
	peekAfter  = 20
)

var recordColumns = []column{
	{head: "", width: 1},
	{head: "OFFSET", width: 11},
	{head: "WRITTEN", width: 19, left: true, drop: 1},
	{head: "KEY", width: 20, left: true},
	{head: "BYTES", width: 8},
	{head: "VALUE", width: 16, left: true, stretch: true},
}

// Where columns of records stand whose head or width follows from what is shown.
const (
	offsetColumn  = 1
	writtenColumn = 2
)

func recordGrid() grid {
	return grid{columns: slices.Clone(recordColumns), grow: offsetColumn, chosen: -1}
}

// newPeek looks at a partition around an offset.
func newPeek(s *snap, group, topic string, partition int32, offset int64) *peek {
	p := &peek{group: group, grid: recordGrid(),
		want: Peek{Cluster: s.conf.Name, Topic: topic, Partition: partition, Offset: offset, Before: peekBefore, After: peekAfter}}
	p.refused = s.conf.NoPeek
	p.waits = p.refused != "" || tiered(s, topic)
	return p
}

// peekAtCommit looks at the record that a group reads next from a partition.
func peekAtCommit(s *snap, group, topic string, number int32) intent {
	ix, ok := groupNamed(s, group)
	if !ok {
		return say{"the group is gone"}
	}
	r := s.read()
	for _, i := range r.Groups[ix].Positions {
		p := &r.Partitions[r.Positions[i].Partition]
		if p.Number != number || r.Topics[p.Topic].Name != topic {
			continue
		}
		switch c := r.Committed[i]; {
		case c == lag.None:
			return say{"the group has no commit on it; on the topic's page r reads the newest records"}
		case !lag.Known(c):
			return say{"its committed offset is not known"}
		default:
			return openView{newPeek(s, group, topic, number, c)}
		}
	}
	return say{"the group has no position there"}
}

// tiered reports whether old records of a topic lie in remote storage (KIP-405), as its settings say.
func tiered(s *snap, topic string) bool {
	if s.read() == nil || s.read().Topology == nil {
		return false
	}
	for i := range s.read().Topics {
		t := &s.read().Topics[i]
		if t.Name != topic || t.Gone || t.Settings == nil {
			continue
		}
		for _, c := range t.Settings.Changed {
			if c.Name == "remote.storage.enable" && c.Value == "true" {
				return true
			}
		}
	}
	return false
}

func (p *peek) place() place { return atPeek }
func (p *peek) crumbs(*snap) []string {
	if p.group != "" {
		return []string{"groups", p.group, "peek"}
	}
	return []string{"topics", p.want.Topic, "peek"}
}
func (p *peek) focus(*snap) []lag.Ref { return nil }
func (p *peek) sync(*snap)            {}

// take takes in what was read.
func (p *peek) take(msg peekedMsg) {
	if msg.err != nil {
		p.refused = msg.err.Error()
		return
	}
	p.refused, p.got = "", &msg.got
	keys := make([]string, len(msg.got.Records))
	at := 0
	for i := range msg.got.Records {
		p.measure(text.Exact(msg.got.Records[i].Offset))
		keys[i] = strconv.FormatInt(msg.got.Records[i].Offset, 10)
		if msg.got.Records[i].Offset < p.want.Offset {
			at = min(i+1, len(keys)-1)
		}
	}
	p.grid.sync(keys, true, time.Time{})
	p.at, p.top, p.from, p.bodyOf = at, 0, 0, bodyKey{}
}

// hand is the record under the cursor; nil without any.
func (p *peek) hand() *wire.Record {
	if p.got == nil || p.at < 0 || p.at >= len(p.got.Records) {
		return nil
	}
	return &p.got.Records[p.at]
}

func (p *peek) where() string {
	if p.got == nil || len(p.got.Records) == 0 {
		return ""
	}
	return itoa(p.at+1) + " of " + itoa(len(p.got.Records))
}

func (p *peek) draw(s *snap, w, h int) ([]line, string) {
	out := append([]line{nil}, p.sentence(s, w)...)
	if p.got == nil {
		return out, ""
	}
	cost := text.Plural(p.got.Requests, "request", "requests") + ", " + text.Bytes(p.got.Fetched) + " fetched"
	out = append(out, nil, rule(s, "records around it", cost, w))
	rest := h - len(out)
	rows := max(3, min(len(p.got.Records)+1, rest*2/5))
	if len(p.got.Records) == 0 {
		return append(out, put(quiet, "   none")), ""
	}
	p.columns[writtenColumn].head = "WRITTEN (" + text.Zone(s.now) + ")"
	out = append(out, p.grid.draw(s.theme, w, rows, true, func(at int) []cell { return p.cells(s, at) })...)
	return append(append(out, nil), p.value(s, w, h-len(out)-1)...), p.where()
}

// sentence says what stands at the offset, and that looking changes nothing.
func (p *peek) sentence(s *snap, w int) []line {
	place := s.safe(p.want.Topic) + " p" + itoa(int(p.want.Partition))
	at := place + " at " + text.Exact(p.want.Offset)
	if p.group != "" {
		at += ", the committed offset of " + s.safe(p.group)
	}
	const harmless = "Looking joins no group and commits nothing."
	switch {
	case p.refused != "":
		return sentencesIn(s, warning, "? "+at+" is not shown: "+s.safe(p.refused)+".", w)
	case p.waits:
		return sentencesIn(s, strong, at+": the topic is tiered. What is on no broker's disk any more is fetched from remote storage, "+
			"which takes long and may be billed. Enter reads it. "+harmless, w)
	case p.got == nil:
		return sentencesIn(s, plain, "Reading "+at+". "+harmless, w)
	}
	said, r, rest := "A record stands at "+at+".", strong, ""
	switch {
	case p.got.Stands != "":
		said = at + ": " + s.safe(p.got.Stands) + "."
	case len(p.got.Records) > 0:
		if rec := p.find(p.want.Offset); rec != nil {
			if fault := wholeness(rec.Value); fault != "" {
				said, r, rest = "The value is not whole JSON: "+fault+".", critical, "It is that of "+at+". "
			}
		}
	}
	out := sentencesIn(s, r, said, w)
	if broken := p.broken(); broken != nil && r != critical {
		rest += "The first one from there on that is not whole JSON is " + text.Exact(broken.Offset) + ": " + wholeness(broken.Value) + "; n goes there. "
	}
	rest += "The log holds " + exactOr(p.got.Start) + " to " + exactOr(p.got.End)
	if lag.Known(p.got.Stable) && p.got.Stable >= 0 && p.got.Stable < p.got.End {
		rest += "; transactions are open from " + text.Exact(p.got.Stable) + " on"
		if p.got.Opener != "" {
			rest += ", the first of " + s.safe(p.got.Opener)
		}
	}
	out = append(out, sentences(s, rest+". "+harmless, w, 3)...)
	hidden := ""
	if p.got.Masked != "" {
		hidden = "Masks of the configuration hide all or parts of: " + p.got.Masked + "."
	}
	for _, more := range []string{p.got.Unread, hidden} {
		for _, part := range wrap(s.glyphs, s.safe(more), w-4, 2) {
			out = append(out, put(plain, "   ").add(warning, part))
		}
	}
	return out
}

// broken is the first record from the offset on that begins as JSON and is none; nil for none.
func (p *peek) broken() *wire.Record {
	for i := range p.got.Records {
		if rec := &p.got.Records[i]; rec.Offset >= p.want.Offset && wholeness(rec.Value) != "" {
			return rec
		}
	}
	return nil
}

func (p *peek) find(offset int64) *wire.Record {
	for i := range p.got.Records {
		if p.got.Records[i].Offset == offset {
			return &p.got.Records[i]
		}
	}
	return nil
}

func (p *peek) cells(s *snap, at int) []cell {
	rec := &p.got.Records[at]
	written := "?"
	if !rec.At.IsZero() {
		written = rec.At.In(s.now.Location()).Format("01-02 15:04:05.000")
	}
	offset, r, sign := text.Exact(rec.Offset), plain, cell{s.pick("·", "."), quiet}
	value := cell{s: glance(s, rec.Value)}
	broken := wholeness(rec.Value) != ""
	if broken {
		value.role, sign = warning, cell{s.pick("✗", "X"), warning}
	}
	if rec.Offset == p.want.Offset { // what was asked for, wherever the cursor goes
		r, sign = accent, cell{s.pick("■", "S"), accent}
		if broken {
			sign.role = critical
		}
	}
	if rec.Value == nil {
		value = cell{"null: a tombstone", quiet}
	}
	return []cell{sign, {offset, r}, {written, quiet}, {s: glance(s, rec.Key)}, {s: text.Exact(int64(rec.Size))}, value}
}

// value is the record under the cursor, in the form chosen.
func (p *peek) value(s *snap, w, h int) []line {
	rec := p.hand()
	if rec == nil || h < 2 {
		return nil
	}
	f := p.form
	if !p.picked {
		f = bestForm(rec)
	}
	var others []string
	for i := range numForms {
		if name := formNames[(f+1+i)%numForms]; i < numForms-1 {
			others = append(others, name)
		}
	}
	title := "value, as " + formNames[f]
	if f == asHeaders {
		title = text.Plural(len(rec.Headers), "header", "headers")
	}
	if key := (bodyKey{rec, f, w, s.glyphs}); p.bodyOf != key {
		p.body, p.bodyOf = formed(s, rec, f, w-4), key
	}
	p.room = h - 1
	p.from = max(0, min(p.from, len(p.body)-p.room))
	right := "Tab " + strings.Join(others, "  ")
	if len(p.body) > p.room {
		right = "lines " + itoa(p.from+1) + "-" + itoa(min(len(p.body), p.from+p.room)) + " of " + itoa(len(p.body)) + ", ctrl+d goes on; " + right
	}
	out := []line{rule(s, title, right, w)}
	for i := p.from; i < len(p.body) && len(out) < h; i++ {
		out = append(out, put(plain, "   "+p.body[i]))
	}
	return out
}

func (p *peek) do(s *snap, v verb) intent {
	switch v {
	case vOpen:
		if p.waits && p.refused == "" {
			p.waits = false
			return nil
		}
		return say{"there is nothing further to open; a tells what can be done"}
	case vPanel, vPanelBack:
		if rec := p.hand(); rec != nil && !p.picked {
			p.form, p.picked = bestForm(rec), true
		}
		p.form = (p.form + 1) % numForms
		if v == vPanelBack {
			p.form = (p.form + numForms - 2) % numForms
		}
		p.from = 0
	case vBroken:
		return p.toBroken()
	case vHalfDown, vHalfUp:
		if len(p.body) <= p.room {
			return say{"all of it is shown; j and k go to other records"}
		}
		if v == vHalfDown {
			p.from += max(1, p.room/2)
		} else {
			p.from = max(0, p.from-max(1, p.room/2))
		}
	case vLeft, vRight:
		return p.turn(v == vRight)
	default:
		p.move(v)
		p.from = 0
	}
	return nil
}

// toBroken goes to the next record below the cursor that is not whole JSON.
func (p *peek) toBroken() intent {
	if p.got == nil {
		return say{"no record is shown"}
	}
	for i := p.at + 1; i < len(p.got.Records); i++ {
		if wholeness(p.got.Records[i].Value) != "" {
			p.at, p.from = i, 0
			return nil
		}
	}
	return say{"none of those shown below is broken JSON; → reads the records after them"}
}

// turn reads the records after those that are shown, or before them.
func (p *peek) turn(on bool) intent {
	if p.got == nil || len(p.got.Records) == 0 {
		return say{"no record is shown to go on from"}
	}
	offset := p.got.Records[0].Offset - peekAfter
	if on {
		offset = p.got.Records[len(p.got.Records)-1].Offset + 1
		if offset >= p.got.End {
			return say{"this is the end of the log"}
		}
	} else if p.got.Records[0].Offset <= p.got.Start {
		return say{"this is the begin of the log"}
	}
	next := *p
	next.want.Offset, next.want.Before, next.group = max(offset, p.got.Start), 0, ""
	next.asked, next.got, next.grid = false, nil, recordGrid()
	return replaceView{&next}
}
