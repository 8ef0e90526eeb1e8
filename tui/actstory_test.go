package tui

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/lag"
)

// toPlan goes from the overview to the plan that resets audit-sink.
func toPlan(x *hand) *hand {
	x.t.Helper()
	x.keys("a").reads("what can be done to audit-sink", "offset-reset", "move the committed offsets", "name, T2", "group-delete", "destroys")
	x.choose("offset-reset")
	x.keys("enter").reads("earliest", "latest", "which partitions", "weir plan offset-reset audit-sink --to earliest")
	return x.keys("enter")
}

// choose moves the menu's cursor to a verb.
func (x *hand) choose(verb string) {
	x.t.Helper()
	menu := x.m.top().(*actMenu)
	for i := range menu.rows {
		if menu.rows[i].spec.Verb == verb {
			menu.at = i
			return
		}
	}
	x.t.Fatalf("the menu has no %s:\n%s", verb, x.plain())
}

func TestFromTheCulpritToTheUndo(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	toPlan(x).reads("Offset-reset of audit-sink: 3 changes.", "614,979", "DELETED ALREADY", "until 03:29:08, in 15 min", "7f3c 91e2 04bd", "118,234,170", "+204,993",
		"the group has no members", "204,993 offsets were deleted")
	if got := x.stand.asked[0]; got.Params["to"] != "earliest" || got.Target.Name != "audit-sink" || len(got.Params) != 1 {
		t.Errorf("asked for %+v", got)
	}
	x.keys("enter").reads("consent", "Apply 3 changes to group audit-sink", "type the name", "10 letters to go", "as ada")
	x.slowly("audit-sink").reads("[ Enter applies ]").lacks("not yet")
	x.keys("enter").reads("offset-reset of audit-sink: done and verified.", "3 offsets are as planned", "hold group audit-sink", "✓ read back", "journal", "4,822", "z makes the plan that undoes it")
	if c := x.stand.consents[0]; c.Digest != x.stand.planOf("test.reset", lag.Ref{}).Digest || c.Via != "screen" || c.Who != "ada" || c.Arm {
		t.Errorf("consented by %+v", c)
	}
	x.keys("z").reads("which undo run "+testRun, "plan")
	x.keys("enter").reads("consent")
	x.slowly("audit-sink").keys("enter").reads("done and verified")
	if len(x.stand.consents) != 2 {
		t.Errorf("%d were consented to", len(x.stand.consents))
	}
	x.press("esc", "esc").reads("worst groups")
	x.keys("8").reads("2 runs in the log", "✓ done, verified", "offset-reset", "audit-sink")
}

func TestTheStuckRecordIsSkippedFromTheMap(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("j", "enter", "tab", "a").reads("what can be done to payments-settle p7 of payments.events", "record-skip", "not now, because", "8 members still live")
	x.keys("enter").reads("payments.events:7@38841214", "weir plan record-skip payments-settle payments.events:7@38841214 -c prod-eu")
	x.keys("enter")
	if got := x.stand.asked[0]; got.Target.Sub != "payments.events:7@38841214" || got.Kind != "test.skip" {
		t.Errorf("asked for %+v", got)
	}
}

func TestMarkedPartitionsAreTheScope(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("enter", "enter").reads("partitions of audit-sink")
	x.keys("space", "j", "space").reads("2 marked (Esc)", "•  ✗ losing data     audit.log         0", "•  ✗ losing data     audit.log         2")
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter").reads("marked", "p0 p2 of audit.log", "-t").lacks("nothing to mark")
	x.keys("enter")
	if got := x.stand.asked[0].Params["topic"]; got != "audit.log:0,2" {
		t.Errorf("the scope is %q", got)
	}
	x.press("esc", "esc", "esc").press("esc").lacks("marked")
	x.press("1", "space").reads("only partitions are marked")
}

