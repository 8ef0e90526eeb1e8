package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/actions"
	"weir/internal/cli"
	"weir/internal/store"
	"weir/tui"
)

func TestSettingsAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir")
	dir, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(path, settingsName)
	for _, c := range []struct{ name, in, theme, said, left, aside string }{
		{name: "none"},
		{name: "kept", in: `{"v":1,"theme":"dark"}`, theme: "dark", left: `{"v":1,"theme":"dark"}`},
		{name: "broken", in: `{"v":1,"theme`, said: "the file is kept as " + file + ".broken", aside: `{"v":1,"theme`},
		{name: "newer", in: `{"v":9}`, said: "not read, and not written over", left: `{"v":9}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in != "" {
				if err := os.WriteFile(file, []byte(c.in), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var o tui.Options
			remember(&o, dir)
			if o.Settings.Theme != c.theme || !strings.Contains(o.Said, c.said) || (o.Said == "") != (c.said == "") || strings.Contains(o.Said, "\n") {
				t.Errorf("theme %q, said %q", o.Settings.Theme, o.Said)
			}
			if (o.Keep == nil) != (c.name == "newer") {
				t.Error("settings of a newer weir must not be written over, all others may be")
			}
			left, _ := os.ReadFile(file)
			aside, _ := os.ReadFile(file + ".broken")
			if string(left) != c.left || string(aside) != c.aside {
				t.Errorf("left %q, set aside %q", left, aside)
			}
			if o.Keep != nil {
				if err := o.Keep(tui.Settings{UTC: true}.Encode()); err != nil {
					t.Fatal(err)
				}
				if remember(&o, dir); !o.Settings.UTC {
					t.Error("what was kept is not found again")
				}
			}
			_ = os.Remove(file)
			_ = os.Remove(file + ".broken")
		})
	}
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	var o tui.Options
	if remember(&o, dir); o.Keep != nil || !strings.Contains(o.Said, "not a regular file") {
		t.Errorf("a directory in its place: %q", o.Said)
	}
}

func TestAFileThatIsThereIsNotWrittenOver(t *testing.T) {
	t.Chdir(t.TempDir())
	path, err := writeNew("night.md", []byte("one"))
	if err != nil || !filepath.IsAbs(path) {
		t.Fatalf("%q, %v", path, err)
	}
	if _, err := writeNew("night.md", []byte("two")); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("%v", err)
	}
	if got, err := os.ReadFile(path); string(got) != "one" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := writeNew("no/such/folder.md", nil); err == nil {
		t.Error("a file in no folder was written")
	}
}

// TestLinesAreRemembered: what : took is found by the next console; a file that can't be read never stops one, and is not
// written over.
func TestLinesAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir")
	dir, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(path, pastName)
	if err := os.WriteFile(file, []byte("topics\n\x00\xff broken\n{\"v\":1}\narm 1h why\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var one, two tui.Options
	recall(&one, dir)
	recall(&two, dir)
	for _, o := range []*tui.Options{&one, &two} {
		if len(o.Past) != 1 || o.Past[0] != "topics" {
			t.Errorf("read %q", o.Past)
		}
	}
	for line, o := range map[string]*tui.Options{"groups /a": &one, "groups /b": &two} {
		if err := o.KeepPast(line); err != nil {
			t.Fatal(err)
		}
	}
	recall(&one, dir)
	if got := strings.Join(one.Past, " "); len(one.Past) != 3 || !strings.Contains(got, "groups /a") || !strings.Contains(got, "groups /b") {
		t.Errorf("two consoles kept %q", one.Past)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	var o tui.Options
	if recall(&o, dir); o.Past != nil || o.KeepPast != nil {
		t.Error("what can't be read is written over")
	}
}

// TestWithoutAStateDirectoryTheConsoleSaysSo: what is chosen would be gone with the session, and nobody would know why.
func TestWithoutAStateDirectoryTheConsoleSaysSo(t *testing.T) {
	var o tui.Options
	keepIn(&o, &cli.Console{Unstored: errors.New("state directory: /s: others may use it; run chmod 700 /s")})
	if o.Said != "nothing is kept, no settings and no marks: state directory: /s: others may use it; run chmod 700 /s" || o.Keep != nil || o.Notebook != nil {
		t.Errorf("%+v", o)
	}
}

func TestWhatARunLeftIsTold(t *testing.T) {
	var told []string
	tellLeft(func(said string) { told = append(told, said) }, actions.Report{Run: "r-1", Status: actions.StatusCancelled, Done: 1, Total: 4, Notes: []string{"THE APPLICATION MAY BE STOPPED"}})
	if got := strings.Join(told, "|"); got != "run r-1 is cancelled; steps done: 1 of 4|THE APPLICATION MAY BE STOPPED" {
		t.Error(got)
	}
}
