package tui

import (
	"strconv"
	"strings"

	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

// eventWords tells a change in a few words, without its subject.
func eventWords(s *snap, e *lag.Event) string {
	to := s.pick(" → ", " -> ")
	before, after := s.safe(e.Before), s.safe(e.After)
	part := ""
	if e.Subject.Kind == lag.KindPartition {
		part = "p" + s.safe(e.Subject.Sub) + " "
	}
	both := before + to + after
	switch e.Kind {
	case lag.MembersJoined:
		return "joined, " + before + " before: " + after // the names go first where there is no room
	case lag.MembersLeft:
		return "left, " + after + " remain: " + before
	case lag.RebalanceBegan:
		return "rebalance began"
	case lag.RebalanceEnded:
		return "rebalance ended, " + strings.ToLower(after)
	case lag.GroupAppeared:
		return "group appeared, " + strings.ToLower(after)
	case lag.GroupGone:
		return "group is gone"
	case lag.CoordinatorMoved:
		return "coordinator " + both
	case lag.OffsetsRewound:
		return "offsets set back: " + both
	case lag.OffsetsSkipped:
		return "offsets set on: " + both
	case lag.OffsetsGone:
		return "commits gone: " + both
	case lag.TopicCreated:
		return "topic created, " + after
	case lag.TopicDeleted:
		return "topic deleted, it had " + before
	case lag.TopicMadeAnew:
		return "topic made anew: " + both
	case lag.PartitionsAdded:
		return both
	case lag.LeaderMoved:
		return part + "leader " + both
	case lag.ISRShrunk:
		return part + "fewer in sync: " + both
	case lag.ISRGrew:
		return part + "more in sync: " + both
	case lag.ConfigChanged:
		return before + to + after
	case lag.BrokerUp:
		return "broker up"
	case lag.BrokerDown:
		return "broker down"
	case lag.ControllerMoved:
		return "controller " + both
	case lag.StateChanged:
		return turnWords(s, e)
	}
	return strings.TrimSpace(strings.ReplaceAll(e.Kind.String(), "_", " ") + " " + both)
}

// turnWords tells what a group has become, and what it was.
func turnWords(s *snap, e *lag.Event) string {
	now, known := state.Parse(e.After)
	if !known { // of the cluster: how many more
		return s.safe(e.After)
	}
	out := s.glyph(now) + " " + looks[now].word
	if was, known := state.Parse(e.Before); known && was != now {
		out += ", was " + looks[was].word
	}
	return out
}

// subjectOf names what an event is about.
func subjectOf(s *snap, e *lag.Event) string {
	switch e.Subject.Kind {
	case lag.KindCluster:
		return "cluster"
	case lag.KindBroker:
		return "b" + s.safe(e.Subject.Name)
	}
	return s.safe(e.Subject.Name)
}

// feedOf returns the events that may explain a group's state, newest first: its own, those of its topics, and those of
// brokers.
func feedOf(s *snap, g lag.GroupIx) []change {
	r := s.read()
	topics := map[string]bool{}
	for _, i := range r.Groups[g].Positions {
		topics[r.Topics[r.Partitions[r.Positions[i].Partition].Topic].Name] = true
	}
	const most = 100
	var out []change
	for i := len(s.changes) - 1; i >= 0 && len(out) < most; i-- {
		e := &s.changes[i]
		switch e.Subject.Kind {
		case lag.KindGroup:
			if e.Subject.Name != r.Groups[g].Name {
				continue
			}
		case lag.KindTopic, lag.KindPartition:
			if !topics[e.Subject.Name] {
				continue
			}
		}
		out = append(out, *e)
	}
	return out
}

// eventTable is the change feed as the shell prints it, newest first.
func eventTable(s *snap) wire.Table {
	all := make([]wire.Event, len(s.changes))
	for i := range s.changes {
		c := &s.changes[i]
		e := wire.Event{Cluster: c.Subject.Cluster, At: c.At, Ref: c.Subject, Kind: c.kind(), Before: c.Before, After: c.After}
		if c.mark && c.by != "" {
			e.After += " by " + c.by
		}
		all[len(all)-1-i] = e
	}
	return wire.Events(all)
}

// events is the change feed of a cluster.
type events struct {
	list
	width int
	all   []change // those in the table
	gen   int      // of the marks in it
}

var eventColumns = []column{
	{field: "at", head: "AT", width: 12, left: true},
	{field: "ref", head: "OF", width: 17, left: true},
	{field: "kind", head: "WHAT", width: 100, left: true},
}

func newEvents() *events {
	e := &events{}
	e.list = list{noun: "events", name: "ref", source: eventTable, grid: grid{columns: eventColumns, grow: 1, chosen: -1}}
	e.id = func(row cells) string {
		t, _ := row(2).Time()
		return t.String() + row(0).String() + row(3).String() + row(4).String() + row(5).String()
	}
	e.distinct = func() (out []string) {
		for i := range e.all {
			if !e.all[i].mark && (i == 0 || e.all[i].Subject.Name != e.all[i-1].Subject.Name) {
				out = append(out, e.all[i].Subject.Name)
			}
		}
		return out
	}
	return e
}

func (e *events) place() place          { return atEvents }
func (e *events) crumbs(*snap) []string { return []string{"events"} }
func (e *events) focus(*snap) []lag.Ref { return nil }

func (e *events) sync(s *snap) {
	if s.noted.gen != e.gen {
		e.gen, e.dirty = s.noted.gen, true
	}
	if e.dirty || e.reading != s.read() {
		e.all = s.changes
	}
	e.list.sync(s)
}

func (e *events) draw(s *snap, w, h int) ([]line, string) {
	e.width = w
	e.columns = append([]column(nil), eventColumns...)
	e.columns[2].width = max(10, w-gutter-12-e.widthOf(1)-2)
	order := "newest first, " + text.Zone(s.now)
	if !e.heldAt.IsZero() {
		order = e.held(s)
	}
	lines := []line{nil, rule(s, "changes", joinFacts(e.narrowed(s), order), w)}
	if s.noted.fault != "" {
		lines = append(lines, put(warning, s.glyphs.CutEnd("   ? marks can't be read: "+s.safe(s.noted.fault), w)))
	}
	if len(e.keys) == 0 {
		why := "nothing has changed since weir watches"
		if s.hist != nil && !s.hist.begun.IsZero() {
			why += ", " + s.stamp(s.hist.begun)
		}
		if e.expr != "" {
			why = "nothing matches " + s.safe(e.expr) + "; Esc clears the filter"
		}
		return append(lines, put(quiet, "   "+why)), e.where()
	}
	return append(lines, e.grid.draw(s.theme, w, h-len(lines), true, func(at int) []cell { return e.cells(s, at) })...), e.where()
}

func (e *events) cells(s *snap, at int) []cell {
	seq := len(e.all) - 1 - e.rows[at]
	if seq < 0 {
		return make([]cell, len(e.columns))
	}
	ev := &e.all[seq]
	return []cell{{s.stamp(ev.At), quiet}, {s: changeSubject(s, ev)}, {changeWords(s, ev), ev.role()}}
}

func (e *events) do(s *snap, v verb) intent {
	if v == vOpen {
		switch ref, err := lag.ParseRef(e.word("ref")); {
		case err != nil:
			return say{"there is nothing here to open"}
		case ref.Kind == lag.KindGroup:
			return openView{newGroupPage(ref.Name)}
		case ref.Kind == lag.KindTopic, ref.Kind == lag.KindPartition:
			return openView{newTopicPage(ref.Name, 0)}
		case ref.Kind == lag.KindBroker:
			if id, err := strconv.ParseInt(ref.Name, 10, 32); err == nil {
				return openView{newBrokerPage(int32(id))}
			}
			return openView{newBrokers()}
		}
		return say{"this is of the cluster as a whole"}
	}
	out, _ := e.list.do(s, v, e.width)
	return out
}

func (e *events) command(s *snap) []string { return listCommand(s, &e.list, "") }
