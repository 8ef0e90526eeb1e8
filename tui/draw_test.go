package tui

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/internal/text"
	"weir/lag"
	"weir/lag/state"
)

func TestScaleIsTheNextOfOneTwoFive(t *testing.T) {
	for in, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.1: 2, 4: 5, 5.1: 10, 73_400: 100_000, 181e6: 200e6} {
		if got := scaleOf(in); math.Abs(got-want) > want*1e-9 {
			t.Errorf("scaleOf(%g) = %g, want %g", in, got, want)
		}
	}
}

func TestASparklineStartsAtZeroAndLeavesGaps(t *testing.T) {
	in := []sample{{0, true}, {}, {1, true}, {5, true}, {10, true}}
	if got := spark(theme{}, in, scaleOf); got != "▁ ▁▄█" {
		t.Errorf("spark: %q", got)
	}
	if got := spark(theme{glyphs: text.ASCII}, in, scaleOf); got != "_ _-#" {
		t.Errorf("spark in ASCII: %q", got)
	}
}

func TestSeriesKeepsTheMostLagAndTheMeanRateOfAColumn(t *testing.T) {
	tr := newTrail()
	at := night.Truncate(time.Minute)
	tr.take(at, at, 10, 4, -1)
	tr.take(at.Add(20*time.Second), at.Add(20*time.Second), 30, 8, -1)
	tr.take(at.Add(40*time.Second), at.Add(40*time.Second), lag.Unknown, -1, -1)
	p := tr.minute.upTo(at)[columns-1]
	if in, ok := p.rateIn(); p.lag != 30 || p.n != 3 || !ok || in != 6 {
		t.Errorf("%+v", p)
	}
	if _, ok := p.rateOut(); ok {
		t.Error("a rate that was never known is told")
	}
}

func TestSeriesShowsUnseenColumnsAsGapsAndForgetsAfterAnHour(t *testing.T) {
	tr := newTrail()
	at := night.Truncate(time.Minute)
	tr.take(at, at, 0, 0, 0)
	tr.take(at.Add(2*time.Minute), at.Add(2*time.Minute), 5, 1, 1)
	got := lags(tr.minute.upTo(at.Add(2 * time.Minute)))
	if a, gap, b := got[columns-3], got[columns-2], got[columns-1]; !a.ok || a.v != 0 || gap.ok || !b.ok || b.v != 5 {
		t.Errorf("%+v %+v %+v", a, gap, b)
	}
	if p := tr.minute.upTo(at.Add(62 * time.Minute)); p[0].n != 0 {
		t.Error("a column older than an hour is still drawn")
	}
	tr.take(at.Add(60*time.Minute), at.Add(60*time.Minute), 7, 1, 1) // falls into the slot of the first
	if p := tr.minute.upTo(at.Add(60 * time.Minute))[columns-1]; p.lag != 7 {
		t.Errorf("the newest column holds %d", p.lag)
	}
	tr.take(at, at, 99, 1, 1) // the clock was set back: what is read now is drawn now
	if p := tr.minute.upTo(at)[columns-1]; p.lag != 99 {
		t.Errorf("after the clock was set back the newest column holds %d", p.lag)
	}
}

func TestHistoryTakesNothingThatWasNotReadAnew(t *testing.T) {
	h := newHistory()
	c := troubled(night)
	h.fold(&c)
	again := c
	r := *c.Reading
	r.Tick = night.Add(5 * time.Second)
	again.Reading = &r
	h.fold(&again)
	if n := h.of(1).short.upTo(night)[columns-1].n; n != 1 {
		t.Errorf("one answer was taken in %d times", n)
	}
	if p := h.all.minute.upTo(night)[columns-1]; p.n != 1 || p.lag < 181_000_000 {
		t.Errorf("all groups together: %+v", p)
	}
	if h.of(2).minute.upTo(night)[columns-1].lag != lag.Unknown {
		t.Error("a lag that is not known was taken as a number")
	}
}

func TestCostIsPerSecondOverSweeps(t *testing.T) {
	h := newHistory()
	if _, _, ok := h.cost(); ok {
		t.Error("a cost before anything was read")
	}
	for i := range 30 {
		h.pay(&lag.Reading{Tick: night.Add(time.Duration(i) * 5 * time.Second), Cost: lag.Cost{Requests: 10, BytesIn: 900, BytesOut: 100}})
	}
	if requests, bytes, ok := h.cost(); !ok || requests != 2 || bytes != 200 {
		t.Errorf("%g requests, %g bytes a second", requests, bytes)
	}
	if len(h.costs) > 14 {
		t.Errorf("%d sweeps kept of a minute", len(h.costs))
	}
}

