package state

import (
	"fmt"
	"os"
	"testing"

	"weir/lag"
)

func TestDbg(t *testing.T) {
	name := os.Getenv("DBG")
	if name == "" {
		t.Skip()
	}
	var a, b float64
	fmt.Sscanf(os.Getenv("SPAN"), "%f-%f", &a, &b)
	l, _ := readLabels(recordings())
	rs, _ := readings(recordings())
	h, j := lag.NewHistory(), New(nil)
	for _, r := range rs {
		h.Fold(r)
		res := j.Judge(r, h)
		at := float64(r.Tick.UnixMilli()-l.Begin) / 1000
		if at < a || at > b {
			continue
		}
		for g := range r.Groups {
			if r.Groups[g].Name != name {
				continue
			}
			m := &j.mem[g]
			fmt.Printf("%7.1f %s mem=%d %s/%v R=%v lim=%d ep=%v/%d fog=%v unseen=%v others=%v late=%d fine=%d |", at, r.Groups[g].State, len(r.Groups[g].Members), res.Groups[g].State, res.Groups[g].Severity, res.Groups[g].Rhythm, m.limit, m.episode, m.rebalancing(), m.fogged, m.unseen, m.others, m.late, m.prompt)
			for k, i := range r.Groups[g].Positions {
				s, _, _ := res.PositionState(lag.GroupIx(g), k)
				t := h.Tracks()[i]
				e := h.Ends()[r.Positions[i].Partition]
				if len(r.Groups[g].Positions) > 18 && s <= KeepingUp {
					continue
				}
				d := func(m lag.Moment) string {
					if m == lag.Never {
						return "-"
					}
					return fmt.Sprint(int32(h.Now()-m) / 10)
				}
				long, ok := h.Pace(i, h.Window(lag.GroupIx(g)), m.r.Duration(0))
				fmt.Printf(" p%d[%s l=%d mv=%s third=%s old=%v pace %v %d/%d in %v e=%d c=%d]", r.Partitions[r.Positions[i].Partition].Number, s, r.Lag(i, -1), d(t.Moved), d(t.Third), t.Told&lag.OlderThird != 0, ok, long.Read, long.Came, long.Over, e.End, t.Commit)
			}
			fmt.Println()
		}
	}
}
