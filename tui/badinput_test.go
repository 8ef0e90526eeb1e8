package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// big is a paste that was meant for something else.
var big = strings.Repeat("a line of a log that was in the clipboard\n", 2500) // 100 kB

// TestALargePasteChangesNothing, wherever it goes: a filter, the palette, a mark, a form, a consent; told as a paste or not.
func TestALargePasteChangesNothing(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	for _, key := range []string{"/", ":"} {
		for _, told := range []bool{true, false} {
			c.press("2", key)
			if told {
				c.send(tea.PasteMsg{Content: big})
			} else {
				c.write(strings.ReplaceAll(big, "\n", " "))
			}
			c.reads("too long: 500 characters at most")
			sound(t, c)
			if n := len(c.m.prompt.input); n > longest {
				t.Errorf("%d bytes are kept of it", n)
			}
			c.press("esc").reads("payments-settle", "of 19")
		}
	}
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("2", "j", "a", "G", "enter")
	for _, field := range []string{"down", "down", "down", "down", "down", "down", "down"} {
		x.send(tea.PasteMsg{Content: big})
		sound(t, x.console)
		x.keys(field)
	}
	if n := len(x.plain()); n > 120*40*4 {
		t.Errorf("the form draws %d bytes", n)
	}
	if len(x.stand.consents) > 0 {
		t.Error("a paste consented")
	}
}

// TestAStormOfSizes: hundreds of sizes, in every view, and then the one it was: each frame fits, and the view is as it was.
func TestAStormOfSizes(t *testing.T) {
	for _, sc := range []scene{scenes[1], scenes[5]} {
		c := open(t, nil, 120, 40, 2, sc.make)
		for _, v := range screens {
			c.size(120, 40)
			c.m.stack, c.m.prompt, c.m.notice = []view{newOverview()}, nil, ""
			c.m.sync()
			v.open(c, sc.page, sc.read)
			before := c.plain()
			for i := range 120 {
				w, h := (i*37)%401, (i*53)%121
				switch i % 20 {
				case 7:
					w, h = 0, 0
				case 11:
					w, h = 1, 1
				case 13:
					w, h = 400, 120
				case 17:
					w, h = 80, 1
				}
				c.size(w, h)
				if w > 0 && h > 0 {
					sound(t, c)
				} else if got := c.m.View().Content; got != "" {
					t.Errorf("%s on %d×%d: %q", v.name, w, h, got)
				}
				if t.Failed() {
					t.Fatalf("%s of %s on %d×%d", v.name, sc.name, w, h)
				}
			}
			c.size(120, 40)
			if after := c.plain(); wordsOf(after) != wordsOf(before) {
				t.Errorf("%s of %s after the storm:\n%s\nbefore:\n%s", v.name, sc.name, after, before)
			}
		}
	}
}

// wordsOf is the path and the first line of a screen.
func wordsOf(screen string) string {
	lines := strings.SplitN(screen, "\n", 4)
	return strings.Join(lines[:3], "\n")
}
