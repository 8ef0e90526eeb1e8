package tui

import (
	"strings"
	"testing"
	"time"
	"unsafe"
)

// stepped is a moment as it is told once the wall's clock was set by so many seconds, or the machine slept for them: the
// time of day differs, what has passed for the process does not.
func stepped(t *testing.T, at time.Time, by time.Duration) time.Time {
	t.Helper()
	out := at
	*(*uint64)(unsafe.Pointer(&out)) += uint64(int64(by/time.Second)) << 30 // the seconds of the wall, in a time that has both
	if out.Sub(at) != 0 || out.Round(0).Sub(at.Round(0)) != by {
		t.Fatalf("a time is not laid out as this test believes: %s became %s", at, out)
	}
	return out
}

// begun is a console that has watched troubled for some minutes until now, by clocks as a process has them.
func begun(t *testing.T) (c *console, now time.Time) {
	c = &console{t, newModel(Options{Getenv: func(string) string { return "C.UTF-8" }, UTC: true,
		Clusters: []Cluster{{Name: "prod-eu", Environment: "prod"}}}, outside{})}
	c.size(120, 40)
	now = time.Now()
	for i := 3; i >= 0; i-- {
		c.tick(now.Add(-time.Duration(i)*time.Minute), troubled)
	}
	c.reads(now.UTC().Format("15:04:05")+" UTC live", "73.4k")
	return c, now
}

// drawn counts the columns of the charts in which something was seen.
func drawn(c *console, now time.Time) (n int) {
	for _, p := range c.m.hist["prod-eu"].all.minute.upTo(now) {
		n += min(1, p.n)
	}
	return n
}

func TestAClockThatIsSetBack(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, -2 * time.Minute, -26 * time.Hour} {
		c, now := begun(t)
		c.press("2")
		back := stepped(t, now.Add(5*time.Second), by)
		c.tick(back, troubled)
		c.reads(back.UTC().Format("15:04:05")+" UTC live").lacks("~", "LATE")
		c.send(tickMsg(back.Add(46 * time.Second)))
		c.reads("LATE 46s", "73.4k~").lacks("UTC live")
		for i := range 5 {
			c.tick(back.Add(time.Duration(i+1)*time.Minute), troubled)
		}
		c.reads("UTC live").lacks("~")
		if n := drawn(c, back.Add(5*time.Minute)); n < 6 {
			t.Errorf("a clock set by %s: %d minutes of the last six stand on the chart", by, n)
		}
	}
}

func TestAClockThatIsSetOn(t *testing.T) {
	c, now := begun(t)
	on := stepped(t, now.Add(5*time.Second), time.Hour)
	c.tick(on, troubled)
	c.reads(on.UTC().Format("15:04:05")+" UTC live").lacks("~", "LATE")
	if n := drawn(c, on); n != 1 {
		t.Errorf("%d columns of an hour in which one reading was taken", n)
	}
}

// TestAMachineThatSlept: nothing of what was read before it slept is of now, though the process has not noticed.
func TestAMachineThatSlept(t *testing.T) {
	c, now := begun(t)
	woken := stepped(t, now.Add(time.Second), 2*time.Hour)
	c.press("2").send(tickMsg(woken))
	c.reads("LATE 2h00m", "73.4k~").lacks("UTC live")
	c.press("1", "down", "enter").reads("~").lacks("UTC live")
	if got := c.m.markdown(); !strings.Contains(got, "2h00m old") {
		t.Errorf("copied without its age:\n%s", got)
	}
	c.tick(woken.Add(2*time.Second), troubled)
	c.reads("UTC live").lacks("LATE")
}