func TestTheFormSaysWhatIsWrongBesideTheField(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter", "down", "down", "down").write("15x")
	x.keys("enter").reads("ago", "15x")
	if len(x.stand.asked) != 0 {
		t.Error("a plan was asked for with a duration that is none")
	}
	x.press("backspace").write("m").reads("--ago 15m")
	x.stand.refuse = actions.Fail(actions.ErrUnseen, "no broker answers", "try again")
	x.keys("enter").reads("No broker answers (try again). Nothing changed.", "offset-reset")
	x.stand.refuse = nil
	x.keys("enter").reads("plan", "118,234,170")
	if got := x.stand.asked[1].Params; got["ago"] != "15m" || got["to"] != "" {
		t.Errorf("asked for %v", got)
	}
	x.press("esc").reads("(•) ago").press("down").write("-5").reads("--shift=-5")
	x.press("tab").write("~/offsets.csv").reads("--from-file")
	x.keys("enter")
	if x.stand.files["from-file"] != "~/offsets.csv" {
		t.Errorf("files %v", x.stand.files)
	}
}

func TestEnterPlansNothingButWhatIsPointedAt(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter", "down").reads("> ( ) latest")
	x.keys("enter").reads("> (•) latest", "--to latest", "latest is chosen now")
	if len(x.stand.asked) != 0 {
		t.Fatalf("a plan was asked for: %v", x.stand.asked)
	}
	x.keys("enter")
	if got := x.stand.asked[0].Params["to"]; got != "latest" {
		t.Errorf("asked for %q", got)
	}
}

// toConsent goes on to the consent.
func toConsent(x *hand) *hand {
	x.t.Helper()
	toPlan(x)
	return x.keys("enter")
}

func TestAPasteConfirmsNothing(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled))
	x.send(tea.PasteMsg{Content: "audit-sink"})
	x.reads("Pasting is refused", "10 letters to go")
	x.rest().keys("enter").reads("10 letters to go")
	// A terminal that doesn't tell a paste: the keys come in a burst.
	x.write("audit-sink\n")
	x.reads("Pasting is refused")
	x.keys("enter")
	if len(x.stand.consents) != 0 {
		t.Error("a paste confirmed")
	}
	x.rest().slowly("audit-sink").keys("enter").reads("done and verified")
}

func TestAnEarlyEnterConfirmsNothing(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled))
	for _, r := range "audit-sin" {
		x.write(string(r))
		x.rest()
	}
	x.write("k")
	x.keys("enter").reads("Too soon", "consent")
	if len(x.stand.consents) != 0 {
		t.Fatal("an early Enter confirmed")
	}
	x.rest().reads("[ Enter applies ]").lacks("not yet")
	// A key after the quiet begins it anew, and old timers don't end it.
	x.press("tab")
	stale := x.timers
	x.press("tab")
	x.timers = nil
	for _, s := range stale {
		x.send(s.msg)
	}
	x.keys("enter").reads("Too soon")
	if len(x.stand.consents) != 0 {
		t.Fatal("an Enter confirmed after a key, by an older timer")
	}
	for _, d := range x.timers {
		if _, quiet := d.msg.(quietMsg); quiet && d.d != quietFor {
			t.Errorf("quiet is %s", d.d)
		}
	}
	x.rest().keys("enter").reads("done and verified")
}

func TestEscConfirmsNothingAndLeadsBack(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled))
	x.slowly("audit-sink").reads("[ Enter applies ]")
	x.press("esc").reads("CHANGES", "Enter consent").press("esc").reads("which partitions").press("esc").reads("what can be done").press("esc").reads("worst groups")
	if len(x.stand.consents) != 0 {
		t.Error("Esc confirmed")
	}
}

func TestTheHighestTierAsksForClusterNameAndReason(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("a")
	x.choose("group-delete")
	x.keys("enter").reads("This asks for nothing: Enter makes the plan.")
	x.keys("enter", "enter").reads("Destroy group audit-sink", "type cluster/name", "needed, and stands in the audit log")
	x.press("tab")
	x.slowly("prod-eu/audit-sink")
	x.keys("enter").reads("A reason is needed")
	x.press("tab")
	x.slowly("old").keys("enter").reads("done and verified")
	if c := x.stand.consents[0]; c.Name != "prod-eu/audit-sink" || c.Reason != "old" {
		t.Errorf("%+v", c)
	}
}

func TestTheLowestTierAsksForAYes(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("3", "a", "enter", "enter", "enter").reads("y or N", "y is not typed")
	x.rest().keys("enter").reads("Y is not typed")
	x.slowly("y").keys("enter").reads("done and verified")
	if c := x.stand.consents[0]; !c.Yes {
		t.Errorf("%+v", c)
	}
}

