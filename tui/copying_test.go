package tui

import (
	"strings"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/lag"
)

// longWinded is troubled with long names and sentences, and a member of many partitions.
func longWinded(at time.Time) engine.Cluster {
	out := troubled(at)
	topo := *out.Reading.Topology
	topo.Groups = append([]lag.Group(nil), topo.Groups...)
	topo.Groups[1].Members = append([]lag.Member(nil), topo.Groups[1].Members...)
	m := &topo.Groups[1].Members[2]
	m.InstanceID, m.ID, m.Host = "", m.ClientID+"-"+strings.Repeat("0123456789", 6)+"-end", "/"+strings.Repeat("very-long.", 9)+"example"
	m.Assigned = append(append([]lag.PartitionIx(nil), topo.Groups[1].Members[1].Assigned...), m.Assigned...)
	r, v := *out.Reading, *out.Verdicts
	r.Topology, out.Reading = &topo, &r
	v.Groups = append(v.Groups[:0:0], v.Groups...)
	v.Groups[1].Why += strings.Repeat(" It goes on and on.", 30) + " The end."
	out.Verdicts = &v
	return out
}

// TestACopyIsOfNoScreen: what is pasted is not cut to the screen that it was copied from, and is the same from each.
func TestACopyIsOfNoScreen(t *testing.T) {
	views := map[string]struct {
		keys []string
		told []string
	}{
		"overview": {[]string{"1"}, []string{"audit-sink: nobody has read it", "on and on. The end.", "**worst groups**", "| ■ stalled | payments-settle |", "**brokers**", "| 10.4.0.6 |",
			"**changes, CET**", "joined, 0 members before: settle-0 on 10.4.2.11 and 7 more", "lag ≥181M", "15 keeping up"}},
		"group": {[]string{"1", "j", "enter"}, []string{"■ STALLED", "on and on. The end.", "COORDINATOR b2, stable", "100k┤", "- a 02:51:38 ■ stalled, was keeping up",
			"| stalled | payments-settle | payments.events | 7 |", "| payments.events | 23 |", "settle/1.42.0-" + strings.Repeat("0123456789", 6) + "-end", "very-long.example", "| payments.events:3,4,5,6,7,8 |", "8 live"}},
		"clusters": {[]string{"0"}, []string{"1 cluster in trouble, of 1.", "| prod-eu | prod | 3 | 19 | ≥181M |", "1 group is losing data, 1 is stalled, 1 can't be seen. Brokers are fine. |"}},
	}
	for name, view := range views {
		var first string
		for _, size := range [][2]int{{80, 24}, {120, 40}, {300, 100}} {
			c := open(t, nil, size[0], size[1], 45, longWinded)
			got := c.press(view.keys...).m.markdown()
			for _, want := range view.told {
				if !strings.Contains(got, want) {
					t.Errorf("%s at %d×%d: it doesn't tell %q:\n%s", name, size[0], size[1], want, got)
				}
			}
			if strings.Contains(got, "…") {
				t.Errorf("%s at %d×%d: something is cut:\n%s", name, size[0], size[1], got)
			}
			if first == "" {
				first = got
			}
			if got != first && name != "overview" { // which of the calm groups stand there is a matter of room
				t.Errorf("%s at %d×%d: it is not the same as from a small screen:\n%s", name, size[0], size[1], got)
			}
		}
	}
}

func TestACopyOfRecordsHasTheWholeOneInHand(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	long := `{"note":"` + strings.Repeat("x", 5000) + `end"}`
	c.looking(func(p Peek) (Records, error) {
		out, _ := poisoned(p)
		out.Records[p.Before].Value = []byte(long)
		return out, nil
	})
	c.press("j", "enter").run(keyMsg("r"))
	got := c.m.markdown()
	for _, want := range []string{"A record stands at payments.events p7 at 38,841,214, the committed offset of payments-settle.", "Looking joins no group and commits nothing.",
		"| 38841209 |", "| 38841233 |", strings.Repeat("x", 5000) + "end", `trace\x1b[31m=000102`, "compression     zstd"} {
		if !strings.Contains(got, want) {
			t.Errorf("it doesn't tell %q:\n%.3000s", want, got)
		}
	}
	c.looking(func(Peek) (Records, error) { return Records{}, nil })
	c.m.open(peekOf(c))
	if got := c.m.markdown(); !strings.Contains(got, "Reading payments.events p7 at 38,841,214") {
		t.Errorf("of a look that has read nothing yet:\n%s", got)
	}
}

func TestACopyOfNothing(t *testing.T) {
	c := open(t, nil, 80, 24, 1, empty)
	if got := c.m.markdown(); !strings.Contains(got, "No group was seen") || !strings.Contains(got, "**worst groups**\n\nnone") {
		t.Errorf("of a cluster without groups:\n%s", got)
	}
	c.m.open(newGroupPage("nobody"))
	c.m.sync()
	if got := c.m.markdown(); !strings.Contains(got, "group nobody isn't listed by prod-eu any more") {
		t.Errorf("of a group that is gone:\n%s", got)
	}
	hostileOne := open(t, nil, 80, 24, 1, hostile)
	for _, keys := range [][]string{{"1"}, {"2", "enter"}, {"0"}} {
		if got := hostileOne.press(keys...).m.markdown(); strings.ContainsAny(got, "\x1b\u009b\u202e\r\t") {
			t.Errorf("%q: what steers a terminal is copied:\n%q", keys, got)
		}
	}
}
