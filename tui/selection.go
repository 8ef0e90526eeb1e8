package tui

import (
	"slices"
	"strings"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

// selection is what a person points at: the things that actions may be about, and the partitions in hand or marked.
type selection struct {
	refs      []lag.Ref // of different kinds, the nearest first: a partition before its topic
	name      string    // for a person
	hand      spot      // the partition under the cursor, or that the group stands on; its topic is "" for none
	stood     bool      // hand is the one that the group stands on: nobody pointed at it
	committed int64     // of the group on it; lag.Unknown or lag.None without
	marked    []spot
	troubled  []spot // partitions of the group in trouble
	all       int    // partitions of the group
}

// spot is a partition.
type spot struct {
	topic     string
	partition int32
}

// selecting is a view with something to act on.
type selecting interface {
	view
	selected(*snap) (selection, bool)
}

// refFor is the thing of a selection that an action may be about; false for none.
func (c *selection) refFor(spec actions.Spec) (lag.Ref, bool) {
	for _, r := range c.refs {
		for _, kind := range spec.On {
			if r.Kind == kind {
				return r, true
			}
		}
	}
	return lag.Ref{}, false
}

// topicsWord writes partitions as a parameter of type Topics takes them: TOPIC:0,1 joined by line feeds.
func topicsWord(all []spot) string {
	var order []string
	by := map[string][]string{}
	for _, p := range all {
		if by[p.topic] == nil {
			order = append(order, p.topic)
		}
		by[p.topic] = append(by[p.topic], itoa(int(p.partition)))
	}
	for i, t := range order {
		order[i] = t + ":" + strings.Join(by[t], ",")
	}
	return strings.Join(order, "\n")
}

// shortSpots names a few partitions, and counts the others.
func shortSpots(s *snap, all []spot) string {
	const most = 9
	var out []string
	for _, p := range all[:min(most, len(all))] {
		out = append(out, "p"+itoa(int(p.partition)))
	}
	said := strings.Join(out, " ")
	if n := len(all) - most; n > 0 {
		said += " and " + text.Exact(int64(n)) + " more"
	}
	if len(all) > 0 && sameTopic(all) {
		said += " of " + s.safe(all[0].topic)
	}
	return said
}

func sameTopic(all []spot) bool {
	for _, p := range all {
		if p.topic != all[0].topic {
			return false
		}
	}
	return true
}

// groupSelection is a group, with its partitions that are in trouble.
func groupSelection(s *snap, name string) (selection, bool) {
	ix, ok := groupNamed(s, name)
	if !ok {
		return selection{}, false
	}
	out := selection{refs: []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindGroup, Name: name}}, name: name, committed: lag.Unknown}
	r := s.read()
	for _, p := range s.positionsOf(ix) {
		out.all++
		if p.Severity == 0 {
			continue
		}
		part := &r.Partitions[r.Positions[p.Position].Partition]
		out.troubled = append(out.troubled, spot{r.Topics[part.Topic].Name, part.Number})
	}
	return out, true
}

// at puts a partition of the group into the hand.
func (c selection) at(s *snap, p spot) selection {
	c.hand, c.committed = p, lag.Unknown
	group := c.refs[0].Name
	ref := func(kind, name, sub string) lag.Ref {
		return lag.Ref{Cluster: s.conf.Name, Kind: kind, Name: name, Sub: sub}
	}
	number := itoa(int(p.partition))
	c.refs = append(c.refs, ref(lag.KindPosition, group, p.topic+":"+number), ref(lag.KindPartition, p.topic, number), ref(lag.KindTopic, p.topic, ""))
	c.name = group + " p" + number + " of " + p.topic
	ix, _ := groupNamed(s, group)
	if r := s.read(); ix >= 0 {
		for _, i := range r.Groups[ix].Positions {
			part := &r.Partitions[r.Positions[i].Partition]
			if part.Number == p.partition && r.Topics[part.Topic].Name == p.topic {
				c.committed = r.Committed[i]
			}
		}
	}
	return c
}

func (g *groups) selected(s *snap) (selection, bool) { return standing(s, g.word("group")) }

func (o *overview) selected(s *snap) (selection, bool) { return standing(s, o.cursor()) }

