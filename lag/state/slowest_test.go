package state

import (
	"testing"
	"time"

	"weir/lag"
)

// TestTheSlowestReaderOfAPartition: the one with the most left to read, with the numbers that its own page tells; who left
// for good and who can't be seen are not taken for it.
func TestTheSlowestReaderOfAPartition(t *testing.T) {
	s := warm(t, 2)
	late := lag.GroupIx(len(s.topo.Groups))
	group := lag.Group{Name: "late", Type: lag.Classic, State: "Stable", Epoch: -1, Members: s.topo.Groups[0].Members, MembersAt: s.at}
	for p := range lag.PartitionIx(2) {
		group.Positions = append(group.Positions, lag.PositionIx(len(s.topo.Positions)))
		s.topo.Positions = append(s.topo.Positions, lag.Position{Group: late, Partition: p})
		s.commit, s.reads = append(s.commit, s.end[p]-500*int64(1-p)), append(s.reads, false)
	}
	s.topo.Groups = append(s.topo.Groups, group)
	s.topo.Gen++
	s.commit[3] = lag.Unknown
	s.pass(30)

	got := s.j.Slowest(s.r, s.h, s.res, 0)
	first, own := got[0], s.j.Positions(s.r, s.h, late)[0]
	if first.Group != late || first.Readers != 2 || first.Unseen != 0 || first.Position.Lag != own.Lag || first.Position.Lag < 500 ||
		first.Position.TimeLag != own.TimeLag || first.Position.TimeLag < 20*time.Second {
		t.Errorf("of p0: %+v, want what the group's own page tells: %+v", first, own)
	}
	if second := got[1]; second.Group != 0 || second.Readers != 2 || second.Unseen != 1 || !lag.Known(second.Position.Lag) {
		t.Errorf("of p1: %+v, want the first group, and one that can't be seen", second)
	}
	s.commit[1] = lag.Unknown
	s.pass(1)
	if second := s.j.Slowest(s.r, s.h, s.res, 0)[1]; second.Group != lag.Nowhere || second.Unseen != 2 {
		t.Errorf("nobody's place is known: %+v", second)
	}
	if got := s.j.Slowest(s.r, s.h, s.res, 1); len(got) != 0 {
		t.Errorf("a topic that nobody reads: %+v", got)
	}
	left := *s.res
	left.Groups = append([]Verdict(nil), left.Groups...)
	left.Groups[late].State = Abandoned
	if first := s.j.Slowest(s.r, s.h, &left, 0)[0]; first.Group != 0 || first.Readers != 1 {
		t.Errorf("an abandoned group is the slowest: %+v", first)
	}
}
