package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestTheCursorOfAPrompt(t *testing.T) {
	p := &prompt{kind: '/', input: "lag>1é"}
	p.move(-2)
	p.insert("=")
	if p.input != "lag>=1é" || p.back != 2 {
		t.Errorf("%q, %d", p.input, p.back)
	}
	p.backspace()
	p.move(-100)
	p.backspace()
	p.insert("x")
	if p.input != "xlag>1é" {
		t.Errorf("%q", p.input)
	}
	if p.move(100); p.back != 0 {
		t.Errorf("past the end: %d", p.back)
	}
	c := open(t, nil, 80, 24, 1, troubled)
	c.press("2", "/").write("lag>10k").press("left", "left", "left", "backspace").write(">").reads("/lag>10k")
	c.press("end", "backspace").reads("/lag>10 ").press("home").write("!").reads("/!lag>10")
}

func TestTabGoesThroughWhatIsOffered(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.press(":").write("o").reads("Tab: overview")
	c.press("esc", ":").write("group pay").reads("Tab: payments-settle").press("tab").reads(":group payments-settle").press("enter").reads("■ STALLED")
	c.press(":").write("topic ").press("tab").reads(":topic audit.log").press("tab").reads(":topic orders.v2").press("enter").reads("orders.v2: 300 partitions")
	c.press(":").write("broker 2").press("enter").reads("b2 leads")
	c.press(":").write("group nosuch").press("enter").reads("no group is named nosuch; Tab completes, :groups /nosuch filters")
	c.press(":").write("tpcs").press("tab").reads(":topics").press("esc")
	c.press("2", "/").write("la").reads("Tab: lag lag_bound").press("tab").reads("/lag").press("tab").reads("/lag_bound").press("ctrl+u")
	c.write("lag>1,state=sta").press("tab").reads("/lag>1,state=stalled").press("enter").reads("1 of 1")
	c.press("/", "ctrl+u").write("nosuch=").press("tab").reads("/nosuch=")
}

func TestFitting(t *testing.T) {
	words := []string{"stage", "prod-eu", "prod-us"}
	for in, want := range map[string][]string{"prod": {"prod-eu", "prod-us"}, "us": {"prod-us"}, "pu": {"prod-eu", "prod-us"}, "x": nil, "": words} {
		if got := fitting(words, "", in); !slices.Equal(got, want) {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := fitting(words, "ctx ", "st"); !slices.Equal(got, []string{"ctx stage"}) {
		t.Errorf("%q", got)
	}
}

func TestAViewIsCopiedIntoAFile(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.press(":").write("copy night.md").press("enter").reads("files can't be written here")
	var name, body string
	var fails error
	c.m.out.write = func(n string, b []byte) (string, error) { name, body = n, string(b); return "/home/ada/" + n, fails }
	c.press("2", ":").write("copy night.md").run(keyMsg("enter"))
	c.reads("copied as Markdown into /home/ada/night.md")
	if name != "night.md" || !strings.HasPrefix(body, "**prod-eu** groups, as of 2026-11-21 03:14:08 CET\n") || !strings.Contains(body, "| payments-settle |") {
		t.Errorf("%s holds:\n%s", name, body)
	}
	fails = tea.ErrProgramKilled
	c.press(":").write("copy x").run(keyMsg("enter")).reads("not copied: program was killed")
	c.press(":").write("copy").press("enter").reads("copied as Markdown by OSC 52")
}
