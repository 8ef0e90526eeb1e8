package tui

import (
	"bytes"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"weir/internal/screentest"
)

// click clicks on the place where a text stands.
func (c *console) click(what string) *console {
	c.t.Helper()
	for y, l := range strings.Split(c.plain(), "\n") {
		if at := strings.Index(l, what); at >= 0 {
			c.send(tea.MouseClickMsg{X: len([]rune(l[:at])), Y: y, Button: tea.MouseLeft})
			return c
		}
	}
	c.t.Fatalf("nothing to click on reads %q:\n%s", what, c.plain())
	return c
}

func TestTheMouseIsOffUntilItIsAskedFor(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	if c.m.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is on by itself")
	}
	before := c.press("2").under()
	c.click("orders-index").send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if c.under() != before {
		t.Error("a click does something while the mouse is off")
	}
	c.press(":").write("set mouse=on").press("enter")
	if c.m.View().MouseMode != tea.MouseModeCellMotion {
		t.Error("the terminal is not asked for the mouse")
	}
}

func TestTheMouse(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.m.set.Mouse = true
	c.press("2").click("orders-index")
	if !strings.Contains(c.under(), "orders-index") {
		t.Errorf("a click does not select: %q", c.under())
	}
	c.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	if !strings.Contains(c.under(), "audit-sink") {
		t.Errorf("the wheel does not go up: %q", c.under())
	}
	c.click("orders-index").click("fraud-shadow").reads("GROUP")
	c.click("fraud-shadow").reads("groups ▸ fraud-shadow")
	c.press("esc").click("LAG ")
	if c.lineOf("audit-sink") != c.lineOf("GROUP")+1 {
		t.Errorf("a click on a head does not order:\n%s", c.plain())
	}
	c.click("LAG")
	if c.lineOf("audit-sink") < c.lineOf("orders-index") {
		t.Error("a click on it again does not turn the order round")
	}
	// A click, a key and a click on the same row are no double click.
	c.click("kyc-screen").press("j", "k").click("kyc-screen").reads("GROUP")
	c.press("/").click("GROUP").reads("Enter keeps")
	c.press("esc", "1").click("payments-settle  ").click("payments-settle  ").reads("members")
	c.click("settle-3")
	if !strings.Contains(c.under(), "settle-3") {
		t.Errorf("a member can't be pointed at: %q", c.under())
	}
	c.press("d").send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	for y := range 40 { // nothing outside of tables does anything
		for _, x := range []int{0, 60, 119} {
			c.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			c.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseRight})
		}
	}
	sound(t, c)
}

// TestTheWheelMovesWhatIsUnderIt: the members or the map of a group's page, the records or the value of the one in hand.
func TestTheWheelMovesWhatIsUnderIt(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.m.set.Mouse = true
	at := func(what string, button tea.MouseButton) {
		t.Helper()
		y := c.lineOf(what)
		if y < 0 {
			t.Fatalf("nothing reads %q:\n%s", what, c.plain())
		}
		c.send(tea.MouseWheelMsg{X: 5, Y: y, Button: button})
	}
	c.press("j", "enter", "tab").reads("p7 of 24 partitions")
	at("settle-3", tea.MouseWheelDown)
	if c.reads("4 of 8"); !strings.Contains(c.under(), "settle-3") {
		t.Errorf("the wheel on the members does not move them: %q", c.under())
	}
	at("p16 ·", tea.MouseWheelDown)
	c.reads("of 24 partitions").lacks("p7 of 24")

	c.press("1", "j", "enter")
	c.looking(func(p Peek) (Records, error) {
		out, _ := poisoned(p)
		out.Records[p.Before].Value = []byte(strings.Repeat("a line\n", 100))
		return out, nil
	})
	c.run(keyMsg("r"))
	c.reads("6 of 25", "lines 1-")
	at("38,841,213", tea.MouseWheelDown)
	c.reads("9 of 25")
	at("38,841,213", tea.MouseWheelUp)
	c.reads("6 of 25", "lines 1-")
	at("value, as text", tea.MouseWheelDown)
	c.reads("6 of 25", "lines 4-")
	at("value, as text", tea.MouseWheelUp)
	c.reads("6 of 25", "lines 1-")
	at("value, as text", tea.MouseWheelUp)
	c.reads("lines 1-")
}

// TestAWheelOnATerminal: what a terminal sends for a notch (SGR, as xterm has it) moves the list, from the moment that the mouse
// is asked for until it is given back.
func TestAWheelOnATerminal(t *testing.T) {
	p := screentest.New(t, screentest.Options{Width: 100, Height: 30, Mute: true})
	ended := runOn(t.Context(), p)
	p.Await("worst groups")
	p.Type("2")
	p.Await("1 of 16")
	p.Type(":set mouse=on\r")
	p.Type("\x1b[<65;20;12M")
	p.Await("4 of 16")
	raw, _ := p.Written()
	if !bytes.Contains(raw, []byte("\x1b[?1002h")) || !bytes.Contains(raw, []byte("\x1b[?1006h")) {
		t.Error("the terminal was not asked for the mouse")
	}
	p.Type("\x1b[<65;20;12M\x1b[<65;20;12M")
	p.Await("10 of 16")
	p.Type("\x1b[<64;20;12M")
	p.Await("7 of 16")
	p.Type(":set mouse=off\r")
	p.Type("j")
	p.Await("8 of 16")
	if raw, _ = p.Written(); bytes.LastIndex(raw, []byte("\x1b[?1002l")) < bytes.LastIndex(raw, []byte("\x1b[?1002h")) {
		t.Error("the mouse was not given back")
	}
	p.Type("q")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	p.Restored()
}

// TestWhatIsOnTheWayToAChangeIsNotComeBackTo: neither by the keys that go through what was visited, nor by pointing.
func TestWhatIsOnTheWayToAChangeIsNotComeBackTo(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.m.set.Mouse = true
	c.press("2", "3")
	form := &menuFake{topics: newTopics(), at: atConsent}
	c.m.show(append(c.m.stack, form))
	c.m.sync()
	c.click("orders.v2").click("orders.v2")
	c.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if form.did != 0 || c.m.top() != form {
		t.Error("something was done by pointing")
	}
	c.m.show(c.m.stack[:1])
	c.press("[").reads("BEHIND").press("]").reads("PARTS").press("]").reads("there is no later view").press("-").reads("BEHIND")
	for range 4 {
		if c.press("["); c.m.top() == form {
			t.Fatal("it was come back to")
		}
	}
}

// menuFake is a view on the way to a change.
type menuFake struct {
	*topics
	at  place
	did int
}

func (m *menuFake) place() place { return m.at }
func (m *menuFake) do(*snap, verb) intent {
	m.did++
	return nil
}
