package wire

import (
	"weir/lag"
	"weir/lag/state"
)

// Columns of a position: when its state began, from where on it tells more of whom the partition is assigned to, and the
// bound of the first.
const (
	sinceOfPosition      = 11
	firstOfOwner         = 21
	sinceBoundOfPosition = 23
)

// fill makes one row. There may be half a million of them: nothing here looks anything up by name.
func (b *positions) fill(row int, dst []Value) {
	at := &b.rows[row]
	v := b.views[at.view]
	for col := range 10 {
		dst[col] = b.cell(row, col)
	}
	m := b.measure(v, at, v.r.Positions[at.pos].Group)
	for col := 10; col < firstOfOwner; col++ {
		dst[col] = v.judged(m, at, col)
	}
	for col := firstOfOwner; col < sinceBoundOfPosition; col++ {
		dst[col] = b.cell(row, col)
	}
	dst[sinceBoundOfPosition] = v.sinceBound(dst[sinceOfPosition])
}

// cell makes one value of a position, as fill does.
func (b *positions) cell(row, col int) Value {
	at := &b.rows[row]
	v := b.views[at.view]
	p := v.r.Positions[at.pos]
	switch col {
	case 0:
		return v.positionRef(at.pos)
	case 1:
		return Word(v.Name)
	case 2:
		return Word(v.r.Groups[p.Group].Name)
	case 3:
		return Word(v.r.Topics[v.r.Partitions[p.Partition].Topic].Name)
	case 4:
		return Int(int64(v.r.Partitions[p.Partition].Number), lag.NoReason)
	case 5:
		return v.commit(at.pos)
	case 6:
		return v.offset(v.r.Start, p.Partition)
	case 7:
		return v.offset(v.r.End, p.Partition)
	case 8:
		return v.offset(v.r.Stable, p.Partition)
	case 9, firstOfOwner, firstOfOwner + 1:
		return v.owner(p.Group, at.owner, col)
	case sinceBoundOfPosition:
		return v.sinceBound(b.cell(row, sinceOfPosition))
	}
	return v.judged(b.measure(v, at, p.Group), at, col)
}

// judged makes a cell of what states tell of a position; m is nil where it was not measured.
func (v *view) judged(m *state.Position, at *positionRow, col int) Value {
	if m == nil {
		return v.plain(at, col)
	}
	return v.measured(m, at.pos, col)
}

// measure returns the numbers of a position, nil where they were not measured.
func (b *positions) measure(v *view, at *positionRow, g lag.GroupIx) *state.Position {
	if v.Positions == nil {
		return nil
	}
	if !b.asked || b.group != g || b.view != at.view {
		b.asked, b.group, b.view, b.numbers = true, g, at.view, v.Positions(g)
	}
	if int(at.nth) >= len(b.numbers) {
		return nil
	}
	return &b.numbers[at.nth]
}

// plain makes a cell of a position whose numbers were not measured; its state may have been.
func (v *view) plain(at *positionRow, col int) Value {
	i := at.pos
	switch col {
	case 10, 11:
		g := v.r.Positions[i].Group
		if v.Verdicts == nil || v.Verdicts.Of(g) == nil {
			if col == 10 {
				return unmeasured()
			}
			return Value{}
		}
		s, _, since := v.Verdicts.PositionState(g, int(at.nth))
		if col == 10 {
			return stateValue(s, nil)
		}
		return Moment(since, lag.NotMeasured)
	case 12:
		return v.number(v.r.Lag(i, -1), i)
	case 13:
		return v.number(v.r.StableLag(i, -1), i)
	case 14:
		return v.number(v.r.Lost(i), i)
	}
	return Value{}
}

// measured makes a cell of a position that was watched.
func (v *view) measured(m *state.Position, i lag.PositionIx, col int) Value {
	name := positionColumns[col].Name
	switch col {
	case 10:
		return stateValue(m.State, m.Unknown)
	case 11:
		return Moment(m.Since, m.Unknown[name])
	case 12:
		return v.number(m.Lag, i)
	case 13:
		return v.number(m.StableLag, i)
	case 14:
		return v.number(m.Lost, i)
	case 15:
		return duration(m.TimeLag, m.Unknown, name)
	case 16:
		return bound(duration(m.TimeLag, m.Unknown, positionColumns[15].Name), m.TimeLagBound)
	case 17:
		return rate(m.Produce, m.Unknown, name)
	case 18:
		return rate(m.Consume, m.Unknown, name)
	case 19:
		return duration(m.CatchUp, m.Unknown, name)
	}
	return duration(m.RetentionLeft, m.Unknown, name)
}

func (v *view) commit(i lag.PositionIx) Value {
	c := at(v.r.Committed, i)
	if c == lag.Unknown {
		return Missing(v.why.ofCommit(i))
	}
	return Int(c, lag.NoReason)
}

func (v *view) offset(column []int64, p lag.PartitionIx) Value {
	o := at(column, p)
	if !lag.Known(o) {
		return Missing(v.why.ofPartition(p))
	}
	return Int(o, lag.NoReason)
}

// number is a lag or what follows from it.
func (v *view) number(n int64, i lag.PositionIx) Value {
	if !lag.Known(n) {
		return Missing(v.why.ofLag(i))
	}
	return Int(n, lag.NoReason)
}

// owner tells of the member that a partition is assigned to: its id, what client it is, or where. A group whose members were
// read and which has none there has no owner; where they were not read, none is known.
func (v *view) owner(g lag.GroupIx, member int32, col int) Value {
	group := &v.r.Groups[g]
	switch {
	case member >= 0 && col == firstOfOwner:
		return Word(group.Members[member].ClientID)
	case member >= 0 && col > firstOfOwner:
		return Word(group.Members[member].Host)
	case member >= 0:
		return Word(group.Members[member].ID)
	case group.MembersAt.IsZero():
		return Missing(v.why.ofGroup(g))
	}
	return Missing(lag.NotApplicable)
}
