package main

import (
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weir/internal/demo"
	"weir/internal/screentest"
)

var update = flag.Bool("update", false, "write docs/tour.md and its pictures anew")

const (
	tourPage     = "docs/tour.md"
	tourPictures = "docs/tour"
)

// TestTour walks through every view of the console: the real program, on a terminal, on embedded clusters. With -update its
// screens become docs/tour.md. Without, each must come to the shape it has there: numbers differ every time, but where one
// is, the sections, the columns and the keys do not.
func TestTour(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	tour := &tour{t: t, page: map[string]string{}}
	if !*update {
		tour.read()
	}
	tour.find()
	tour.act()
	if *update {
		tour.write()
	}
}

// tour is what was seen so far.
type tour struct {
	t     *testing.T
	stops []stop
	page  map[string]string // the page as it is: each screen by the name of its picture
	p     *screentest.Terminal
}

// stop is a screen, or a heading of several when it has no picture.
type stop struct {
	heading, name, words string
	pic                  screentest.Picture
}

// part begins a part of the page.
func (w *tour) part(heading, words string) {
	w.stops = append(w.stops, stop{heading: "## " + heading, words: words})
}

// sees is a screen of the tour, once it reads all the texts.
func (w *tour) sees(heading, name, words string, texts ...string) {
	w.t.Helper()
	w.p.Await(texts...)
	if *update {
		w.stops = append(w.stops, stop{"### " + heading, name, words, w.p.Picture()})
		return
	}
	want, ok := w.page[name]
	if !ok {
		w.t.Fatalf("%s does not show %s", tourPage, name)
	}
	delete(w.page, name)
	w.p.AwaitThat("what "+tourPage+" shows as "+name+", which -update writes anew: "+fmt.Sprintf("%q", shape(want)),
		func(screen string) bool { return slices.Equal(shape(screen), shape(want)) })
}

// known waits until a page is there and all its numbers are.
func (w *tour) known(text string) {
	w.t.Helper()
	w.p.AwaitThat(text+" with all its numbers", func(screen string) bool { return strings.Contains(screen, text) && !strings.Contains(screen, "?   ") })
}

// opens starts the console on a terminal of its own.
func (w *tour) opens(dir string, args ...string) *screentest.Program {
	w.t.Helper()
	weir, err := exec.LookPath("weir")
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(weir, append(args, "--utc")...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "LOGNAME=ada", "USER=ada"}
	w.p = screentest.New(w.t, screentest.Options{Width: 120, Height: 36})
	return w.p.Start(cmd)
}

func (w *tour) leaves(run *screentest.Program) {
	w.t.Helper()
	w.p.Type("\x03")
	if code := run.Wait(); code != 0 {
		w.t.Errorf("weir exits %d", code)
	}
	w.p.Restored()
}

