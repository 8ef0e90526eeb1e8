package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "payments-settle": "payments-settle", "größe 注文 한국 שלום": "größe 注文 한국 שלום",
		"e\u0301":       "e\u0301",
		"a\x1b[31mred":  `a\x1b[31mred`,
		"\x00\a\r\n\t":  `\x00\x07\x0d\x0a\x09`,
		"\x7f\u009b2J":  `\x7f\u009b2J`,
		"\x9b\xff\xc3":  `\x9b\xff\xc3`,
		"a\u202eb":      `a\u202eb`,
		"\u2066\u2069":  `\u2066\u2069`,
		"a\u200b\u200d": `a\u200b\u200d`,
		"\u2028\u2029":  `\u2028\u2029`,
		"a\ufeff\u00ad": `a\ufeff\u00ad`,
		"a\u00a0b":      `a\u00a0b`,
		"❤\ufe0f":       `❤\ufe0f`,
		"👍\U0001f3fd":   `👍\U0001f3fd`,
		"\U0001f1e9":    `\U0001f1e9`,
		"\U000e0041":    `\U000e0041`,
		"\ue0b0\u3164":  `\ue0b0\u3164`,
		"\u0301x":       `\u0301x`,
		"\x1b\u0301":    `\x1b\u0301`,
		`\x1b`:          `\x1b`,
		"\ufffd":        "\ufffd",
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := ASCII.Safe("größe\u202e"), `gr\u00f6\u00dfe\u202e`; got != want {
		t.Errorf("ASCII.Safe = %q, want %q", got, want)
	}
	stack := "a" + strings.Repeat("\u0301", 20)
	if got := Safe(stack); strings.Count(got, "\u0301") != maxMarks || strings.Count(got, `\u0301`) != 20-maxMarks {
		t.Errorf("Safe of a tall stack = %q", got)
	}
}

func TestSafeCleanDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Safe("orders-index 注文") }); n != 0 {
		t.Errorf("Safe of a clean string: %v allocations", n)
	}
}

func checkSafe(t interface{ Errorf(string, ...any) }, g Glyphs, s string) {
	got := g.Safe(s)
	if !utf8.ValidString(got) {
		t.Errorf("Safe(%q) = %q is not UTF-8", s, got)
	}
	for _, r := range got {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector) {
			t.Errorf("Safe(%q) = %q lets %U through", s, got, r)
		}
		if g == ASCII && r > '~' {
			t.Errorf("ASCII.Safe(%q) = %q", s, got)
		}
	}
	if again := g.Safe(got); again != got {
		t.Errorf("Safe(%q) = %q, and again %q", s, got, again)
	}
	if app := string(g.AppendSafe([]byte("x"), s)); app != "x"+got {
		t.Errorf("AppendSafe(%q) = %q, Safe = %q", s, app, got)
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[2J", "\u202e\u0301", "\xff\xfe", "e\u0301注", strings.Repeat("\u0301", 12)} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		checkSafe(t, Unicode, s)
		checkSafe(t, ASCII, s)
		checkCut(t, Unicode, Safe(s), w%100)
	})
}

func TestSafeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		checkSafe(t, Unicode, s)
		checkSafe(t, ASCII, s)
		checkCut(t, Unicode, Safe(s), rapid.IntRange(-1, 40).Draw(t, "w"))
	})
}
