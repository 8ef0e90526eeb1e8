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
	l, _ := readLabels(recordings())
	rs, _ := readings(recordings())
	last := ""
	for _, r := range rs {
		for g := range r.Groups {
			if r.Groups[g].Name != name {
				continue
			}
			var c, lg int64
			none := 0
			for _, i := range r.Groups[g].Positions {
				if lag.Known(r.Committed[i]) {
					c += r.Committed[i]
				} else {
					none++
				}
				if v := r.Lag(i, -1); lag.Known(v) {
					lg += v
				}
			}
			s := fmt.Sprintf("%s gone=%v members=%d none=%d", r.Groups[g].State, r.Groups[g].Gone, len(r.Groups[g].Members), none)
			if s != last {
				fmt.Printf("%7.1f %s commit=%d lag=%d type=%s/%s\n", float64(r.Tick.UnixMilli()-l.Begin)/1000, s, c, lg, r.Groups[g].Type, r.Groups[g].ProtocolType)
			}
			last = s
		}
	}
}
