package tui

import (
	"os"
	"strings"
	"testing"
)

// placeNames are the views that keys are bound in, as pages name them.
var placeNames = []struct {
	at   place
	name string
}{{atOverview, "overview"}, {atGroups, "groups"}, {atGroup, "a group"}, {atPositions, "partitions of a group"}, {atTopics, "topics"},
	{atTopic, "a topic"}, {atBrokers, "brokers"}, {atBroker, "a broker"}, {atEvents, "events"}, {atPeek, "records"}, {atText, "all fields, JSON"}, {atHelp, "help"},
	{atMenu, "what can be done"}, {atForm, "a form"}, {atPlan, "a plan"}, {atConsent, "consent"}, {atRun, "a run"}, {atRuns, "runs"}, {atAudit, "the audit log"}, {atClusters, "clusters"}}

// keysPage is docs/keys.md, made from the bindings.
func keysPage() string {
	var b strings.Builder
	b.WriteString("# Keys of the console\n\nMade from the table of bindings in `tui/bindings.go` by `go test ./tui -run TestKeysPage -update`. `?` in the console shows\n" +
		"the same for the view it is pressed in. No key changes a cluster by itself.\n")
	for sec := range numSections {
		b.WriteString("\n## " + sectionNames[sec] + "\n\n| key | does | works on |\n|---|---|---|\n")
		for i := range bindings {
			bd := &bindings[i]
			if bd.section != sec {
				continue
			}
			var on, off []string
			for _, n := range placeNames {
				if bd.works(n.at) {
					on = append(on, n.name)
				} else {
					off = append(off, n.name)
				}
			}
			where := strings.Join(on, ", ")
			switch {
			case len(off) == 0:
				where = "everywhere"
			case len(on) == 0:
				where = "not yet: " + bd.not
			case len(off) <= 2:
				where = "everywhere but " + strings.Join(off, " and ")
			}
			keys := make([]string, len(bd.keys))
			for k, key := range bd.keys {
				keys[k] = "`" + key + "`"
			}
			b.WriteString("| " + strings.ReplaceAll(strings.Join(keys, " "), "|", "\\|") + " | " + strings.ReplaceAll(bd.help, "|", "\\|") + " | " + where + " |\n")
		}
	}
	b.WriteString("\n## Views by name\n\n`:NAME` opens a view, `:NAME /FILTER` with a filter; Tab completes, ↑ recalls.\n\n| name | also |\n|---|---|\n")
	for _, v := range viewNames {
		b.WriteString("| `" + v.name + "` | `" + strings.Join(v.aliases, "` `") + "` |\n")
	}
	b.WriteString("| `set NAME=VALUE` | theme, glyphs, utc, mouse, mine, columns: kept for the next time; `set` alone tells all |\n")
	b.WriteString("| `ctx NAME` | another cluster |\n| `group NAME`, `topic NAME`, `broker ID` | the page of one |\n| `copy FILE` | copies the view as Markdown into a new file; without a name, to the clipboard |\n| `help` | |\n| `q` | quits |\n")
	return b.String()
}

func TestKeysPage(t *testing.T) {
	const file = "../docs/keys.md"
	if *update {
		if err := os.WriteFile(file, []byte(keysPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != keysPage() {
		t.Errorf("%s is not what the bindings say; go test ./tui -run TestKeysPage -update writes it anew", file)
	}
}

// TestTourShowsEveryView: the tour of the console has a screen of each view that keys are bound in.
func TestTourShowsEveryView(t *testing.T) {
	page, err := os.ReadFile("../docs/tour.md")
	if err != nil {
		t.Fatal(err)
	}
	for p := atOverview; p <= atClusters; p <<= 1 {
		named := ""
		for _, n := range placeNames {
			if n.at == p {
				named = n.name
			}
		}
		if named == "" || !strings.Contains(string(page), "\n### "+upperFirst(named)+"\n") {
			t.Errorf("docs/tour.md has no screen of view %b, %q; go test . -run TestTour -update makes it", p, named)
		}
	}
}

func TestBindings(t *testing.T) {
	seen := map[string]place{}
	for i := range bindings {
		b := &bindings[i]
		for _, k := range b.keys {
			if seen[k]&b.in != 0 {
				t.Errorf("%s is bound twice in one view", k)
			}
			seen[k] |= b.in
		}
		if b.in != anywhere && b.not == "" && b.verb != vEsc { // which is bound in two rows
			t.Errorf("%s does not work everywhere and does not say why", b.shown)
		}
		if b.help == "" || b.label == "" {
			t.Errorf("%s has no words", b.shown)
		}
	}
	for _, k := range []string{"ctrl+a", "ctrl+b", "ctrl+i", "ctrl+m"} {
		if _, bound := seen[k]; bound {
			t.Errorf("%s belongs to screen, tmux or the terminal", k)
		}
	}
}

// TestEveryBindingDoesSomethingWhereItSaysSo presses every key in every view.
func TestEveryBindingDoesSomethingWhereItSaysSo(t *testing.T) {
	for _, v := range screens {
		c := open(t, nil, 120, 40, 1, troubled)
		for i := range bindings {
			b := &bindings[i]
			if b.verb == vQuit || b.verb == vInterrupt || b.verb == vSuspend {
				continue
			}
			c.m.stack, c.m.prompt, c.m.visited = []view{newOverview()}, nil, visited{}
			v.open(c, "payments-settle", "payments.events")
			if !b.works(c.m.top().place()) {
				continue
			}
			c.m.notice = ""
			c.m.do(b.verb)
			if c.m.notice == listsOnly {
				t.Errorf("%s: %s claims to work and does not", v.name, b.shown)
			}
			sound(t, c)
		}
	}
}
