package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/lag"
)

// deed is a screen on the way of a change.
type deed struct {
	name string
	open func(x *hand)
}

var deeds = []deed{
	{"menu", func(x *hand) { x.keys("j", "enter", "tab", "a") }},
	{"form", func(x *hand) {
		x.keys("a")
		x.choose("offset-reset")
		x.keys("enter")
	}},
	{"form-wrong", func(x *hand) {
		x.keys("a")
		x.choose("offset-reset")
		x.keys("enter", "down", "down", "down")
		x.write("15x")
		x.keys("enter")
	}},
	{"plan", func(x *hand) { toPlan(x) }},
	{"plan-many", func(x *hand) {
		x.stand.changes = 10_000
		toPlan(x)
		x.keys("G")
	}},
	{"plan-expired", func(x *hand) {
		toPlan(x)
		x.send(tickMsg(night.Add(16 * time.Minute)))
	}},
	{"consent", func(x *hand) { toConsent(x).slowly("audit-si") }},
	{"consent-armed", func(x *hand) { toConsent(x).slowly("audit-sink") }},
	{"consent-grave", func(x *hand) {
		x.keys("a")
		x.choose("group-delete")
		x.keys("enter", "enter", "enter")
	}},
	{"progress", func(x *hand) {
		toConsent(x).slowly("audit-sink")
		x.press("enter")
		step := func(id, title string, done actions.Outcome) {
			x.m.heard([]actions.Event{{Run: testRun, Step: actions.Step{ID: id, Title: title, Of: 3}, What: "read back", State: done}})
		}
		step("hold", "hold group audit-sink", "")
		step("hold", "hold group audit-sink", actions.OutcomeApplied)
		step("commit-1", "commit 500 offsets", "")
		x.m.heard([]actions.Event{{Run: testRun, What: "the group to be empty: 2 members left", Wait: &actions.Wait{}}})
		x.send(tickMsg(night.Add(4 * time.Second)))
	}},
	{"done", func(x *hand) { toConsent(x).slowly("audit-sink").keys("enter") }},
	{"failed", func(x *hand) {
		x.stand.carry = func(p actions.Plan, tell func(actions.Event)) (actions.Report, error) {
			tell(actions.Event{Run: testRun, Step: actions.Step{ID: "hold", Title: "hold group", Of: 2}, What: "hold"})
			x.stand.record(p, actions.StatusFailed, 1)
			x.stand.journal[0].Error = "1 step was done before it ended: a member came back"
			return actions.Report{Run: testRun, Status: actions.StatusFailed, Done: 1}, &actions.Error{Kind: actions.ErrPartial, What: "1 step was done before it ended", Err: actions.Fail(actions.ErrGuard, "a member came back", "")}
		}
		toConsent(x).slowly("audit-sink").keys("enter")
	}},
	{"stale", func(x *hand) {
		toConsent(x)
		x.stand.refuse = &actions.Error{Kind: actions.ErrStale, What: "2 things moved since the plan was made", Do: "make a new plan", Drift: []actions.Drift{
			{Ref: "prod-eu/position/audit-sink/audit.log:0", Field: "committed", Planned: "118234170", Found: "118234999"},
			{Ref: "prod-eu/position/audit-sink/audit.log:1", Field: "committed", Planned: "118235170", Found: "118239999"}}}
		x.slowly("audit-sink").keys("enter")
	}},
	{"unknown", func(x *hand) {
		x.cutOff()
		x.keys("8", "enter")
	}},
	{"unfinished", func(x *hand) { x.cutOff() }},
	{"runs", func(x *hand) {
		toConsent(x).slowly("audit-sink").keys("enter")
		x.stand.journal = append(x.stand.journal, x.stand.journal[0])
		last := &x.stand.journal[1]
		last.Run, last.Status, last.Error, last.Done = "r-20261121-030408-0000ffff", actions.StatusFailed, "the coordinator moved", 0
		x.keys("8")
	}},
	{"audit", func(x *hand) {
		toConsent(x).slowly("audit-sink").keys("enter")
		x.keys("9", "V")
	}},
	{"marked", func(x *hand) { x.keys("enter", "enter", "space", "space") }},
}

// cutOff is a run that was cut off after a step was announced.
func (x *hand) cutOff() {
	p := x.stand.planOf("test.reset", lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: "audit-sink"})
	x.stand.record(p, actions.StatusUnknown, 1)
	x.m.refreshRuns()
	x.settle()
}