// find is the first half: what is wrong, and all there is to look at.
func (w *tour) find() {
	p := w.opens(w.t.TempDir(), "demo", "stalled")
	defer w.leaves(p)
	w.part("Finding out", "`weir demo stalled` plays a cluster in which one member of a group hangs.")
	w.sees("Overview", "overview", "What is wrong comes first, as a sentence: who, since when, and what it costs. `Enter` opens the group under the cursor; "+
		"the corner tells how old the data is, and what weir itself asks of the cluster.", "orders-fraud", "■ stalled", "1 trouble", "nearest to a limit")
	w.p.Type("2")
	w.sees("Groups", "groups", "`2`: every group, the gravest first. `/` filters, `L` orders by lag, `!` leaves the troubles alone. Rows keep their place while numbers move; "+
		"`O` sorts anew.", "▸ groups", "> ■ stalled")
	w.p.Type("\r")
	w.known("■ STALLED")
	w.sees("A group", "group", "`Enter`: what is the matter and since when, how fast it is written and read, the map of its partitions, its members with the hosts they run on. "+
		"The member that hangs is under the cursor.", "■ STALLED", "> orders-fraud-", "stays at", "lag and rates")
	w.p.Type("\t")
	w.sees("A group, its map", "map", "`Tab` goes to the map: arrows move, the line above tells the cell. Groups of thousands of partitions are drawn here as a heat map, a cell each.",
		"■ STALLED", "■ stalled", ", lag ")
	w.p.Type("\r")
	w.known("COMMITTED")
	w.sees("Partitions of a group", "partitions", "`Enter`: the same as a table, with committed offset, log end and log start. `Space` marks some, to act on them.",
		"partitions of orders-fraud", "> ■ stalled", "COMMITTED")
	w.p.Type("r")
	w.sees("Records", "records", "`r`: the record that the group stands on, and those around it; `Tab` shows it as text, JSON, hex or its headers. No group is joined and nothing is committed.",
		"▸ peek", "records around it", " at orders p", "fetched")
	w.p.Type("\x1b")
	w.p.Await("partitions of orders-fraud")
	w.p.Type("d")
	w.sees("All fields, JSON", "fields", "`d`: all that is known of what is under the cursor, field by field; `y` the same as JSON, `c` copies any view as Markdown, `@` the command line that shows it.",
		"all fields", "committed")
	w.p.Type("3")
	w.sees("Topics", "topics", "`3`: how fast topics are written, how much they hold, for how long.", "TOPIC", "> ", "payments.events")
	w.p.Type("/orders\r")
	w.p.Await("filter orders (Esc)")
	w.p.Type("\r")
	w.sees("A topic", "topic", "`Enter`: leaders, replicas, sizes, the settings that differ from the default, and who reads it.", "▸ orders", "orders-fraud", "LEADER")
	w.p.Type("4")
	w.sees("Brokers", "brokers", "`4`: who leads what, who is out of sync, how fast each answers.", "▸ brokers", "HOST", "p99")
	w.p.Type("\r")
	w.sees("A broker", "broker", "`Enter`: its log directories, its settings, the partitions it holds.", "log directories", "partitions it holds")
	w.p.Type("5")
	w.sees("Events", "events", "`5`: what changed: members, leaders, offsets that jumped, settings; and the deploys that `weir mark` or `m` noted. Letters on a group's chart point here.",
		"▸ events", "newest first")
	w.p.Type("0")
	w.sees("Clusters", "clusters", "`0`: all clusters of the configuration, those in trouble first. `Enter` goes to one.", "▸ clusters", "HOW IT IS", "in trouble")
	w.p.Type("5")
	w.p.Await("▸ events")
	w.p.Type("?")
	w.sees("Help", "help", "`?`, anywhere: the keys that work there, and what the signs mean. `:` goes to any view by its name.", "Keys that work on events")
}

// act is the second half: an offset reset, on a cluster of production.
func (w *tour) act() {
	c, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	g := &gate{kept: make(chan struct{}, 100)}
	conf, err := g.before(c.Brokers(), w.t.Cleanup)
	if err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte("[clusters.night]\nenvironment = \"prod\"\n"+conf), 0o600); err != nil {
		w.t.Fatal(err)
	}
	p := w.opens(dir, "--config", "config.toml")
	defer w.leaves(p)
	w.part("Changing something", "`audit-archive` has a backlog that nobody reads. The cluster is a production one, hence read-only until `:arm 15m REASON` lifts that.")
	w.p.Await("audit-archive", "stopped", "read-only")
	w.p.Type("2")
	w.p.Await("▸ groups", "1 of ")
	w.p.Type("/audit-archive\r")
	w.p.Await("filter audit-archive")
	w.p.Type("a")
	w.sees("What can be done", "menu", "`a`: what can be done to the group, and why not, for what can't.", "what can be done to audit-archive", "offset-reset", "arm with :arm 15m REASON")
	for row := 2; !strings.Contains(w.p.Screen(), "> offset-reset"); row++ {
		w.p.Type("j")
		w.p.Await(fmt.Sprintf("%d of ", row))
	}
	w.p.Type("\r")
	w.p.Await("weir plan offset-reset audit-archive")
	w.p.Type("\x1b[B ") // down, and choose
	w.sees("A form", "form", "`Enter`: filled in with what is known. The last line is the command that does the same.", "--to latest")
	w.p.Type("\r")
	w.sees("A plan", "plan", "`Enter` plans, which only reads: partition by partition from where to where, what is checked before every write, what to mind, until when it holds.",
		"checked before every write", "skipped")
	w.p.Type(":")
	w.p.Type("arm 15m INC-4711\r")
	w.p.Await("ARMED 15 min")
	w.p.Type("\r")
	w.p.Await("type the name", "INC-4711")
	byHand(w.p, "audit-archiv", 0)
	w.sees("Consent", "consent", "`Enter`: the name is typed, not pasted, and `Enter` counts after a moment without a key. `Esc` goes back with nothing changed.", "1 letter to go")
	w.commit(g)
	w.sees("A run, done", "done", "Done means read back from the brokers. `z` plans the way back.", "done and verified", "read back", "z undo")
	w.p.Type("8")
	w.sees("Runs", "runs", "`8`: every run, also those of the shell. One that was cut off is settled (`s`), gone on with (`o`) or undone (`z`) here.", "1 run in the log", "done, verified")
	w.p.Type("9")
	w.p.Await("audit log", "entries")
	w.p.Type("V")
	w.sees("The audit log", "audit", "`9`: every intent before its act, and every result. `V` checks the whole chain.", "Every record and signature is whole")
}