func TestAnExpiredPlanIsMadeAnew(t *testing.T) {
	x := toPlan(openActing(t, nil, 120, 40, troubled))
	x.keys("enter")
	x.slowly("audit-sink")
	x.send(tickMsg(night.Add(16 * time.Minute)))
	x.rest().keys("enter").reads("The plan has expired", "Nothing changed")
	x.press("esc").reads("expired at 03:29:08", "This plan has expired and is not applied any more. Nothing changed. Enter or r makes it anew.")
	x.stand.at, x.stand.digest = night.Add(16*time.Minute), "02aa7c19e0f4"+strings.Repeat("1", 52)
	x.keys("enter").reads("02aa 7c19 e0f4", "in 15 min", "the plan was made anew")
	if len(x.stand.asked) != 2 || len(x.stand.consents) != 0 {
		t.Errorf("%d asked, %d consented", len(x.stand.asked), len(x.stand.consents))
	}
}

func TestAStalePlanIsRefusedAndSaysWhatMoved(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled))
	x.stand.refuse = &actions.Error{Kind: actions.ErrStale, What: "1 thing moved since the plan was made", Do: "make a new plan",
		Drift: []actions.Drift{{Ref: "prod-eu/position/audit-sink/audit.log:0", Field: "committed", Planned: "118234170", Found: "118234999"}}}
	x.slowly("audit-sink").keys("enter").reads("refused", "audit.log:0 committed was 118234170, is 118234999", "Nothing changed.", "next: r makes the plan anew")
	x.stand.refuse = nil
	x.keys("r").reads("118,234,170", "Enter consent")
	if len(x.stand.asked) != 2 {
		t.Errorf("asked %d times", len(x.stand.asked))
	}
	x.press("esc", "esc").reads("worst groups").press("-", "[", "[").reads("audit-sink")
}

func TestReadOnlyPlansAndAppliesNothingUntilArmed(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.m.clusters[0].ReadOnly, x.stand.policy.ReadOnly = true, true
	toPlan(x).reads("read-only", "to apply it, arm with :arm 15m REASON")
	x.keys("enter").reads(":arm 15m REASON", "CHANGES")
	x.press(":").write("arm 15m").press("enter")
	x.reads("write :arm 15m REASON")
	x.press(":").write("arm 9h why").press("enter")
	x.reads("write :arm 15m REASON: for how long, at most 8h")
	x.press(":").write("arm 15m INC-4711")
	x.keys("enter").reads("ARMED 15 min", "prod-eu is armed until 03:29:08")
	if len(x.stand.armed) != 1 || x.stand.armed[0] != "prod-eu 15m0s INC-4711" {
		t.Errorf("armed %v", x.stand.armed)
	}
	x.keys("enter").reads("INC-4711", "type the name")
	x.slowly("audit-sink").keys("enter").reads("done and verified")
	if c := x.stand.consents[0]; !c.Arm || c.Reason != "INC-4711" {
		t.Errorf("%+v", c)
	}
	x.send(tickMsg(night.Add(14*time.Minute + 30*time.Second)))
	x.reads("ARMED 1 min")
	x.send(tickMsg(night.Add(15 * time.Minute)))
	x.lacks("ARMED").reads("read-only")
	x.press(":").write("disarm").press("enter")
	x.reads("prod-eu is not armed")
}

func TestWhatPolicyForbidsIsSaidWithThePlan(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.stand.policy.Forbidden = []string{"test.reset"}
	x.keys("a").reads("not now, because", "policy forbids test.reset on cluster prod-eu; a plan can be made, and is not applied")
	x.choose("offset-reset")
	x.keys("enter", "enter").reads("Policy forbids test.reset on cluster prod-eu. Nothing changed.")
	x.keys("enter")
	x.slowly("audit-sink").keys("enter").reads("Policy forbids")
	if len(x.stand.consents) != 0 {
		t.Error("what policy forbids was applied")
	}
}