func TestChart(t *testing.T) {
	tr := newTrail()
	now := time.Date(2026, 11, 21, 3, 14, 30, 0, cet)
	for i := range 20 {
		if i == 10 {
			continue
		}
		tr.take(now.Add(-time.Duration(19-i)*time.Minute), now.Add(-time.Duration(19-i)*time.Minute), int64(i*5), 100, 50)
	}
	c := chart{theme: theme{}, series: &tr.minute, now: now, height: 5, strips: true, marks: map[int]rune{55: 'a'}}
	if at, ok := c.column(now.Add(-4 * time.Minute)); !ok || at != 55 {
		t.Errorf("four minutes ago is column %d", at)
	}
	if _, ok := c.column(now.Add(-time.Hour)); ok {
		t.Error("an hour ago lies in the chart")
	}
	if _, ok := c.column(now.Add(2 * time.Minute)); ok {
		t.Error("the future lies in the chart")
	}
	var got []string
	for _, l := range c.draw() {
		got = append(got, strings.TrimRight(l.text(), " "))
	}
	if len(got) != 9 || !strings.HasPrefix(got[0], "    100┤") || !strings.HasPrefix(got[4], "      0┤") {
		t.Fatalf("%d rows:\n%s", len(got), strings.Join(got, "\n"))
	}
	bottom := []rune(got[4])[chartLeft:]
	if bottom[49] == ' ' || bottom[50] != ' ' || bottom[51] == ' ' || bottom[39] != ' ' {
		t.Errorf("the gap is not drawn as one: %q", got[4])
	}
	axis := []rune(got[7])[chartLeft:]
	if axis[50] != '?' || axis[55] != 'a' || axis[10] == '?' {
		t.Errorf("the axis: %q", got[7])
	}
	if !strings.HasSuffix(got[5], " 100") || !strings.HasSuffix(got[8], "03:10  CET") {
		t.Errorf("%q\n%q", got[5], got[8])
	}
	if tick := []rune(got[7]); tick[strings.Index(got[8], "03:00")+2] != '┴' {
		t.Errorf("the label is not under its tick:\n%s\n%s", got[7], got[8])
	}
}

func TestShadeIsLogarithmicAndAbsolute(t *testing.T) {
	for n, want := range map[int64]string{0: "·", 99: "·", 100: "░", 999: "░", 1000: "▒", 10_000: "▓", 99_999: "▓", 100_000: "█", math.MaxInt64: "█"} {
		if got := shade(theme{}, n); got != want {
			t.Errorf("shade(%d) = %q, want %q", n, got, want)
		}
	}
}

func mapOf(t *testing.T, n int) (*console, *groupPage) {
	t.Helper()
	c := open(t, nil, 120, 40, 1, many(n))
	c.m.open(newGroupPage("agg"))
	c.m.sync()
	return c, c.m.top().(*groupPage)
}

func TestTheMapShowsTheWorstOfACell(t *testing.T) {
	c, g := mapOf(t, 300)
	s := c.m.snap()
	for i := range g.heat.topics[0].cells {
		cell := &g.heat.topics[0].cells[i]
		cell.sev, cell.state, cell.lag = state.Calm, state.KeepingUp, 5
	}
	bad := &g.heat.topics[0].cells[217]
	bad.sev, bad.state = state.Critical, state.Stalled
	for _, per := range []int{1, 2, 5, 10} {
		drawn := ""
		for _, l := range g.heat.drawMap(s, 120, per, false) {
			drawn += l.text() + "\n"
		}
		if strings.Count(drawn, "■") != 1 {
			t.Errorf("%d to a cell: the stalled partition stands %d times:\n%s", per, strings.Count(drawn, "■"), drawn)
		}
		if strings.Count(drawn, "·") != (300+per-1)/per-1 {
			t.Errorf("%d to a cell: %d calm cells", per, strings.Count(drawn, "·"))
		}
	}
}

