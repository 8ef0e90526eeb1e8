package tui

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weir/internal/engine"
	"weir/internal/screentest"
	"weir/lag"
	"weir/lag/state"
)

// What the console may write to its terminal, by issue and by SCREENS: for a refresh in which 60 cells of a screen of 150×66
// change, and for one in which nothing does but the stamp, with refreshes at their shortest.
const (
	bytesARefresh = 2200
	bytesIdle     = 100 * int(engine.MinRefresh/time.Second)
)

// lineOut is a console on a terminal that is fed states by hand.
type lineOut struct {
	*screentest.Terminal
	states chan engine.State
	now    time.Time
	made   engine.Cluster
}

// online opens it on a cluster.
func online(t testing.TB, w, h int, make_ func(time.Time) engine.Cluster) *lineOut {
	t.Helper()
	env := map[string]string{"TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_TTY": "/dev/pts/0"}
	getenv := func(k string) string { return env[k] }
	o := &lineOut{Terminal: screentest.New(t, screentest.Options{Width: w, Height: h}), states: make(chan engine.State), now: time.Now(), made: make_(time.Now())}
	m := newModel(Options{Getenv: getenv, UTC: true, Clusters: []Cluster{{Name: "prod-eu", Environment: "prod"}}}, outside{states: o.states})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- show(ctx, m, o.TTY(), o.TTY(), getenv) }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return o
}

// brings has the cluster read once more, a refresh later, with what change does to the verdicts of its groups, and waits until
// the screen shows that.
func (o *lineOut) brings(t testing.TB, change func([]state.Verdict)) {
	t.Helper()
	o.now = o.now.Add(engine.MinRefresh)
	c, r, v := o.made, *o.made.Reading, *o.made.Verdicts
	v.Groups = slices.Clone(v.Groups)
	change(v.Groups)
	at := lag.ShardTime{Sent: o.now, Answered: o.now}
	r.Tick, r.EndAt, r.CommittedAt = o.now, slices.Repeat([]lag.ShardTime{at}, len(r.EndAt)), slices.Repeat([]lag.ShardTime{at}, len(r.CommittedAt))
	c.Reading, c.Verdicts, c.Refresh = &r, &v, time.Hour // nothing is ever late
	o.made = c
	o.states <- engine.State{At: o.now, Clusters: []engine.Cluster{c}}
	o.Await(o.now.UTC().Format("15:04:05") + " UTC live")
}

// written counts the bytes that came, once all of them have: the terminal was asked for a word, and that is last.
func (o *lineOut) written(t testing.TB) int {
	t.Helper()
	o.Type("X") // which is bound to nothing: the foot says so
	o.Await("X does nothing here")
	o.Type("j")
	o.AwaitGone("X does nothing here")
	raw, _ := o.Written()
	return len(raw)
}

func TestARefreshWritesLittle(t *testing.T) {
	o := online(t, 150, 66, many(200))
	o.brings(t, func([]state.Verdict) {})
	o.Type("2")
	o.Await("group-00050", "LAG")
	rnd := rand.New(rand.NewPCG(7, 11))
	change := func(all []state.Verdict) {
		for range 60 {
			v := &all[1+rnd.IntN(55)] // those on the screen
			switch rnd.IntN(3) {
			case 0:
				v.Lag = rnd.Int64N(1_000_000)
			case 1:
				v.Produce = rnd.Float64() * 1000
			default:
				v.Consume = rnd.Float64() * 1000
			}
		}
	}
	const times = 10
	o.brings(t, change)
	marks := o.written(t)
	marks = o.written(t) - marks // what asking for the count writes
	before := o.written(t)
	for range times {
		o.brings(t, change)
	}
	perRefresh := (o.written(t) - marks - before) / times
	before = o.written(t)
	for range times {
		o.brings(t, func([]state.Verdict) {})
	}
	idle := (o.written(t) - marks - before) / times
	t.Logf("a refresh of 60 cells: %d bytes; one in which nothing changed: %d", perRefresh, idle)
	if perRefresh > bytesARefresh || perRefresh < 60 {
		t.Errorf("a refresh in which 60 cells change writes %d bytes, of %d", perRefresh, bytesARefresh)
	}
	if idle > bytesIdle || idle < 1 {
		t.Errorf("a refresh in which nothing changes writes %d bytes, of %d", idle, bytesIdle)
	}
}

// TestTimeAloneDrawsLittle: between two readings, seconds go by, and no cell changes in any view but ages below ten minutes,
// until data is late or a column of a chart is full.
func TestTimeAloneDrawsLittle(t *testing.T) {
	for sc, most := range map[string]int{"healthy": 0, "troubled": 6} {
		i := slices.IndexFunc(scenes, func(s scene) bool { return s.name == sc })
		c := open(t, nil, 150, 66, 45, scenes[i].make)
		for _, v := range screens {
			c.m.stack, c.m.prompt, c.m.notice = []view{newOverview()}, nil, ""
			c.m.sync()
			v.open(c, scenes[i].page, scenes[i].read)
			drawn := []rune(c.plain())
			for s := range 5 {
				c.send(tickMsg(night.Add(time.Duration(s) * time.Second)))
				now := []rune(c.plain())
				changed := max(0, len(now)-len(drawn))
				for k := range min(len(now), len(drawn)) {
					if now[k] != drawn[k] {
						changed++
					}
				}
				if changed > most {
					t.Errorf("%s of %s: %d cells change by themselves after %ds, %d may", v.name, sc, changed, s, most)
				}
				drawn = now
			}
			c.m.now = night
		}
	}
}