func TestLeavingThePageDoesNotStopTheRun(t *testing.T) {
	x := toConsent(openActing(t, nil, 120, 40, troubled))
	x.slowly("audit-sink")
	x.press("enter").reads("checking the guards and taking the locks", "run: 0 done")
	x.m.heard([]actions.Event{{Run: testRun, Step: actions.Step{ID: "hold", Title: "hold group audit-sink", Of: 2}, What: "hold"}})
	x.m.heard([]actions.Event{{Run: testRun, What: "the group to be empty: 1 member left", Wait: &actions.Wait{}}})
	x.m.sync()
	x.reads("hold group audit-sink", "• under way", "Waiting: the group to be empty: 1 member left.")
	x.press("esc").reads("worst groups", "run: 0 of 2")
	x.press("z").reads("a run is under way")
	x.press("q").reads("leaving stops it after the step in hand; q again leaves")
	x.press("j").lacks("q again leaves")
	x.press(":").write("q").press("enter").reads("leaving stops it after the step in hand; :q again leaves")
	x.press(":").write("groups").press("enter").reads("groups")
	x.press(":").write("q").press("enter").reads(":q again leaves")
	x.press(":", "esc", ":").write("q")
	if isQuit(x.send(keyMsg("enter"))) || !isQuit(x.press(":").write("q").send(keyMsg("enter"))) {
		t.Error(":q in a run does not leave when it is asked twice, and only then")
	}
	x.press(":").write("run").press("enter")
	x.reads("▸ runs ▸ r-20261121-021408-a1b2c3d4", "• under way")
	if x.send(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}) != nil && !x.m.acts.work.stopping {
		t.Error("ctrl+c did not ask the run to stop")
	}
	x.reads("asked to stop")
	x.settle().reads("done and verified") // it was in its last step
	if !isQuit(x.send(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})) {
		t.Error("ctrl+c does not leave when nothing is under way")
	}
}

func isQuit(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		for _, c := range msg {
			if c != nil && isQuit(c) {
				return true
			}
		}
	}
	return false
}

// unknownRun is a console after a run was cut off in the middle.
func unknownRun(t testing.TB, env map[string]string, w, h int) *hand {
	x := openActing(t, env, w, h, troubled)
	x.stand.settled = []actions.Settled{{Step: "commit-1", Outcome: actions.OutcomeApplied, Note: "3 offsets stand as planned"}}
	x.cutOff()
	return x
}

func TestAnUnknownOutcomeIsToldSettledAndGoneOnWith(t *testing.T) {
	x := unknownRun(t, nil, 120, 40)
	x.reads("1 unfinished", "? outcome unknown: offset-reset of audit-sink. 8 opens it; settling only reads.")
	x.keys("8").reads("? outcome unknown", testRun)
	x.keys("o") // what is in doubt is settled by Resume too
	x.keys("esc", "enter").reads("? OUTCOME UNKNOWN", "In doubt: commit-1", "? not known", "you choose", "s settle")
	x.keys("s").reads("step commit-1: it took effect, 3 offsets stand as planned", "it stopped between two steps")
	x.keys("s").reads("no step of run " + testRun + " is in doubt")
	x.keys("o").reads("weir run resume " + testRun)
	x.keys("enter").reads("Go on with run " + testRun)
	x.slowly("audit-sink").keys("enter").reads("done and verified").lacks("unfinished")
}

func TestAnUnfinishedRunIsEndedWithANote(t *testing.T) {
	x := unknownRun(t, nil, 80, 24)
	x.keys("8", "enter", "e").reads("note:")
	x.keys("enter").reads("needs a note")
	x.keys("e").write("moved by hand, see INC-4711")
	x.keys("enter").reads("the note stands in the audit", "settled").lacks("unfinished")
	if len(x.stand.notes) != 1 || x.stand.notes[0] != testRun+": moved by hand, see INC-4711" {
		t.Errorf("notes %v", x.stand.notes)
	}
	x.keys("e").reads("is not unfinished: it is settled")
}

func TestTheAuditLogIsListedFilteredAndVerified(t *testing.T) {
	x := unknownRun(t, nil, 120, 40)
	x.keys("9").reads("4 entries", "4,825", "intent", "commit-1", "ada", "offset-reset")
	if x.lineOf("4,825") > x.lineOf("4,822") {
		t.Error("the newest entry is not the first")
	}
	x.press("/").write("stage=intent").press("enter").reads("1 of 2").lacks("4,822")
	x.press("esc")
	x.keys("V").reads("Every record and signature is whole, checked 03:14:08; 0 of 4,827 are confirmed by an anchor.")
	x.keys("enter").reads("all fields", "prev_root")
}

