package screentest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestAProgramOnATerminal(t *testing.T) {
	p := New(t, Options{Width: 40, Height: 5})
	run := p.Start(exec.Command("sh", "-c", `printf 'hello \033[2mfaint\033[22m \033[1;31mred\033[m \033[7mturned\033[m\n'; read line; printf '\033[2J\033[Hgot %s' "$line"; exit 7`))
	pic := p.Picture("turned")
	if got := strings.SplitN(pic.Text(), "\n", 2)[0]; got != "hello faint red turned" {
		t.Errorf("it reads %q", got)
	}
	svg := pic.SVG()
	for _, want := range []string{`opacity=".6" textLength="42.0">faint<`, `fill="#f14c4c" font-weight="bold" textLength="25.2">red<`, `fill="#d0d0d0"/>`, `fill="#16181c" textLength="50.4">turned<`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s:\n%s", want, svg)
		}
	}
	p.Type("abc\n")
	p.Await("got abc")
	p.AwaitGone("turned")
	if code := run.Wait(); code != 7 {
		t.Errorf("exit code %d", code)
	}
	p.Drain()
	if raw, last := p.Written(); !strings.Contains(string(raw), "got abc") || last.IsZero() {
		t.Errorf("written: %q at %s", raw, last)
	}
}

// TestAFrameIsReadWhole: what a program marks as one frame is not looked at before all of it has come.
func TestAFrameIsReadWhole(t *testing.T) {
	p := New(t, Options{Width: 40, Height: 5})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("sh", "-c", `printf '\033[?2026hone '; echo >&2; read line; printf 'two\033[?2026l'`)
	cmd.Stderr = w
	p.Start(cmd)
	if _, err := r.Read(make([]byte, 1)); err != nil { // half of it is written
		t.Fatal(err)
	}
	w.Close()
	seen := make(chan string, 1)
	go p.AwaitThat("one", func(screen string) bool {
		if !strings.Contains(screen, "one") {
			return false
		}
		seen <- screen
		return true
	})
	p.Type("\n")
	if screen := <-seen; !strings.Contains(screen, "two") {
		t.Errorf("half a frame was read: %q", screen)
	}
}

// TestItAnswersForItsBackground, or leaves it to the keys to be read first.
func TestItAnswersForItsBackground(t *testing.T) {
	for mute, want := range map[bool]string{false: "answered", true: "silent"} {
		p := New(t, Options{Width: 40, Height: 5, Mute: mute})
		p.Start(exec.Command("sh", "-c", `stty raw -echo min 1 time 0; printf 'asked\033]11;?\007\r\n'; case $(head -c 1) in k) echo silent ;; *) echo answered ;; esac`))
		if mute {
			p.Await("asked")
			p.Type("k")
		}
		p.Await(want)
	}
}

func TestFaintAsItalic(t *testing.T) {
	for in, want := range map[string]string{
		"a\x1b[2mb": "a\x1b[3mb", "\x1b[1;2;31m": "\x1b[1;3;31m", "\x1b[22;39m": "\x1b[22;23;39m", "\x1b[38;5;2m": "\x1b[38;5;2m", "\x1b[2J": "\x1b[2J", "\x1b[2;2H": "\x1b[2;2H", "\x1b]0;2m\a": "\x1b]0;2m\a", "\x1b[m": "\x1b[m",
	} {
		for cut := range len(in) {
			var f italics
			if got := string(f.instead([]byte(in[:cut]))) + string(f.instead([]byte(in[cut:]))); got != want {
				t.Errorf("%q cut at %d: %q, want %q", in, cut, got, want)
			}
		}
	}
}
