package tui

import (
	"slices"
	"testing"
	"time"

	"weir/actions"
	"weir/lag"
	"weir/lag/state"
)

func TestAGroupInTroubleTellsWhatLeadsOn(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("j", "enter").reads("payments-settle", "next: r read the record")
	c.m.acts.actor = &stand{t: t}
	c.tick(night, troubled)
	c.reads("next: r read the record   a record-skip")
	c.m.clusters[0].NoPeek = "policy"
	c.press("esc", "k", "enter").reads("LOSING DATA", "next: a offset-reset").lacks("read the record")
	c.press("2", "N", "g", "enter").lacks("next:")
}

// busy is a stand to which live members stand in the way, unless what is behind them can be stopped.
type busy struct {
	stand
	with map[string]string
}

func (b *busy) Offers(string, lag.Ref, *lag.Reading) actions.Offer {
	if b.with == nil {
		return actions.Offer{Why: "not offered: 8 members still live; a plan can be made"}
	}
	return actions.Offer{Possible: true, Why: "it is stopped first", With: b.with}
}

func TestWhatMendsIsPutForwardAlsoWhenSomethingIsInTheWay(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	b := &busy{stand: stand{t: t}}
	c.m.acts.actor = b
	c.press("j", "enter")
	c.tick(night, troubled)
	c.reads("a record-skip, not now: 8 members still live").press("a").reads("> record-skip       8 members still live")
	b.with = map[string]string{"hold": "false", "save-record": "r.json"}
	c.press("esc")
	c.tick(night.Add(time.Second), troubled)
	c.reads("a record-skip, offset-reset").press("a", "j").reads("> offset-reset").press("enter").reads("hold          (•) no  ( ) yes")
	c.press("esc", "k", "enter").reads("r.json")
}

func TestTheMapIsWalkedByItsCells(t *testing.T) {
	c, g := mapOf(t, 10_000)
	c.plain()
	per := g.heat.per
	if per < 2 {
		t.Fatalf("a cell of 10,000 is %d partitions", per)
	}
	c.press("tab", "home").reads("p0–" + itoa(per-1) + ": ")
	if c.press("right"); g.heat.at != per {
		t.Errorf("a cell on is partition %d", g.heat.at)
	}
	if c.press("down"); g.heat.at != per+100*per {
		t.Errorf("a row down is partition %d", g.heat.at)
	}
	if c.press("up", "left", "left"); g.heat.at != 0 {
		t.Errorf("back at partition %d", g.heat.at)
	}
	worst := 0
	for i := range per {
		if c := g.heat.topics[0].cells[i]; graver(&c, &g.heat.topics[0].cells[worst]) {
			worst = i
		}
	}
	if _, hand, _ := g.heat.hand(); int(hand.number) != worst {
		t.Errorf("of the cell, p%d is in hand and p%d is the worst", hand.number, worst)
	}
	c.reads("worst p"+itoa(worst), "p0–"+itoa(per-1)+" of 10,000 partitions", "lag · <100", "↗ falling behind")
}

func TestTheMapGoesFromTopicToTopic(t *testing.T) {
	m := heat{per: 10}
	for _, n := range []int{1250, 30, 205} {
		m.topics = append(m.topics, heatTopic{cells: make([]heatCell, n)})
		m.cells += n
	}
	for _, step := range []struct {
		v    verb
		want int
	}{{vLast, 1484}, {vLeft, 1470}, {vUp, 1279}, {vUp, 1029}, {vUp, 29}, {vDown, 1029}, {vDown, 1279}, {vLeft, 1260}, {vLeft, 1250}, {vLeft, 1249},
		{vLeft, 1230}, {vRight, 1240}, {vRight, 1250}, {vRight, 1260}, {vRight, 1270}, {vRight, 1280}, {vFirst, 0}, {vUp, 0}, {vLeft, 0}} {
		if m.move(step.v, 120); m.at != step.want {
			t.Fatalf("verb %d leads to %d, not %d", step.v, m.at, step.want)
		}
	}
}

func TestWhatNoChangeMendsSaysWhoCan(t *testing.T) {
	for want, v := range map[string]state.Verdict{
		"its producer must end the transaction":             {State: state.Blocked},
		"a faster member: more don't help one partition":    {State: state.FallingBehind, Members: 2, Positions: 6, Counts: [state.NumStates]int{state.FallingBehind: 1}},
		"faster members: each partition has one of its own": {State: state.FallingBehind, Members: 6, Positions: 6, Counts: [state.NumStates]int{state.FallingBehind: 3}},
		"more members, or faster ones":                      {State: state.FallingBehind, Members: 2, Positions: 6, Counts: [state.NumStates]int{state.FallingBehind: 3}},
		"":                                                  {State: state.Stalled},
	} {
		if got := adviceOn(&v); got != want {
			t.Errorf("%v: %q, want %q", v.State, got, want)
		}
	}
	n := nextSteps{record: true, more: true, advice: "its producer must end the transaction"}
	c := open(t, nil, 80, 24, 1, troubled)
	if got := n.line(c.m.snap(), 80).text(); got != "   next: r read the record   its producer must end the transaction" {
		t.Errorf("%q", got)
	}
}

func TestProtocolWords(t *testing.T) {
	for in, want := range map[string]string{"PreparingRebalance": "preparing rebalance", "Stable": "stable", "": "", "é": "é"} {
		if got := protocolWords(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// A warning has a colour of its own behind its words on light screens: not behind the cells around them.
func TestAWarningColoursItsWordsAlone(t *testing.T) {
	light := theme{back: backLight}
	for in, want := range map[string]string{"   ?  ": "   \x1b[30;43m?\x1b[m  ", "a b": "\x1b[30;43ma b\x1b[m", "  ": "  ", " x": " \x1b[30;43mx\x1b[m", "y ": "\x1b[30;43my\x1b[m "} {
		if got := light.paint([]line{put(warning, in)}, 20); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSmallCardsWrap(t *testing.T) {
	c := open(t, nil, 40, 10, 2, troubled)
	c.reads("1 group is losing data", "weir draws its screens from 80×24;\n", "this is 40×10.", "q quit").lacks("…", "without a larger one")
	c.size(30, 3)
	sound(t, c)
}

func TestAChartIsMarkedAtItsHalfAndQuarters(t *testing.T) {
	labels := func(rows int) (out []string) {
		for r := range rows {
			out = append(out, chart{height: rows}.label(r, 1000))
		}
		return out
	}
	for rows, want := range map[int][]string{4: {"1.00k", "", "", "0"}, 5: {"1.00k", "", "500", "", "0"}, 6: {"1.00k", "", "", "500", "", "0"},
		12: {"1.00k", "", "", "750", "", "", "500", "", "", "250", "", "0"}} {
		if got := labels(rows); !slices.Equal(got, want) {
			t.Errorf("%d rows: %q", rows, got)
		}
	}
}