// standing is a group, with the partition that it stands on where its state names one: what gets a group over a record is
// about that partition, and a person in a hurry shall not have to find it first.
func standing(s *snap, name string) (selection, bool) {
	c, ok := groupSelection(s, name)
	if !ok {
		return c, false
	}
	ix, _ := groupNamed(s, name)
	p, ok := standsOn(s, ix)
	if !ok {
		return c, true
	}
	refs := c.refs
	c = c.at(s, p)
	c.refs, c.name, c.stood = append(refs, c.refs[len(refs)]), name, true
	return c, true
}

// standsOn is the partition that tells most of a group, in a state that skipping a record may mend. False for other groups.
func standsOn(s *snap, ix lag.GroupIx) (spot, bool) {
	v, r := s.verdict(ix), s.read()
	if v == nil || !slices.Contains(mends[v.State], "record-skip") || v.Worst < 0 || int(v.Worst) >= len(r.Positions) {
		return spot{}, false
	}
	p := &r.Partitions[r.Positions[v.Worst].Partition]
	return spot{r.Topics[p.Topic].Name, p.Number}, true
}

// selected is the group; with the cursor in the map of its partitions, the one in hand too, and among the members the
// worst partition of the member in hand.
func (g *groupPage) selected(s *snap) (selection, bool) {
	c, ok := groupSelection(s, g.name)
	if !ok {
		return c, false
	}
	if g.panel == onPartitions {
		if topic, cell, held := g.heat.hand(); held {
			return c.at(s, spot{topic, cell.number}), true
		}
		return standing(s, g.name)
	}
	if at, held := g.members.under(); held && at < len(g.members.all) {
		if worst := g.members.all[at].worst; worst != nil && worst.Severity > 0 {
			r := s.read()
			part := &r.Partitions[r.Positions[worst.Position].Partition]
			return c.at(s, spot{r.Topics[part.Topic].Name, part.Number}), true
		}
	}
	return standing(s, g.name)
}

func (p *positions) selected(s *snap) (selection, bool) {
	c, ok := groupSelection(s, p.group)
	row := p.under()
	if !ok || row == nil {
		return c, ok
	}
	c = c.at(s, spotOf(p.list.table.Column("topic"), p.list.table.Column("partition"), row))
	c.marked = p.markedSpots()
	return c, true
}

func (t *topics) selected(s *snap) (selection, bool) { return topicSelection(s, t.word("topic")) }

func topicSelection(s *snap, name string) (selection, bool) {
	if name == "" {
		return selection{}, false
	}
	return selection{refs: []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindTopic, Name: name}}, name: name, committed: lag.Unknown}, true
}

func (t *topicPage) selected(s *snap) (selection, bool) {
	c, ok := topicSelection(s, t.name)
	row := t.under()
	if !ok || row == nil {
		return c, ok && t.find(s) != nil
	}
	c.hand = spot{t.name, spotOf(-1, t.table.Column("partition"), row).partition}
	c.marked = t.markedSpots()
	on := c.marked
	if len(on) == 0 {
		on = []spot{c.hand}
	}
	_, numbers, _ := strings.Cut(topicsWord(on)[len(t.name):], ":")
	c.refs = append([]lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindPartition, Name: t.name, Sub: numbers}}, c.refs...)
	c.name = "p" + strings.ReplaceAll(numbers, ",", " p") + " of " + t.name
	return c, true
}

func (b *brokers) selected(s *snap) (selection, bool) {
	row := b.under()
	if row == nil {
		return selection{}, false
	}
	id := row[2].String()
	return selection{refs: []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindBroker, Name: id}, {Cluster: s.conf.Name, Kind: lag.KindCluster}},
		name: "b" + id, committed: lag.Unknown}, true
}

func (b *brokerPage) selected(s *snap) (selection, bool) {
	return selection{refs: []lag.Ref{{Cluster: s.conf.Name, Kind: lag.KindBroker, Name: itoa(int(b.id))}, {Cluster: s.conf.Name, Kind: lag.KindCluster}},
		name: "b" + itoa(int(b.id)), committed: lag.Unknown}, true
}

// selected is the group's position at the record under the cursor.
func (p *peek) selected(s *snap) (selection, bool) {
	if p.group == "" {
		return topicSelection(s, p.want.Topic)
	}
	c, ok := groupSelection(s, p.group)
	if !ok {
		return c, false
	}
	return c.at(s, spot{p.want.Topic, p.want.Partition}), true
}
