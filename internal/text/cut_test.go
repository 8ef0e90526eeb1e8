package text

import (
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "größe": 5, "注文": 4, "한국": 4, "e\u0301x": 2, "\u1112\u1161\u11ab": 2, "ﾊﾝ": 2, "ＡＢ": 4,
		"👍": 2, "…≥–✗■‖": 6, "か\u3099": 2, "שלום": 4,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		g           Glyphs
		s           string
		w           int
		end, middle string
	}{
		{Unicode, "payments", 8, "payments", "payments"}, {Unicode, "payments", 7, "paymen…", "pay…nts"},
		{ASCII, "payments", 6, "payme>", "pa>nts"}, {Unicode, "payments", 1, "…", "…"}, {Unicode, "payments", 0, "", ""},
		{Unicode, "payments", -3, "", ""}, {Unicode, "", 0, "", ""}, {Unicode, "注文注文", 6, "注文…", "注…文"},
		{Unicode, "注文注文", 5, "注文…", "注…文"}, {Unicode, "e\u0301e\u0301e\u0301", 2, "e\u0301…", "e\u0301…"},
		{Unicode, "abcde\u0301f\u0301", 5, "abcd…", "ab…e\u0301f\u0301"}, {Unicode, "payments", 4, "pay…", "pay…"},
	} {
		if got := c.g.CutEnd(c.s, c.w); got != c.end {
			t.Errorf("CutEnd(%q, %d) = %q, want %q", c.s, c.w, got, c.end)
		}
		if got := c.g.CutMiddle(c.s, c.w); got != c.middle {
			t.Errorf("CutMiddle(%q, %d) = %q, want %q", c.s, c.w, got, c.middle)
		}
	}
}

func TestPad(t *testing.T) {
	if got := PadEnd("注", 4); got != "注  " {
		t.Errorf("PadEnd = %q", got)
	}
	if got := PadStart("注", 4); got != "  注" {
		t.Errorf("PadStart = %q", got)
	}
	if PadEnd("abc", 2) != "abc" || PadStart("abc", 2) != "abc" {
		t.Error("padding cuts")
	}
}

// checkCut: a cut fits, says that it is one, and leaves alone what fits already.
func checkCut(t interface{ Errorf(string, ...any) }, g Glyphs, s string, w int) {
	for _, got := range []string{g.CutEnd(s, w), g.CutMiddle(s, w)} {
		switch {
		case Width(s) <= w && got != s:
			t.Errorf("cut of %q to %d = %q, and it fits", s, w, got)
		case Width(got) > max(w, 0):
			t.Errorf("cut of %q to %d = %q takes %d", s, w, got, Width(got))
		case got != s && w > 0 && !strings.Contains(got, g.Ellipsis()):
			t.Errorf("cut of %q to %d = %q isn't marked", s, w, got)
		}
	}
}