func TestASavedPlanSaysWhere(t *testing.T) {
	x := toPlan(openActing(t, nil, 120, 40, troubled))
	x.keys("S").reads("kept in /state/plan-7f3c.json; weir apply")
	x.press(":").write("save mine.json")
	x.keys("enter")
	if len(x.stand.saved) != 2 || x.stand.saved[1] != "mine.json" {
		t.Errorf("saved %v", x.stand.saved)
	}
	x.press("@").reads("copied: weir plan offset-reset audit-sink --to earliest")
	x.press("y").reads("JSON of p-1", `"schema": "weir.plan/v1"`, `"complete": true`, "digest").press("esc").press("d").reads("all fields of p-1", "checked again before every write")
}

// TestTheJSONOfAPlanIsTheFileOfIt: what y shows is what weir plan -o json prints and weir apply reads.
func TestTheJSONOfAPlanIsTheFileOfIt(t *testing.T) {
	x := toPlan(openActing(t, nil, 120, 40, troubled))
	v := x.m.top().(*planView)
	_, body, ok := v.describe(x.m.snap(), true)
	if !ok || len(body) != 1 {
		t.Fatalf("%q, %v", body, ok)
	}
	var file bytes.Buffer
	if err := v.plan.Write(&file, x.m.snap().version); err != nil {
		t.Fatal(err)
	}
	if body[0] != strings.TrimSpace(file.String()) {
		t.Errorf("y shows\n%s\nthe file is\n%s", body[0], file.String())
	}
}

func TestAPlanNobodyWaitsForIsDropped(t *testing.T) {
	x := openActing(t, nil, 120, 40, troubled)
	x.keys("a")
	x.choose("offset-reset")
	x.keys("enter")
	x.press("enter").reads("Asking the brokers; this only reads.")
	x.press("esc").reads("what can be done")
	x.settle().reads("what can be done")
}

func TestWithoutAnActorNothingIsOffered(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press("a").reads("this console can't change anything").press("z").reads("this console can't change anything")
	c.press(":").write("arm 15m x").press("enter").reads("this console can't change anything")
	c.press("8").reads("runs")
}

func TestFailuresSayWhatBecameOfTheCluster(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{actions.Fail(actions.ErrGuard, "2 members are live", ""), "2 members are live. Nothing changed."},
		{actions.ErrGuard, "A guard failed, nothing changed."},
		{actions.Fail(actions.ErrPartial, "3 steps were done before it ended", ""), "3 steps were done before it ended."},
		{actions.Fail(actions.ErrUnknown, "nobody knows", ""), "Nobody knows."},
		{errors.New("broken pipe"), "Broken pipe."},
	} {
		if got := failure(tt.err); got != tt.want {
			t.Errorf("%v is told as %q, want %q", tt.err, got, tt.want)
		}
	}
}

// TestANameThatNoKeyWritesIsTypedAsItIsShown: a group with control bytes in its name is reset and deleted like any other.
func TestANameThatNoKeyWritesIsTypedAsItIsShown(t *testing.T) {
	const evil = " pay\x1b[31m\u202e日本 "
	for kind, typed := range map[string]string{"test.reset": `pay\x1b[31m\u202e日本`, "test.group-delete": `prod-eu/ pay\x1b[31m\u202e日本`} {
		x := openActing(t, nil, 120, 40, troubled)
		p := x.stand.planOf(kind, lag.Ref{Cluster: "prod-eu", Kind: lag.KindGroup, Name: evil})
		x.m.open(newConsent(x.m.snap(), p, planSource{}))
		if kind == "test.group-delete" {
			x.slowly("INC-1").keys("tab")
		}
		x.slowly(typed).keys("enter")
		if len(x.stand.consents) != 1 {
			t.Errorf("%s was not applied:\n%s", kind, x.plain())
			continue
		}
		if c := x.stand.consents[0]; kind == "test.group-delete" && c.Name != "prod-eu/"+evil {
			t.Errorf("it is consented to %q", c.Name)
		}
	}
}