func TestTheMapSaysHowManyPartitionsACellIs(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want string
	}{{48, "number = lag"}, {300, "1 cell = 1 partition"}, {10_000, "1 cell = "}} {
		c, _ := mapOf(t, tt.n)
		c.reads(tt.want)
		sound(t, c)
	}
}

func TestMovingInTheMapStaysInIt(t *testing.T) {
	c, g := mapOf(t, 300)
	c.plain()
	c.press("tab", "home")
	for _, k := range []string{"up", "left", "h", "k"} {
		if c.press(k); g.heat.at != 0 {
			t.Fatalf("%s left the map: %d", k, g.heat.at)
		}
	}
	if c.press("down"); g.heat.at != 100 {
		t.Errorf("a row down is %d", g.heat.at)
	}
	if c.press("G", "right", "down"); g.heat.at != 299 {
		t.Errorf("the end is %d", g.heat.at)
	}
}

func TestWrapLosesNothingThatFits(t *testing.T) {
	if got := wrap(text.Unicode, "one two three four", 9, 3); strings.Join(got, "|") != "one two|three|four" {
		t.Errorf("%q", got)
	}
	if got := wrap(text.Unicode, "one two three four", 9, 2); strings.Join(got, "|") != "one two|three fo…" {
		t.Errorf("%q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := text.Safe(rapid.String().Draw(t, "sentence"))
		w, most := rapid.IntRange(2, 40).Draw(t, "w"), rapid.IntRange(1, 4).Draw(t, "most")
		got := wrap(text.Unicode, s, w, most)
		if len(got) > most {
			t.Fatalf("%d lines of %d", len(got), most)
		}
		for _, l := range got {
			if text.Width(l) > w {
				t.Fatalf("%q is %d cells, of %d", l, text.Width(l), w)
			}
		}
	})
}

func TestFoldLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text.Safe(rapid.String().Draw(t, "line"))
		w := rapid.IntRange(10, 60).Draw(t, "w")
		got := fold(s, w)
		whole := got[0]
		for _, l := range got[1:] {
			whole += strings.TrimPrefix(l, "      ")
		}
		if whole != s {
			t.Fatalf("%q became %q", s, got)
		}
		for _, l := range got {
			if text.Width(l) > w {
				t.Fatalf("%q is %d cells, of %d", l, text.Width(l), w)
			}
		}
	})
}

func TestJoinKeepsTheRight(t *testing.T) {
	l := join(text.Unicode, put(plain, "a long name of something"), put(strong, "03:14:08 CET"), 24)
	if l.text() != "a long name… 03:14:08 CET" && l.text() != "a long nam… 03:14:08 CET" || l.width() != 24 {
		t.Errorf("%q, %d cells", l.text(), l.width())
	}
}

// TestAReadingStandsForTheTimeSinceTheOneBefore, at whatever pace it comes; one that was missed leaves a gap.
func TestAReadingStandsForTheTimeSinceTheOneBefore(t *testing.T) {
	h := newHistory()
	read := func(after, pace time.Duration) {
		at := night.Add(after)
		c := troubled(at)
		c.Refresh = pace
		h.fold(&c)
	}
	told := func(until, pace time.Duration) { // the pace is another from now on, and nothing was read
		c := troubled(night.Add(until))
		c.Refresh = pace
		h.fold(&c)
	}
	drawn := func(until time.Duration) string {
		var b strings.Builder
		for _, p := range h.of(1).short.upTo(night.Add(until)) {
			b.WriteByte(" #"[min(p.n, 1)])
		}
		if all := h.all.short.upTo(night.Add(until)); all[columns-1].n == 0 {
			t.Error("all together lack the newest")
		}
		return strings.TrimLeft(b.String(), " ")
	}
	read(0, 5*time.Second)
	told(0, 25*time.Second)
	read(25*time.Second, 25*time.Second)
	read(50*time.Second, 25*time.Second)
	told(50*time.Second, 5*time.Second) // somebody touched a key
	read(75*time.Second, 5*time.Second)
	if got, want := drawn(75*time.Second), "#########"; got != want {
		t.Errorf("drawn %q, want %q", got, want)
	}
	read(125*time.Second, 5*time.Second) // nothing answered for a while
	if got, want := drawn(125*time.Second), "#########    #"; got != want {
		t.Errorf("drawn %q, want %q: what was missed is a gap", got, want)
	}
}
