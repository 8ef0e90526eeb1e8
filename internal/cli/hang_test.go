package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"weir/actions/audit"
	"weir/internal/text"

	"pgregory.net/rapid"
)

// TestHangLosesNothing: every word is there, in order, and no line of words that fit is wider than the terminal.
func TestHangLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lead := rapid.StringMatching(`[a-z:0-9]{0,60} {2}`).Draw(t, "lead")
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé宽]{1,20}`), 1, 40).Draw(t, "words")
		a := &app{Env: Env{Width: rapid.IntRange(0, 120).Draw(t, "width")}}
		var b bytes.Buffer
		a.hang(&b, lead, strings.Join(words, " "))
		got := strings.Fields(b.String())
		if want := append(strings.Fields(lead), words...); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("%q became %q", want, got)
		}
		for i, line := range strings.Split(b.String(), "\n") {
			if a.Width > 80 && i > 0 && text.Width(line) > a.Width {
				t.Errorf("a line of %d cells on %d: %q", text.Width(line), a.Width, line)
			}
		}
	})
}

func TestHangOnATerminal(t *testing.T) {
	for _, tt := range []struct {
		width            int
		lead, said, want string
	}{
		{0, "to  ", "a text as long as it likes to be, for a file or a pipe", "to  a text as long as it likes to be, for a file or a pipe\n"},
		{40, "to  ", "a text that goes on below where it began", "to  a text that goes on below where it\n    began\n"},
		{40, "a-topic-with-a-long-name:0  ", "a text that goes below", "a-topic-with-a-long-name:0\n    a text that goes below\n"},
		{40, "nothing  ", "", "nothing\n"},
	} {
		var b bytes.Buffer
		(&app{Env: Env{Width: tt.width}}).hang(&b, tt.lead, tt.said)
		if b.String() != tt.want {
			t.Errorf("%d: %q, want %q", tt.width, b.String(), tt.want)
		}
	}
}

func TestEntryWords(t *testing.T) {
	for _, tt := range []struct{ data, reason, err, want string }{
		{`{"consent":{"who":"ada","via":"shell"}}`, "INC-1", "", "ada consents, by the shell: INC-1"},
		{`{"consent":{"who":"ada","via":"screen"},"resumed":true}`, "", "", "ada consents to go on, by the screen"},
		{`{"title":"commit 3 offsets"}`, "", "", "commit 3 offsets"},
		{`{"outcome":"not","note":"not begun"}`, "", "no space left", "not begun; no space left"},
		{`{"status":"failed","note":""}`, "", "a guard", "failed; a guard"},
		{`[1]`, "", "bad", "bad"},
		{``, "", "", ""},
	} {
		if got := entryWords(audit.Entry{Data: json.RawMessage(tt.data), Reason: tt.reason, Error: tt.err}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.data, got, tt.want)
		}
	}
}
