package tui

import (
	"errors"
	"testing"
	"time"
)

// notebookFake is a notebook in memory.
type notebookFake struct {
	marks []Mark
	err   error
	now   time.Time
}

func (n *notebookFake) Since(time.Time) ([]Mark, error) { return n.marks, n.err }

func (n *notebookFake) Set(cluster, text string) (Mark, error) {
	m := Mark{At: n.now, Text: text, By: "ci", Cluster: cluster}
	if n.err == nil {
		n.marks = append(n.marks, m)
	}
	return m, n.err
}

func deploy(cluster, text string) Mark {
	return Mark{At: night.Add(-20 * time.Minute), Text: text, By: "ci", Cluster: cluster}
}

func TestMarksStandAmongTheChanges(t *testing.T) {
	c := open(t, nil, 120, 40, 45, troubled)
	c.send(marksMsg{marks: []Mark{deploy("", "settle\x1b 1.42.0"), deploy("stage", "elsewhere")}})
	c.reads(`02:54:08 mark “settle\x1b 1.42.0” by ci`).lacks("elsewhere")
	c.press("5").reads(`mark              “settle\x1b 1.42.0” by ci`, "1 of 5")
	c.press("/").write("kind=mark").press("enter").reads("1 of 1").press("enter").reads("this is of the cluster as a whole")
	c.m.open(newGroupPage("payments-settle"))
	c.m.sync()
	c.reads(`a 02:54:08 mark “settle\x1b 1.42.0” by`, "b 02:51:38 ■ stalled", "c 02:50:08")
	// One that is set while the page is open comes at once.
	c.send(marksMsg{marks: []Mark{deploy("", "settle 1.42.0"), {At: night.Add(-time.Minute), Text: "rolled back", Cluster: "prod-eu"}}})
	c.reads("a 03:13:08 mark “rolled back”")
}

func TestAMarkIsSetFromTheConsole(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.press("m").reads("there is no state directory")
	n := &notebookFake{now: night}
	c.m.out.notebook = n
	c.press("m").reads("what happened?").write("deploy 1.4").run(keyMsg("enter"))
	c.reads("marked 03:14:08: deploy 1.4")
	if len(n.marks) != 1 || n.marks[0].Cluster != "prod-eu" {
		t.Errorf("kept: %+v", n.marks)
	}
	c.press("5").reads("“deploy 1.4” by ci")
	n.err = errors.New("marks.jsonl: permission denied")
	c.press("m").write("again").run(keyMsg("enter"))
	c.reads("not marked: marks.jsonl: permission denied").press("j").lacks("again")
	c.press("m").run(keyMsg("enter"))
	c.lacks("marked")
}

func TestMarksThatCannotBeReadAreSaid(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	c.send(marksMsg{marks: []Mark{deploy("", "release 7")}})
	c.send(marksMsg{err: errors.New("marks: permission denied")})
	c.press("5").reads("? marks can't be read: marks: permission denied", "release 7")
	sound(t, c)
	c.send(marksMsg{})
	c.lacks("can't be read", "release 7")
}
