package tui

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weir/internal/engine"
	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

// headsAt are the columns of a grid that have room.
func headsAt(g *grid, w int) string {
	var out []string
	for _, i := range g.fit(w) {
		out = append(out, strings.TrimSpace(g.columns[i].head))
	}
	return strings.Join(out, " ")
}

func TestColumnsLeaveInTheirOrder(t *testing.T) {
	g := &newGroups().grid
	for w, want := range map[int]string{
		40:  "STATE GROUP LAG BEHIND",
		80:  "STATE GROUP LAG BEHIND IN/s OUT/s CATCH UP",
		100: "STATE GROUP LAG BEHIND IN/s OUT/s CATCH UP LEFT SINCE",
		120: "STATE GROUP LAG BEHIND IN/s OUT/s CATCH UP LAG, 1 h LEFT LOST MEMB SINCE",
		165: "STATE GROUP LAG BEHIND IN/s OUT/s CATCH UP LAG, 1 h LEFT LOST MEMB SINCE WHY",
	} {
		if got := headsAt(g, w); got != want {
			t.Errorf("at %d cells: %s\nwant %s", w, got, want)
		}
	}
	g.wide = true
	if got := headsAt(g, 80); got != "STATE GROUP LAG BEHIND LEFT LOST SINCE" {
		t.Errorf("wide at 80 cells: %s", got)
	}
}

func TestTheNameGrowsBeforeAColumnComes(t *testing.T) {
	g := &newGroups().grid
	g.measure(strings.Repeat("x", 60))
	if g.widthOf(1) != 40 {
		t.Errorf("the name takes %d cells", g.widthOf(1))
	}
	g.measure("short")
	if g.widthOf(1) != 40 {
		t.Error("the name's column shrinks: what stands beside it would move")
	}
	if got := headsAt(g, 80); got != "STATE GROUP LAG BEHIND" {
		t.Errorf("at 80 cells: %s", got)
	}
}

// TestAGridHoldsStill: whatever comes and goes, a row that is there keeps its order and the cursor its row.
func TestAGridHoldsStill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grid{columns: overviewColumns, grow: 1, chosen: -1}
		keys := rapid.SliceOfDistinct(rapid.StringMatching("[a-z]{1,3}"), func(s string) string { return s })
		g.sync(keys.Draw(t, "first"), false, night)
		for range 5 {
			for range rapid.IntRange(0, 5).Draw(t, "moves") {
				g.move(rapid.SampledFrom([]verb{vUp, vDown, vLast, vFirst, vPageDown}).Draw(t, "move"))
			}
			g.draw(theme{}, 80, rapid.IntRange(2, 8).Draw(t, "h"), true, func(int) []cell { return make([]cell, len(overviewColumns)) })
			before, was, line := append([]string(nil), g.keys...), g.cursor(), g.at-g.top
			want := keys.Draw(t, "next")
			g.sync(want, false, night)
			if len(g.keys) != len(want) {
				t.Fatalf("%d rows of %d", len(g.keys), len(want))
			}
			in := map[string]bool{}
			for _, k := range want {
				in[k] = true
			}
			if in[was] && g.cursor() != was {
				t.Fatalf("the cursor went from %q to %q", was, g.cursor())
			}
			if in[was] && g.at-g.top > line {
				t.Fatalf("the cursor's row went down, from line %d to %d", line, g.at-g.top)
			}
			if len(before) > 0 {
				kept := before[:0]
				for _, k := range before {
					if in[k] {
						kept = append(kept, k)
					}
				}
				if len(kept) > 0 && !equal(g.keys[:len(kept)], kept) {
					t.Fatalf("the order was %q, is %q", kept, g.keys)
				}
			}
		}
	})
}

func TestTheme(t *testing.T) {
	for _, tt := range []struct {
		env    map[string]string
		glyphs text.Glyphs
		mono   bool
	}{
		{map[string]string{"LANG": "en_US.UTF-8"}, text.Unicode, false},
		{map[string]string{"LANG": "C.utf8", "NO_COLOR": "1"}, text.Unicode, true},
		{map[string]string{"LANG": "C"}, text.ASCII, false},
		{map[string]string{}, text.ASCII, false},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, text.ASCII, false},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, text.ASCII, false},
		{map[string]string{"LANG": "en_US.UTF-8", "TERM": "linux"}, text.ASCII, false},
	} {
		got := newTheme(func(k string) string { return tt.env[k] })
		if got.glyphs != tt.glyphs || got.mono != tt.mono {
			t.Errorf("%v: %+v", tt.env, got)
		}
	}
}

