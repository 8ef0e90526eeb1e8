package tui

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"weir/internal/text"
)

func TestSettingsAreReadAsTheyWereKept(t *testing.T) {
	all := Settings{Theme: "light", Glyphs: "ascii", UTC: true, Mouse: true, Mine: "team pay*",
		Views: map[string]ViewSettings{"groups": {Wide: true, Sort: "-lag", Columns: []string{"group", "lag"}}}}
	for _, want := range []Settings{{}, all} {
		got, err := ParseSettings(want.Encode())
		if err != nil || !reflect.DeepEqual(got, want) || !got.equal(want) {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	}
	if got, err := ParseSettings(nil); err != nil || !got.equal(Settings{}) {
		t.Errorf("nothing: %+v, %v", got, err)
	}
	if all.equal(Settings{}) || all.equal(Settings{Theme: "light", Glyphs: "ascii", UTC: true, Mouse: true, Mine: "team pay*"}) {
		t.Error("what differs counts as the same")
	}
	for in, want := range map[string]string{"{": "unexpected end", `{"v":0}`: "the version is missing", `{"v":1,"theme":"pink"}`: `theme: "pink" is none of`,
		`{"v":1,"glyphs":7}`: "settings", `[]`: "settings"} {
		if _, err := ParseSettings([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
	if _, err := ParseSettings([]byte(`{"v":2}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("of a newer weir: %v", err)
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add([]byte(`{"v":1,"views":{"groups":{"sort":"-lag","columns":["x"]}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSettings(b)
		if err != nil {
			return
		}
		if again, err := ParseSettings(s.Encode()); err != nil || !again.equal(s) {
			t.Errorf("%+v became %+v, %v", s, again, err)
		}
	})
}

func TestWhatIsChosenIsKeptAndFoundAgain(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	var kept [][]byte
	c.m.out.keep = func(b []byte) error { kept = append(kept, b); return nil }
	c.press("2").run(keyMsg("L"))
	c.run(keyMsg("t"))
	c.press(":").write("set columns=lag,state").run(keyMsg("enter"))
	c.reads("columns: group, lag, state")
	c.press(":").write("set theme=light").run(keyMsg("enter"))
	if c.m.back != backLight || len(kept) != 4 {
		t.Fatalf("background %d, kept %d times", c.m.back, len(kept))
	}
	c.run(keyMsg("j"))
	if len(kept) != 4 {
		t.Error("kept although nothing was chosen")
	}
	set, err := ParseSettings(kept[3])
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(Options{Getenv: func(string) string { return "C.UTF-8" }, Clusters: c.m.clusters, Settings: set}, outside{})
	c = &console{t, m}
	c.size(120, 40)
	c.tick(night, troubled)
	c.send(tea.BackgroundColorMsg{})
	c.press("2").reads("02:14:08 UTC", "GROUP", "LAG", "STATE").lacks("BEHIND")
	if m.back != backLight {
		t.Error("the terminal's word overrules the person's")
	}
	if c.lineOf("audit-sink") != c.lineOf("GROUP")+1 || c.lineOf("orders-index") != c.lineOf("GROUP")+2 {
		t.Errorf("not ordered by lag:\n%s", c.plain())
	}
	c.press(":").write("set columns=").press("enter").reads("BEHIND")
	c.press("3").reads("PARTS") // another table has settings of its own
}

func TestSettingsOfATableThatIsNotThereAnyMoreAreLeftOut(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.m.set.Views = map[string]ViewSettings{"groups": {Sort: "gone", Columns: []string{"nope", "lag"}}}
	c.press("2").reads("LAG").lacks("nope")
	sound(t, c)
}

func TestSetSaysWhatThereIs(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	for _, ask := range [][2]string{{"set", "theme=auto  glyphs=auto  utc=off  mouse=off"}, {"set theme", "there is auto, dark, light, mono"}, {"set theme=pink", "theme can't be pink"},
		{"set nothing=1", "nothing to set named nothing; there is theme"}, {"set columns=lag", "no table here"}, {"set glyphs=ascii", "glyphs=ascii"}, {"set utc=on", "utc=on"}} {
		c.m.root(newOverview())
		c.m.sync()
		c.press(":").write(ask[0]).press("enter").reads(ask[1])
	}
	if c.m.glyphs != text.ASCII || !c.m.utc {
		t.Error("what was set does not hold")
	}
	c.press(":").write("set glyphs=auto").press("enter")
	if c.m.glyphs != text.Unicode {
		t.Error("auto does not bring back what the locale tells")
	}
	c.press(":").write("set th").press("tab").reads(":set theme=").write("d").press("tab").reads(":set theme=dark").press("esc")
	c.press("2", ":").write("set columns=nope").press("enter").reads("no column is named nope; there is state, group, lag")
}

func TestSettingsThatCannotBeKeptAreSaidOnce(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	tries := 0
	c.m.out.keep = func([]byte) error { tries++; return errors.New("disk full") }
	c.run(keyMsg("t"))
	c.reads("could not be kept: disk full")
	c.run(keyMsg("t"))
	if c.lacks("disk full"); tries != 1 {
		t.Errorf("tried %d times", tries)
	}
}

func TestAWordToBeginWith(t *testing.T) {
	m := newModel(Options{Getenv: func(string) string { return "" }, Clusters: []Cluster{{Name: "a"}}, Said: "settings: broken"}, outside{})
	c := &console{t, m}
	c.size(80, 24)
	c.reads("settings: broken").press("j").lacks("settings: broken")
}