// TestActingFrames compares each screen at two of the sizes and styles with what was looked at and found good.
func TestActingFrames(t *testing.T) {
	kept := map[string]bool{}
	for i, d := range deeds {
		for k := range 2 {
			size, st := sizes[(i+k)%3], styles[(i/3+k)%2]
			name := fmt.Sprintf("%s-%dx%d-%s.txt", d.name, size[0], size[1], st.name)
			kept[name] = true
			t.Run(name, func(t *testing.T) {
				x := openActing(t, st.env, size[0], size[1], troubled)
				d.open(x)
				sound(t, x.console)
				file := filepath.Join("testdata", "acting", name)
				got := strings.ReplaceAll(x.m.View().Content, "\x1b[", "\\e[") + "\n"
				if *update {
					if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if string(want) != got {
					t.Errorf("%s is not as it was; -update writes it anew.\n%s", file, x.plain())
				}
			})
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "acting", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !kept[filepath.Base(file)] {
			t.Errorf("%s is compared with nothing", file)
		}
	}
}

// TestEveryActingFrameFits holds of all screens, sizes and styles what holds of every frame, also while keys are pressed.
func TestEveryActingFrameFits(t *testing.T) {
	for _, d := range deeds {
		for _, st := range styles {
			if d.name == "plan-many" && st.name == "ascii" {
				continue // one style shows what ten thousand rows do
			}
			x := openActing(t, st.env, 120, 40, troubled)
			d.open(x)
			for _, size := range append(sizes, [2]int{400, 120}, [2]int{64, 18}, [2]int{1, 1}, [2]int{100, 30}) {
				x.size(size[0], size[1])
				sound(t, x.console)
			}
			for _, key := range []string{"j", "k", "tab", "G", "w", "right", "O", "c", "@", "d", "esc", "?"} {
				x.keys(key)
				sound(t, x.console)
			}
		}
	}
}

// TestNamesOfAClusterSteerNoActingFrame: what a plan, a run and an audit log hold came from a cluster, too.
func TestNamesOfAClusterSteerNoActingFrame(t *testing.T) {
	evil := "\x1b[31mred\u202e\x9b2J日本語" + strings.Repeat("long", 60)
	for _, st := range styles {
		x := openActing(t, st.env, 80, 24, troubled)
		target := lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: evil}
		p := x.stand.planOf("test.reset", target)
		p.Guards[0].Want, p.Guards[0].Now, p.Warnings[0], p.ClusterID = evil, evil, evil, evil
		p.Params = map[string]string{"to": evil}
		for i := range p.Changes {
			p.Changes[i].Note, p.Changes[i].Field = evil, evil
			p.Changes[i].Ref = lag.Ref{Cluster: "prod-eu", Kind: lag.KindPosition, Name: evil, Sub: evil}.String()
		}
		x.stand.record(p, actions.StatusUnknown, 1)
		r := &x.stand.journal[0]
		r.By, r.Reason, r.Error, r.Pending = evil, evil, evil, []string{evil}
		for i := range x.stand.entries {
			e := &x.stand.entries[i]
			e.Error, e.Reason, e.Claimed = evil, evil, map[string]string{"user": evil}
		}
		x.m.refreshRuns()
		x.settle()
		sound(t, x.console)
		for _, key := range []string{"8", "enter", "d", "esc", "y", "esc", "9", "d"} {
			x.keys(key)
			sound(t, x.console)
		}
		made := planSource{shell: []string{"weir", evil}}
		for _, v := range []view{newPlanView(x.m.snap(), p, made), newConsent(x.m.snap(), p, made), newRunPage(&work{plan: p, over: true, run: testRun, err: actions.Fail(actions.ErrStale, evil, evil)}, testRun)} {
			x.m.open(v)
			x.send(tickMsg(night))
			sound(t, x.console)
			x.keys("d")
			sound(t, x.console)
			x.keys("esc")
		}
		of := selection{refs: []lag.Ref{target}, name: evil, hand: spot{evil, 3}, marked: []spot{{evil, 1}}, troubled: []spot{{evil, 2}}, all: 9}
		x.m.open(newActMenu(of))
		x.send(tickMsg(night))
		sound(t, x.console)
		x.keys("enter")
		sound(t, x.console)
	}
}

// BenchmarkPlanOfManyChanges is from a key to the finished frame, on a plan of ten thousand changes.
func BenchmarkPlanOfManyChanges(b *testing.B) {
	x := openActing(b, nil, 150, 66, troubled)
	x.stand.changes = 10_000
	toPlan(x)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.press([]string{"j", "k"}[i%2])
		_ = x.m.View()
	}
}
