package tui

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/internal/engine"
)

func TestTheEngineIsToldWhetherAnybodyLooks(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	var told []engine.Pace
	c.m.out.setPace = func(p engine.Pace) { told = append(told, p) }
	c.run(tea.BlurMsg{}).run(tea.BlurMsg{}).run(tea.FocusMsg{})
	c.run(tea.BlurMsg{}).run(keyMsg("j")) // a terminal that does not tell when it is looked at again
	want := []bool{true, false, true, false}
	if len(told) != len(want) {
		t.Fatalf("told %v, want away %v", told, want)
	}
	for i, p := range told {
		if p.Away != want[i] {
			t.Errorf("word %d is %+v", i, p)
		}
	}
	if !c.m.View().ReportFocus {
		t.Error("the terminal is not asked to tell of its focus")
	}
}

// TestTheClockStepsWiderWhileNothingIsTouched: each step makes a frame.
func TestTheClockStepsWiderWhileNothingIsTouched(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.send(keyMsg("j"))
	for _, w := range []struct {
		after time.Duration
		step  time.Duration
	}{{0, time.Second}, {idleAfter - time.Second, time.Second}, {idleAfter, 2 * time.Second}} {
		c.send(tickMsg(c.m.touched.Add(w.after))) // the next one is not waited for
		if got := c.m.step(); got != w.step {
			t.Errorf("%s after the last key the clock steps by %s, want %s", w.after, got, w.step)
		}
	}
	if c.send(keyMsg("j")); c.m.step() != time.Second {
		t.Errorf("after a key it steps by %s", c.m.step())
	}
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		time.Sleep(300 * time.Millisecond)
		o := outside{done: make(chan struct{})}
		for _, step := range []time.Duration{time.Second, time.Second, 2 * time.Second, 2 * time.Second} {
			o.nextTick(step)()
		}
		if took := time.Since(begun); took != 6*time.Second {
			t.Errorf("1, 1, 2 and 2 s from within the first second end after %s, want on the full sixth", took)
		}
	})
}

func TestRefreshStepsWithinBounds(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press(">").reads("reads every 10s").press(">").reads("reads every 30s").press(">").reads("reads every 1m00s")
	c.press(">").reads("slower is not offered")
	c.press("<", "<", "<").reads("reads every 5s").press("<").reads("reads every 2s").press("<").reads("never faster, to spare the cluster")
}

func TestReadNow(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	read := 0
	c.m.out.readNow = func() { read++ }
	c.run(keyMsg("ctrl+r"))
	if c.reads("reading all anew"); read != 1 {
		t.Errorf("read %d times", read)
	}
}

func TestViewsAreVisitedInOrder(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press("[").reads("there is no earlier view")
	c.press("2", "3", "4").reads("HOST")
	c.press("[").reads("COPIES").press("[").reads("BEHIND").press("[").reads("worst groups").press("[").reads("there is no earlier view")
	c.press("]", "]").reads("COPIES").press("]").reads("HOST").press("]").reads("there is no later view")
	c.press("[", "5").reads("changes").press("]").reads("there is no later view")
	for range 2 * mostVisited {
		c.press("2", "3")
	}
	if n := len(c.m.before); n != mostVisited {
		t.Errorf("%d views remembered", n)
	}
}

func TestAStrainIsTold(t *testing.T) {
	c := open(t, nil, 120, 40, 1, func(at time.Time) engine.Cluster {
		out := troubled(at)
		out.Refresh = 20 * time.Second
		out.Strain = &engine.Strain{Asked: 5 * time.Second, Took: 7 * time.Second, Group: "orders\x1bindex", Positions: 9000}
		return out
	})
	c.reads("One reading takes 7s: read every 20s in place of 5s. Most of it is group orders\\x1bindex, with 9,000 positions.")
	c.press("<").reads("reads every 2s")
}

// TestTheEngineIsToldWhenNothingIsTouched for a minute, and at once when something is again.
func TestTheEngineIsToldWhenNothingIsTouched(t *testing.T) {
	c := open(t, nil, 80, 24, 0, troubled)
	over := make(chan struct{})
	close(over) // the clock is moved by hand
	c.m.out.done = over
	var told []engine.Pace
	c.m.out.setPace = func(p engine.Pace) { told = append(told, p) }
	at := night
	pass := func(d time.Duration) {
		at = at.Add(d)
		c.run(tickMsg(at))
	}
	for _, touch := range []tea.Msg{keyMsg("j"), tea.PasteMsg{Content: "x"}, tea.MouseWheelMsg{Button: tea.MouseWheelDown}, tea.FocusMsg{}} {
		told = nil
		pass(time.Second)
		c.run(touch)
		if pass(59 * time.Second); len(told) > 0 {
			t.Errorf("within a minute after %T: %+v", touch, told)
		}
		pass(time.Second)
		pass(time.Second)
		if c.run(touch); len(told) != 2 || !told[0].Idle || told[1] != (engine.Pace{}) {
			t.Errorf("a minute after %T, and at another: %+v", touch, told)
		}
	}
	told = nil
	pass(2 * time.Minute)
	c.run(tea.BlurMsg{})
	if c.run(tea.FocusMsg{}); len(told) != 3 || !told[0].Idle || !told[1].Idle || !told[1].Away || told[2] != (engine.Pace{}) {
		t.Errorf("nobody looks any more, and then does again: %+v", told)
	}
}

// TestAPaceThatIsEasedIsTold beside the stamp, which is then older than usual and not late for it.
func TestAPaceThatIsEasedIsTold(t *testing.T) {
	for _, w := range []int{80, 150} {
		c := open(t, nil, w, 40, 1, func(at time.Time) engine.Cluster {
			out := troubled(at)
			out.Refresh, out.Eased = 11*time.Second, 5*time.Second
			return out
		})
		c.reads("every 11s")
		c.send(tickMsg(night.Add(27 * time.Second)))
		c.reads("every 11s").lacks("LATE")
		c.send(tickMsg(night.Add(29 * time.Second)))
		c.reads("LATE").lacks("every 11s").press("<").reads("reads every 2s") // of what it usually is
	}
}