// TestColoursThatCannotBeRead: SCREENS' list of what is never drawn.
func TestColoursThatCannotBeRead(t *testing.T) {
	for _, th := range []theme{{back: backDark}, {back: backLight}, {}, {mono: true}} {
		for r, code := range th.roles() {
			parts := strings.Split(code, ";")
			for _, p := range parts {
				switch {
				case p == "90", p == "34" && th.back != backLight:
					t.Errorf("role %d is drawn in a colour that vanishes: %q", r, code)
				case th.mono && p != "" && p != "1" && p != "2" && p != "7":
					t.Errorf("NO_COLOR and role %d is %q", r, code)
				case th.back == backLight && len(parts) == 1 && (p == "32" || p == "33" || p == "36" || p == "37"):
					t.Errorf("role %d is unreadable on white: %q", r, code)
				}
			}
		}
	}
}

func TestEveryStateHasAWordAndAGlyphOfItsOwn(t *testing.T) {
	for _, th := range []theme{{}, {glyphs: text.ASCII}} {
		seen := map[string]state.State{}
		for _, s := range state.States() {
			g := th.glyph(s)
			if text.Width(g) != 1 || looks[s].word == "" || looks[s].chip == "" || looks[s].one == "" || looks[s].many == "" {
				t.Errorf("%s has no look: %q %+v", s, g, looks[s])
			}
			if other, twice := seen[g]; twice && g != "?" {
				t.Errorf("%s and %s are both %q", s, other, g)
			}
			seen[g] = s
		}
	}
}

func TestShellLine(t *testing.T) {
	for want, args := range map[string][]string{
		"weir get groups -c demo":                    {"weir", "get", "groups", "-c", "demo"},
		`weir describe group 'it'\''s $HOME' -c x`:   {"weir", "describe", "group", "it's $HOME", "-c", "x"},
		"weir get groups --filter 'lag>1,state=*'":   {"weir", "get", "groups", "--filter", "lag>1,state=*"},
		"weir get groups -c '' --sort '-lag'":        {"weir", "get", "groups", "-c", "", "--sort", "-lag"},
		"weir get positions -c 'demo:\x1b[31m' -g g": {"weir", "get", "positions", "-c", "demo:\x1b[31m", "-g", "g"},
	} {
		if got := shellLine(args); got != want {
			t.Errorf("%q: %s, want %s", args, got, want)
		}
	}
}

func TestFenceHoldsAnyText(t *testing.T) {
	if got := fence([]string{"a ```` b"}); got != "`````\na ```` b\n`````\n" {
		t.Errorf("%q", got)
	}
}

func TestPromptEditing(t *testing.T) {
	p := &prompt{kind: '/', history: []string{"first", "second"}}
	p.insert("lag>1 é\x1b\n")
	if p.input != "lag>1 é" {
		t.Errorf("%q", p.input)
	}
	p.backspace()
	if p.word(); p.input != "" {
		t.Errorf("%q", p.input)
	}
	p.recall(1)
	p.recall(1)
	p.recall(1)
	if p.input != "first" {
		t.Errorf("%q", p.input)
	}
	p.recall(-1)
	if p.input != "second" {
		t.Errorf("%q", p.input)
	}
	if p.recall(-1); p.input != "" {
		t.Errorf("%q", p.input)
	}
}

func TestSplitWhy(t *testing.T) {
	for in, want := range map[string][2]string{
		"p7 has not moved: settle-2 stays. Nothing is lost.": {"p7 has not moved", "settle-2 stays. Nothing is lost."},
		"All is read. Well.": {"All is read", "Well."},
		"One.":               {"One.", ""},
	} {
		if a, b := splitWhy(in); a != want[0] || b != want[1] {
			t.Errorf("%q: %q, %q", in, a, b)
		}
	}
}

func summed(c *engine.Cluster) totals { return newHistory().count(c).totals }

func TestTotalsKeepTheUnknownApart(t *testing.T) {
	c := troubled(night)
	got := summed(&c)
	if got.groups != 19 || got.troubles != 3 || got.lagBound != lag.AtLeast || got.inLeast || got.in < 50*375 || got.troubled[state.Stalled] != 1 {
		t.Errorf("%+v", got)
	}
	c.Produce[0] = -1
	if got = summed(&c); !got.inLeast {
		t.Error("a partition whose rate is not known makes no lower bound")
	}
	c.Produce = nil
	if got = summed(&c); !got.inLeast || got.in > 20_000 {
		t.Errorf("without rates of partitions, in is what the groups tell: %g", got.in)
	}
	none := summed(nil)
	if none.lag != lag.Unknown || none.in >= 0 {
		t.Errorf("of nothing: %+v", none)
	}
	v := state.Verdict{State: state.NeverCommitted, Lag: lag.Unknown, Unknown: map[string]lag.Reason{"lag": lag.NoCommit}, Produce: 1, Consume: 0}
	c.Verdicts.Groups[2] = v
	if got = summed(&c); got.lagBound != lag.Exact {
		t.Error("a group that commits nothing makes the lag of all a lower bound")
	}
}