// commit applies the plan, and keeps the brokers' reply back until the run was seen on its way.
func (w *tour) commit(g *gate) {
	w.t.Helper()
	if err := g.close("OffsetCommit", true); err != nil {
		w.t.Fatal(err)
	}
	defer g.open(false)
	byHand(w.p, "audit-archive", len("audit-archiv"))
	w.p.AwaitGone("not yet")
	w.p.Type("\r")
	g.keeps(w.t, w.p)
	w.sees("A run", "run", "`Enter` applies it. Each step stands in the audit log before it is done. Leaving the view stops nothing; `x` stops after the step in hand.", "apply", "under way")
}

// read takes the screens from the page.
func (w *tour) read() {
	w.t.Helper()
	text, err := os.ReadFile(tourPage)
	if errors.Is(err, os.ErrNotExist) {
		w.t.Skipf("no %s", tourPage)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)\\(tour/([a-z]+)\\.svg\\).*?```text\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		w.page[m[1]] = m[2]
	}
	files, err := filepath.Glob(filepath.Join(tourPictures, "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range files {
		if _, shown := w.page[strings.TrimSuffix(filepath.Base(f), ".svg")]; !shown {
			w.t.Errorf("%s is on no page", f)
		}
	}
	for name := range w.page {
		w.t.Cleanup(func() {
			if _, unseen := w.page[name]; unseen && !w.t.Failed() {
				w.t.Errorf("%s shows %s, and the tour does not come by", tourPage, name)
			}
		})
		drawing(w.t, filepath.Join(tourPictures, name+".svg"))
	}
}

// drawing fails unless a file is XML.
func drawing(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for d := xml.NewDecoder(f); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// write writes the page and the pictures.
func (w *tour) write() {
	w.t.Helper()
	if err := os.RemoveAll(tourPictures); err != nil {
		w.t.Fatal(err)
	}
	if err := os.MkdirAll(tourPictures, 0o755); err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# A tour of the console\n\nEvery screen, as the program drew it on a terminal of 120×36: `go test . -run TestTour -update` makes this page from the running\n" +
		"program, and `go test . -run TestTour` holds it to the shape that the screens have. All keys: [keys.md](keys.md), or `?`.\n")
	for _, s := range w.stops {
		fmt.Fprintf(&b, "\n%s\n\n%s\n", s.heading, folded(s.words))
		if s.name == "" {
			continue
		}
		fmt.Fprintf(&b, "\n![%s](tour/%s.svg)\n\n<details><summary>as text</summary>\n\n```text\n%s```\n\n</details>\n", s.heading[4:], s.name, s.pic.Text())
		if err := os.WriteFile(filepath.Join(tourPictures, s.name+".svg"), []byte(s.pic.SVG()), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := os.WriteFile(tourPage, []byte(b.String()), 0o644); err != nil {
		w.t.Fatal(err)
	}
}
