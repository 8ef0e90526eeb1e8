package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"weir/internal/text"
)

var update = flag.Bool("update", false, "write the golden frames anew")

var screens = []struct {
	name string
	open func(c *console, page, read string)
}{
	{"overview", func(*console, string, string) {}},
	{"groups", func(c *console, _, _ string) { c.press("2") }},
	{"group", func(c *console, page, _ string) { c.m.open(newGroupPage(page)); c.m.sync() }},
	{"map", func(c *console, page, _ string) { c.m.open(newGroupPage(page)); c.m.sync(); c.press("tab") }},
	{"positions", func(c *console, page, _ string) { c.m.open(newPositions(page)); c.m.sync() }},
	{"topics", func(c *console, _, _ string) { c.press("3") }},
	{"topic", func(c *console, _, read string) { c.m.open(newTopicPage(read, 1)); c.m.sync() }},
	{"brokers", func(c *console, _, _ string) { c.press("4") }},
	{"events", func(c *console, _, _ string) { c.press("5") }},
	{"help", func(c *console, _, _ string) { c.press("2", "?") }},
	{"fields", func(c *console, _, _ string) { c.press("2", "d") }},
	{"json", func(c *console, _, _ string) { c.press("2", "y") }},
}

var (
	sizes  = [][2]int{{80, 24}, {120, 40}, {200, 60}}
	styles = []struct {
		name string
		env  map[string]string
	}{
		{"colour", map[string]string{"LANG": "C.UTF-8", "TERM": "xterm-256color"}},
		{"ascii", map[string]string{"LANG": "C", "TERM": "vt100", "NO_COLOR": "1"}},
	}
)

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// sound checks what holds of every frame.
func sound(t *testing.T, c *console) {
	t.Helper()
	raw := c.m.View().Content
	lines := strings.Split(raw, "\n")
	if len(lines) != c.m.h {
		t.Errorf("%d lines on a screen of %d", len(lines), c.m.h)
	}
	for i, l := range lines {
		l = sgr.ReplaceAllString(l, "")
		if w := text.Width(l); w > c.m.w {
			t.Errorf("line %d is %d cells wide, of %d: %q", i, w, c.m.w, l)
		}
		if !utf8.ValidString(l) {
			t.Errorf("line %d is no UTF-8: %q", i, l)
		}
		for _, r := range l {
			if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || c.m.glyphs == text.ASCII && r > 0x7e {
				t.Errorf("line %d holds %U: %q", i, r, l)
			}
		}
	}
}

func TestEveryFrameFitsAndSteersNothing(t *testing.T) {
	for _, sc := range scenes {
		minutes := 3
		if sc.name == "many" && testing.Short() {
			continue
		}
		for i, st := range styles {
			if sc.name == "many" && i > 0 {
				break // one style shows what ten thousand rows do
			}
			c := open(t, st.env, 80, 24, minutes, sc.make)
			for _, size := range append(sizes, [2]int{400, 120}, [2]int{64, 18}, [2]int{20, 5}, [2]int{1, 1}, [2]int{100, 30}) {
				for _, v := range screens {
					t.Run(fmt.Sprintf("%s/%s/%dx%d/%s", sc.name, st.name, size[0], size[1], v.name), func(t *testing.T) {
						c.size(max(size[0], 80), max(size[1], 24))
						c.m.stack, c.m.prompt, c.m.notice = []view{newOverview()}, nil, ""
						c.m.sync()
						v.open(c, sc.page, sc.read)
						c.size(size[0], size[1])
						sound(t, c)
						for _, key := range []string{"j", "G", "w", "p", "t", "right", "O", "c", "@", "/"} {
							c.press(key)
							sound(t, c)
						}
						c.press("ctrl+c", "esc", "p", "t")
					})
				}
			}
		}
	}
}

// TestGoldenFrames draws pairs of view, size, style and scene, and compares them with what was looked at and found good.
func TestGoldenFrames(t *testing.T) {
	for i, v := range screens {
		for k := range 3 {
			size, st, sc := sizes[(i+k)%3], styles[(i+k+i/3)%2], scenes[(i+2*k)%len(scenes)]
			name := fmt.Sprintf("%s-%s-%dx%d-%s", v.name, sc.name, size[0], size[1], st.name)
			t.Run(name, func(t *testing.T) {
				minutes := 45
				if sc.name == "many" {
					minutes = 1
				}
				c := open(t, st.env, size[0], size[1], minutes, sc.make)
				v.open(c, sc.page, sc.read)
				sound(t, c)
				got := strings.ReplaceAll(c.m.View().Content, "\x1b[", "\\e[") + "\n"
				file := filepath.Join("testdata", "frames", name+".txt")
				if *update {
					if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if string(want) != got {
					t.Errorf("%s is not as it was; -update writes it anew.\n%s", file, c.plain())
				}
			})
		}
	}
}
