package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestAFilterIsSeenWhileItIsTyped: each key filters; what is no filter yet leaves the last that was, and says so; Esc brings
// back what was before, with the cursor where it stood.
func TestAFilterIsSeenWhileItIsTyped(t *testing.T) {
	c := open(t, nil, 120, 40, 2, troubled)
	c.press("2", "j", "j", "j", "j", "j")
	was := c.under()
	c.press("/").write("pay").reads("payments-settle", "/pay", "Enter keeps, Esc leaves it").lacks("ad-attrib")
	c.press("esc").reads("ad-attrib").lacks("/pay")
	if got := c.under(); got != was || was == "" {
		t.Errorf("the cursor stood on %q, and stands on %q", was, got)
	}
	c.press("/").write("lag>10k").reads("payments-settle").lacks("ad-attrib")
	c.press("backspace").reads("filter lag>10 (Esc)", "/lag>10")
	c.press("backspace", "backspace").reads("not whole yet, still filtered by lag>1", "/lag>").lacks("filter lag>  ")
	c.write("10k,").reads("not whole yet, still filtered by lag>10k").lacks("ad-attrib")
	c.press("backspace", "enter").reads("filter lag>10k (Esc)", "payments-settle").lacks("ad-attrib", "Enter keeps")
	// What is filtered already comes back, too; an empty line that is left by backspace is left.
	c.press("/", "ctrl+u").reads("ad-attrib").press("backspace").reads("filter lag>10k (Esc)").lacks("ad-attrib")
	c.press("/", "ctrl+u").write("zzz").reads("nothing matches zzz").press("esc").reads("filter lag>10k (Esc)", "payments-settle")
	c.press("esc", "/").send(tea.PasteMsg{Content: "audit"})
	c.reads("audit-sink").lacks("ad-attrib")
}

// TestALongTableIsFilteredOnEnter: a key never waits for more rows than it can filter meanwhile.
func TestALongTableIsFilteredOnEnter(t *testing.T) {
	c := open(t, nil, 120, 40, 1, many(previewMost+1))
	c.m.open(newTopicPage("clickstream.raw", 0))
	c.m.sync()
	c.press("/").write("partition>20000").reads("Enter filters: 20,001 rows are too many to do it at each key").lacks("filter partition")
	c.press("esc").lacks("filter partition").press("/").write("partition>=20000").press("enter").reads("filter partition>=20000 (Esc)", "1 of 1")
}

// TestWhatWasTypedIsRemembered: lines that go to a view, each once, and no others; a file that is no such is nothing.
func TestWhatWasTypedIsRemembered(t *testing.T) {
	past := ParsePast([]byte("groups /pay\ntopics\nno such thing\narm 15m TICKET-7 the reason\n\x1b[2J\nset theme=dark\ncopy /tmp/x\ngroups \xff\ntopics\nctx prod-eu\n" +
		"groups " + strings.Repeat("x", longest) + "\ngroup pay"))
	if want := []string{"groups /pay", "topics", "ctx prod-eu", "group pay"}; !slices.Equal(past, want) {
		t.Errorf("read %q, want %q", past, want)
	}
	if got := ParsePast(EncodePast(past)); !slices.Equal(got, past) {
		t.Errorf("written and read: %q", got)
	}
	for range 3 * mostPast {
		past = append(past, "topics")
	}
	if n := strings.Count(string(EncodePast(past)), "\n"); n != mostPast {
		t.Errorf("%d lines are kept", n)
	}

	c := open(t, nil, 120, 40, 1, troubled)
	c.m.past[':'] = ParsePast([]byte("groups /pay\ntopics\n"))
	var kept []string
	c.m.out.keepPast = func(line string) error { kept = append(kept, line); return nil }
	c.press(":", "up").reads(":topics").press("up").reads(":groups /pay")
	c.run(keyMsg("enter")).reads("filter pay (Esc)")
	c.press(":").write("set utc=on")
	c.run(keyMsg("enter"))
	c.press(":").write("brokers")
	c.run(keyMsg("enter"))
	if want := []string{"groups /pay", "brokers"}; !slices.Equal(kept, want) {
		t.Errorf("kept %q, want %q", kept, want)
	}
	c.press(":", "up").reads(":brokers").press("up").reads(":set utc=on").press("up").reads(":groups /pay").press("esc")
}

func FuzzParsePast(f *testing.F) {
	f.Add([]byte("groups /x\ntopics\n"))
	f.Add([]byte("\x00\xff\n\n:"))
	f.Fuzz(func(t *testing.T, b []byte) {
		past := ParsePast(b)
		if again := ParsePast(EncodePast(past)); !slices.Equal(again, past) || len(past) > mostPast {
			t.Errorf("%q is read as %q", past, again)
		}
	})
}

// TestMarksFromHereToThere: v marks all from the row marked last to the one under the cursor, as they are listed.
func TestMarksFromHereToThere(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.press("2", "enter", "tab", "enter", "g").reads("partitions of audit-sink", "1 of 48")
	x.press("v").reads("marked; v on another row marks all between").reads("1 marked (Esc)")
	x.press("j", "j", "j", "v").reads("4 marked (Esc)").press("G", "v").reads("48 marked (Esc)")
	x.press("esc").lacks("marked (Esc)").press("v").reads("1 marked (Esc)").press("esc", "g")
	// From the mark of Space, also upward, and only what a filter leaves.
	x.press("/").write("partition<10").press("enter", "j", "j", "space", "k", "k", "k", "v").reads("3 marked (Esc)")
	x.keys("a").reads("The 3 marked partitions, in one plan.", "> offset-reset")
	for range 5 {
		if x.press("j"); strings.Contains(x.plain(), "> group-delete") {
			break
		}
	}
	x.reads("All of audit-sink, not the marked alone.")
	for range 5 {
		x.press("k")
	}
	for range 5 {
		if strings.Contains(x.plain(), "> record-skip") {
			break
		}
		x.press("j")
	}
	x.reads("Only p0 of audit.log, the one under the cursor: it takes one partition.")
	x.press("1", "v").reads("only partitions are marked")
	x.press(":").write("jobs").press("enter").reads("weir doesn't watch jobs of Connect and Flink yet")
}
