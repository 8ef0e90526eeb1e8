package lag

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

func (d *differ) groups() {
	for g := range d.next.Groups {
		is := &d.next.Groups[g]
		ref := Ref{Kind: KindGroup, Name: is.Name}
		if g >= len(d.prev.Groups) {
			if len(d.prev.Groups) > 0 {
				d.tell(GroupAppeared, ref, "", is.State)
			}
			continue
		}
		was := &d.prev.Groups[g]
		if was.Coordinator != is.Coordinator && was.Coordinator >= 0 && is.Coordinator >= 0 {
			d.tell(CoordinatorMoved, ref, d.node(was.Coordinator), d.node(is.Coordinator))
		}
		if is.Gone {
			continue
		}
		a, b := PhaseOf(was.State), PhaseOf(is.State)
		switch {
		case b == Moving && a != Moving:
			d.tell(RebalanceBegan, ref, was.State, is.State)
		case a == Moving && b != Moving && b != Unlisted:
			d.tell(RebalanceEnded, ref, was.State, is.State)
		}
		d.members(ref, was, is)
	}
}

func (d *differ) members(ref Ref, was, is *Group) {
	if was.MembersAt.IsZero() || !is.MembersAt.After(was.MembersAt) {
		return
	}
	left, joined := missing(was.Members, is.Members), missing(is.Members, was.Members)
	if len(left) > 0 {
		d.tell(MembersLeft, ref, names(left), counted(len(is.Members), "member"))
	}
	if len(joined) > 0 {
		d.tell(MembersJoined, ref, counted(len(was.Members), "member"), names(joined))
	}
}

// missing returns the members of a that b does not have.
func missing(a, b []Member) (out []*Member) {
	have := make(map[string]bool, len(b))
	for i := range b {
		have[b[i].ID] = true
	}
	for i := range a {
		if !have[a[i].ID] {
			out = append(out, &a[i])
		}
	}
	return out
}

// names lists members by instance, client and host, as far as a line holds.
func names(ms []*Member) string {
	const most = 3
	var out []string
	for _, m := range ms[:min(len(ms), most)] {
		n := m.InstanceID
		if n == "" {
			n = m.ClientID
		}
		if m.Host != "" {
			n += " on " + strings.TrimPrefix(m.Host, "/")
		}
		out = append(out, n)
	}
	slices.Sort(out)
	s := strings.Join(out, ", ")
	if len(ms) > most {
		s += " and " + count(len(ms)-most) + " more"
	}
	return s
}

// unlistedFor is how long a group must be missing from the lists to be gone: a coordinator that starts lists none.
const unlistedFor = time.Minute

func (d *differ) goneGroups() {
	for g := range d.next.Groups {
		gt := &d.h.groups[g]
		if !d.next.Groups[g].Gone || gt.Listed == Never || d.h.axis.before == Never {
			continue
		}
		limit := gt.Listed + Moments(unlistedFor)
		if d.h.axis.before < limit && d.h.axis.now >= limit {
			d.tell(GroupGone, Ref{Kind: KindGroup, Name: d.next.Groups[g].Name}, d.next.Groups[g].State, "")
		}
	}
}

// jump sums up what was set from outside in one group.
type jump struct {
	partitions int
	records    int64
	topic      string
	number     int32
	from, to   int64
}

// offsets tells commits that were set from outside, from those the group made by reading.
func (d *differ) offsets() {
	for g := range d.prev.Groups {
		if !d.h.groups[g].Moved && !d.h.groups[g].cleared {
			continue
		}
		var back, on, gone jump
		for _, i := range d.prev.Groups[g].Positions {
			switch was, is := d.prev.Committed[i], d.next.Committed[i]; {
			case !Known(was) || was == is || d.h.tracks[i].Told&Fresh == 0:
			case is == None:
				if !d.h.ends[d.next.Positions[i].Partition].Gone {
					gone.add(d.next, i, was, was)
				}
			case !Known(is):
			case is < was && d.setBack(GroupIx(g), i, was, is):
				back.add(d.next, i, was, is)
			case is > was && d.setOn(GroupIx(g), i):
				on.add(d.next, i, was, is)
			}
		}
		ref := Ref{Kind: KindGroup, Name: d.next.Groups[g].Name}
		back.tell(d, OffsetsRewound, ref)
		on.tell(d, OffsetsSkipped, ref)
		gone.tell(d, OffsetsGone, ref)
	}
}

func (j *jump) add(r *Reading, i PositionIx, from, to int64) {
	p := &r.Partitions[r.Positions[i].Partition]
	if j.partitions++; j.partitions == 1 {
		j.topic, j.number, j.from, j.to = r.Topics[p.Topic].Name, p.Number, from, to
	}
	j.records += max(to-from, from-to)
}

func (j *jump) tell(d *differ, k EventKind, ref Ref) {
	if j.partitions == 0 {
		return
	}
	before := j.topic + ":" + strconv.Itoa(int(j.number)) + " " + strconv.FormatInt(j.from, 10)
	after := strconv.FormatInt(j.to, 10)
	if k == OffsetsGone {
		after = "no commit"
	}
	if j.partitions > 1 {
		after += " and " + counted(j.partitions-1, "more partition")
		if k != OffsetsGone {
			after += ", " + strconv.FormatInt(j.records, 10) + " records in all"
		}
	}
	d.tell(k, ref, before, after)
}

// setBack reports whether a commit that fell was set from outside: commits of one client may overtake each other, but
// by no more than what it reads meanwhile; and a log that began anew takes its commits with it.
func (d *differ) setBack(g GroupIx, i PositionIx, was, is int64) bool {
	e := &d.h.ends[d.next.Positions[i].Partition]
	if e.Fell != Never && d.h.axis.now-e.Fell < Moments(longestWindow) && was > e.End {
		return false
	}
	if d.idle(g, i) {
		return true
	}
	rate, ok := d.h.Produce(d.next.Positions[i].Partition, d.h.Window(g))
	if !ok {
		return was-is > restAt
	}
	return was-is > restAt+int64(rate*d.h.Window(g).Seconds())
}

// joining is how long members usually need to join a group that has none, and to commit for the first time: a state that is
// older than that, or than the list of groups usually is, proves nothing.
const joining = 6 * time.Second

// setOn reports whether a commit that rose was set from outside: nobody was there to read.
func (d *differ) setOn(g GroupIx, i PositionIx) bool {
	is := d.h.groups[g].Phase
	if at := d.next.Groups[g].StateAt; !at.IsZero() && d.next.CommitStamp(i).Answered.Sub(at) > joining {
		return false // members may have come since its state was read
	}
	return d.idle(g, i) && (is == Memberless || is == Moving && d.next.Groups[g].Type == Classic)
}

// idle reports whether group g had no members when its commits were read before.
func (d *differ) idle(g GroupIx, i PositionIx) bool {
	was := &d.prev.Groups[g]
	if PhaseOf(was.State) != Memberless || was.Type == Simple || was.ProtocolType == "" {
		return false
	}
	gt := &d.h.groups[g]
	if unread := Moment(d.h.tracks[i].Blur) * 10; unread > d.h.Stale() && gt.Since >= d.h.axis.now-unread {
		return false // its commits were not read since before it lost its members
	}
	if gt.Phase == Memberless && gt.Since < d.h.axis.before {
		return true
	}
	// The list of groups was read after the commits: in between, a last commit may have come.
	const between = time.Second
	return was.StateAt.Sub(d.prev.CommitStamp(i).Sent) <= between
}
