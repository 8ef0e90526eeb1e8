package tui

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestEscapesAreToldApart: an Esc by itself is told without a doubt; the begin of another key, and what is pasted, are left as
// they are, in whatever pieces they come.
func TestEscapesAreToldApart(t *testing.T) {
	const esc = "\x1b"
	for _, c := range []struct {
		name    string
		reads   []string // one for each read
		follows bool     // more comes at once
		want    string
	}{
		{"alone", []string{esc}, false, escapeKey},
		{"twice, one after the other", []string{esc, esc}, false, escapeKey + escapeKey},
		{"after a letter", []string{"j" + esc}, false, "j" + escapeKey},
		{"an arrow", []string{esc + "[A"}, false, esc + "[A"},
		{"an arrow in two pieces", []string{esc, "[A"}, true, esc + "[A"},
		{"Alt with Esc, which some send so", []string{esc + esc}, false, esc + esc},
		{"within a paste", []string{esc + "[200~one", esc, "two" + esc, "[201~"}, false, esc + "[200~one" + esc + "two" + esc + "[201~"},
		{"after a paste", []string{esc + "[200~one" + esc + "[201~", esc}, false, esc + "[200~one" + esc + "[201~" + escapeKey},
		{"marks of a paste in pieces", []string{esc + "[20", "0~one" + esc, "two" + esc + "[2", "01~" + esc}, false, esc + "[200~one" + esc + "two" + esc + "[201~" + escapeKey},
	} {
		e := escapes{follows: func(*os.File, time.Duration) bool { return c.follows }}
		var got strings.Builder
		for _, r := range c.reads {
			b := make([]byte, 4096)
			got.Write(b[:e.told(nil, b, copy(b, r))])
		}
		if got.String() != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.name, c.reads, got.String(), c.want)
		}
	}
}

func TestAnEscapeWithoutRoomIsLeft(t *testing.T) {
	e := escapes{follows: func(*os.File, time.Duration) bool { return false }}
	b := []byte("jjj\x1b")
	if n := e.told(nil, b, len(b)); n != len(b) || string(b) != "jjj\x1b" {
		t.Errorf("%q, %d", b, n)
	}
}

func TestWhatFollowsIsWaitedFor(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if follows(r, lone) {
		t.Error("something follows where nothing was written")
	}
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if !follows(r, time.Hour) {
		t.Error("what was written does not follow")
	}
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !follows(r, time.Hour) {
		t.Error("the end of the line is not told")
	}
}

// TestTheLayerKnowsEscape: what is put in its place is the key.
func TestTheLayerKnowsEscape(t *testing.T) {
	got := keysOf(t, escapeKey+"j")
	if want := []string{"esc", "j"}; !slices.Equal(got, want) {
		t.Errorf("the layer reads %q, want %q", got, want)
	}
}

// listening is a program that keeps the keys it is sent, until one is j.
type listening struct{ keys []string }

func (l *listening) Init() tea.Cmd  { return nil }
func (l *listening) View() tea.View { return tea.NewView("") }
func (l *listening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		if l.keys = append(l.keys, k.String()); k.String() == "j" {
			return l, tea.Quit
		}
	}
	return l, nil
}

// keysOf returns what the layer makes of what a terminal sends.
func keysOf(t *testing.T, sent string) []string {
	t.Helper()
	l := &listening{}
	p := tea.NewProgram(l, tea.WithInput(strings.NewReader(sent)), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(), tea.WithWindowSize(80, 24))
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return l.keys
}
