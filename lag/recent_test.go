package lag

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTheShortWayTellsWhatTheLongOneDoes: whatever ends, starts and commits do, a history that takes the short way where it
// may knows afterwards what one knows that never takes it.
func TestTheShortWayTellsWhatTheLongOneDoes(t *testing.T) {
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		g, plain := newRig(3), NewHistory()
		plain.plain = true
		for range rapid.IntRange(1, 40).Draw(t, "readings") {
			for p := range g.ends {
				step(t, g, p)
			}
			g.failed = rapid.IntRange(0, 9).Draw(t, "failed") == 0
			r := g.tick(time.Duration(rapid.SampledFrom([]int{1, 50, 51, 70, 6000}).Draw(t, "tenths")) * tenth)
			plain.Fold(r)
			if !reflect.DeepEqual(g.h.tracks, plain.tracks) || !reflect.DeepEqual(g.h.points, plain.points) ||
				!reflect.DeepEqual(g.h.high, plain.high) || !reflect.DeepEqual(g.h.groups, plain.groups) {
				t.Fatalf("the short way %+v %+v\nthe long way %+v %+v", g.h.tracks, g.h.groups, plain.tracks, plain.groups)
			}
		}
		r := g.last
		for i := range g.h.tracks {
			was := g.h.tracks[i]
			if read, _ := g.h.goesOn(PositionIx(i), &was, &g.h.ends[i], PartitionIx(i), r.Committed[i]+1, 0, 0, 0); read > 0 {
				short++
			}
		}
	})
	if short == 0 {
		t.Error("the short way was never taken")
	}
}

// step lets a log and its reader do something, most often what they usually do.
func step(t *rapid.T, g *rig, p int) {
	end, start, c := &g.ends[p], &g.starts[p], &g.commits[p]
	switch rapid.IntRange(0, 12).Draw(t, "what") {
	case 0:
		*end = rapid.Int64Range(0, max(*end, 0)+1).Draw(t, "falls")
	case 1:
		*start = rapid.Int64Range(0, max(*end, 0)+3).Draw(t, "deleted")
	case 2:
		*c = rapid.SampledFrom([]int64{Unknown, None, 0, -1, *end, *end + 5}).Draw(t, "odd")
	case 3:
		*end = rapid.SampledFrom([]int64{Unknown, 0, 1 << 40}).Draw(t, "odd end")
	case 4: // nothing
	default:
		if !Known(*end) {
			*end = 0
		}
		was := *end
		*end += rapid.Int64Range(0, 90).Draw(t, "came")
		*c = max(*c, was-rapid.Int64Range(-50, 150).Draw(t, "behind"))
	}
}

// TestBetweenTwoEnds: the records of a log that came to 10, 20 and 40 at seconds 1, 2 and 4.
func TestBetweenTwoEnds(t *testing.T) {
	rc := recent{n: 3}
	rc.rows[0], rc.rows[1], rc.rows[2] = []int32{40, 40}, []int32{20, hole}, []int32{10, 10}
	rc.at[0], rc.at[1], rc.at[2] = 40, 20, 10
	for _, c := range []struct {
		p             PartitionIx
		commit        int64
		unread, third Moment
	}{
		{0, 20, 21, 23}, // the first of 20 records that took 20 moments, and the third
		{0, 29, 30, 32},
		{0, 12, 13, 15},
		{0, 17, 18, 20},
		{0, 18, 19, 20}, // the third came with the next row
		{0, 40, Never, Never},
		{0, 9, Never, Never},
		{1, 20, Never, Never}, // a row in between was not read
		{2, 20, Never, Never}, // the partition is younger than the rows
	} {
		if unread, third := rc.between(c.p, c.commit); unread != c.unread || third != c.third {
			t.Errorf("a commit at %d of partition %d waits since %d, %d; want %d, %d", c.commit, c.p, unread, third, c.unread, c.third)
		}
	}
}
