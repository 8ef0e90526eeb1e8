package tui

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"weir/internal/text"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// screens are the views to draw. Those that show the same whatever the cluster is like name the scenes they are drawn in.
var screens = []struct {
	name   string
	open   func(c *console, page, read string)
	scenes []string // none: all
}{
	{name: "overview", open: func(*console, string, string) {}},
	{name: "groups", open: func(c *console, _, _ string) { c.press("2") }},
	{name: "group", open: func(c *console, page, _ string) { c.m.open(newGroupPage(page)); c.m.sync() }},
	{name: "map", open: func(c *console, page, _ string) { c.m.open(newGroupPage(page)); c.m.sync(); c.press("tab") }},
	{name: "positions", open: func(c *console, page, _ string) { c.m.open(newPositions(page)); c.m.sync() }},
	{name: "topics", open: func(c *console, _, _ string) { c.press("3") }},
	{name: "topic", open: func(c *console, _, read string) { c.m.open(newTopicPage(read, 1)); c.m.sync() }},
	{name: "brokers", open: func(c *console, _, _ string) { c.press("4") }},
	{name: "broker", open: func(c *console, _, _ string) { c.m.open(newBrokerPage(2)); c.m.sync() }},
	{name: "peek", open: func(c *console, _, _ string) { c.looking(poisoned); c.m.open(peekOf(c)); c.run(nil) }, scenes: []string{"troubled", "hostile", "gaps"}},
	{name: "clusters", open: func(c *console, _, _ string) { c.press("0") }},
	{name: "events", open: func(c *console, _, _ string) { c.press("5") }},
	{name: "help", open: func(c *console, _, _ string) { c.press("2", "?") }, scenes: []string{"troubled", "empty"}},
	{name: "fields", open: func(c *console, _, _ string) { c.press("2", "d") }, scenes: []string{"troubled", "gaps", "empty", "hostile"}},
	{name: "json", open: func(c *console, _, _ string) { c.press("2", "y") }, scenes: []string{"troubled", "gaps", "empty", "hostile"}},
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

// sound checks what holds of every frame: it is as high as the screen, no line is wider, and nothing in it steers the
// terminal but the colours of the theme.
func sound(t *testing.T, c *console) {
	t.Helper()
	lines := strings.Split(c.m.View().Content, "\n")
	if len(lines) != c.m.h {
		t.Errorf("%d lines on a screen of %d", len(lines), c.m.h)
	}
	for i, l := range lines {
		l, fault := undressed(c.m.theme, l)
		if fault != "" {
			t.Errorf("line %d holds %s: %q", i, fault, l)
		}
		if w := text.Width(l); w > c.m.w {
			t.Errorf("line %d is %d cells wide, of %d: %q", i, w, c.m.w, l)
		}
	}
}

// undressed returns a line without its colours, and the first thing in it that should not be there.
func undressed(t theme, l string) (plain, fault string) {
	var b strings.Builder
	roles := t.roles()
	for l != "" {
		if rest, ok := strings.CutPrefix(l, "\x1b["); ok {
			code, after, ok := strings.Cut(rest, "m")
			if ok && (code == "" || slices.Contains(roles[:], code)) {
				l = after
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(l)
		if r == utf8.RuneError && n == 1 || unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
			t.glyphs == text.ASCII && r > 0x7e {
			fault = cmp.Or(fault, fmt.Sprintf("%q", l[:n]))
		}
		b.WriteString(l[:n])
		l = l[n:]
	}
	return b.String(), fault
}

func TestUndressed(t *testing.T) {
	th := theme{back: backDark}
	for in, want := range map[string][2]string{
		"a\x1b[1;91mb\x1b[mc": {"abc", ""}, "\x1b[5mx": {"\x1b[5mx", `"\x1b"`}, "\x1b]0;t\a": {"\x1b]0;t\a", `"\x1b"`},
		"\u202eab": {"\u202eab", `"\u202e"`}, "\xff": {"\xff", `"\xff"`}, "é…": {"é…", ""},
	} {
		if got, fault := undressed(th, in); got != want[0] || fault != want[1] {
			t.Errorf("%q: %q, %s", in, got, fault)
		}
	}
	if _, fault := undressed(theme{glyphs: text.ASCII}, "…"); fault == "" {
		t.Error("an ellipsis passes as ASCII")
	}
}

var every = flag.Bool("all", false, "press every key on every frame")

// pressed are the keys after which each frame is looked at again.
var pressed = []string{"j", "right", "p", "G", "O", "t", "w", "@", "c", "/", "k"}

// TestEveryFrameFitsAndSteersNothing draws every view at every size, in every style and scene, and again after keys: one of
// them in turns, or with -args -all each.
func TestEveryFrameFitsAndSteersNothing(t *testing.T) {
	for n, sc := range scenes {
		for k, st := range styles {
			t.Run(sc.name+"/"+st.name, func(t *testing.T) {
				t.Parallel()
				c, at := open(t, st.env, 80, 24, 3, sc.make), n+5*k
				for _, v := range screens {
					c.size(80, 24)
					c.m.stack, c.m.prompt, c.m.notice = []view{newOverview()}, nil, ""
					c.m.sync()
					v.open(c, sc.page, sc.read)
					for _, size := range append(sizes, [2]int{400, 120}, [2]int{64, 18}, [2]int{20, 5}, [2]int{1, 1}, [2]int{100, 30}) {
						c.size(size[0], size[1])
						sound(t, c)
						for i, key := range pressed {
							if *every || i == at%len(pressed) {
								c.press(key)
								sound(t, c)
								c.m.prompt = nil
							}
						}
						at++
						if t.Failed() {
							t.Fatalf("on %s at %dx%d", v.name, size[0], size[1])
						}
					}
				}
			})
		}
	}
}

// goldenRows are the frames that are kept: every two of view, size, style and scene stand together in one.
func goldenRows() [][]int {
	return pairwise([]int{len(screens), len(scenes), len(sizes), len(styles)}, func(row []int) bool {
		in := screens[row[0]].scenes
		return in == nil || slices.Contains(in, scenes[row[1]].name)
	})
}

// TestGoldenFrames compares frames with what was looked at and found good.
func TestGoldenFrames(t *testing.T) {
	kept, watched := map[string]bool{}, map[[2]int]*console{}
	for _, row := range goldenRows() {
		v, sc, size, st := screens[row[0]], scenes[row[1]], sizes[row[2]], styles[row[3]]
		name := fmt.Sprintf("%s-%s-%dx%d-%s", v.name, sc.name, size[0], size[1], st.name)
		kept[name+".txt"] = true
		t.Run(name, func(t *testing.T) {
			c := watched[[2]int{row[1], row[3]}]
			if c == nil {
				minutes := 45
				if sc.name == "many" {
					minutes = 1
				}
				c = open(t, st.env, 80, 24, minutes, sc.make)
				watched[[2]int{row[1], row[3]}] = c
			}
			c = c.anew(t, size[0], size[1])
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
	onlyKept(t, kept)
}

// onlyKept sees to it that no frame lies about that nothing is compared with.
func onlyKept(t *testing.T, kept map[string]bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "frames", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		switch {
		case kept[filepath.Base(file)]:
		case *update:
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is compared with nothing; -update removes it", file)
		}
	}
}
