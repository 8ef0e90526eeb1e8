package tui

import (
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// moves are the verbs that have nowhere to go at the end of a list: the cursor is seen to stand there.
var moves = []verb{vUp, vDown, vFirst, vLast, vHalfUp, vHalfDown, vPageUp, vPageDown, vLeft, vRight}

// TestNoKeyDoesNothingAndSaysNothing: on every view, with rows and without, each key changes the screen, has something done,
// or says why not. So does one that is bound to nothing.
func TestNoKeyDoesNothingAndSaysNothing(t *testing.T) {
	keys := map[string]bool{"u": false, "ctrl+e": false, "'": false, "X": false, "backspace": false}
	for i := range bindings {
		for _, k := range bindings[i].keys {
			keys[k] = slices.Contains(moves, bindings[i].verb)
		}
	}
	for _, sc := range scenes {
		if sc.name == "many" || sc.name == "hostile" {
			continue // the keys are those of troubled
		}
		watched := open(t, nil, 120, 40, 1, sc.make)
		for _, v := range screens {
			if v.scenes != nil && !slices.Contains(v.scenes, sc.name) {
				continue
			}
			for key, moving := range keys {
				c := watched.anew(t, 120, 40)
				v.open(c, sc.page, sc.read)
				c.m.notice = ""
				before := c.m.View().Content
				cmd := c.send(anyKey(key))
				if c.m.View().Content == before && cmd == nil && !moving {
					t.Errorf("%s on %s of %s does nothing and says nothing", key, v.name, sc.name)
				}
			}
		}
	}
}

// TestNoKeyOnWhatWasDoneIsSilent: the same of the runs, one run, and the audit log, with entries and without.
func TestNoKeyOnWhatWasDoneIsSilent(t *testing.T) {
	for _, done := range []bool{false, true} {
		for view, open := range map[string][]string{"runs": {"8"}, "audit": {"9"}, "a run": {"8", "enter"}} {
			if !done && view == "a run" {
				continue
			}
			for i := range bindings {
				b := &bindings[i]
				if slices.Contains(moves, b.verb) || b.verb == vInterrupt || b.verb == vSuspend {
					continue
				}
				x := openActing(t, nil, 120, 40, troubled)
				if done {
					x.cutOff()
				}
				x.keys(open...)
				x.m.notice = ""
				before := x.m.View().Content
				cmd := x.send(anyKey(b.keys[0]))
				if x.m.View().Content == before && cmd == nil && len(x.queue) == 0 {
					t.Errorf("%s on %s, with runs %v, does nothing and says nothing", b.keys[0], view, done)
				}
			}
		}
	}
}

// anyKey is a key by its name, also one that keyMsg has no need of.
func anyKey(name string) tea.KeyPressMsg {
	switch name {
	case "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case "end":
		return tea.KeyPressMsg{Code: tea.KeyEnd}
	case "pgup":
		return tea.KeyPressMsg{Code: tea.KeyPgUp}
	case "f1":
		return tea.KeyPressMsg{Code: tea.KeyF1}
	case "f5":
		return tea.KeyPressMsg{Code: tea.KeyF5}
	}
	return keyMsg(name)
}
