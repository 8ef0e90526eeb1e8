package text

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		d            time.Duration
		want, coarse string
	}{
		{0, "0s", "0s"}, {1, "<1s", "<1s"}, {999 * time.Millisecond, "<1s", "<1s"}, {time.Second, "1s", "1s"},
		{59*time.Second + 999*time.Millisecond, "59s", "59s"}, {time.Minute, "1m00s", "1m00s"},
		{3*time.Minute + 47*time.Second, "3m47s", "3m47s"}, {10*time.Minute - 1, "9m59s", "9m59s"},
		{10 * time.Minute, "10m00s", "10m"}, {23*time.Minute + 10*time.Second, "23m10s", "23m"},
		{time.Hour - 1, "59m59s", "59m"}, {time.Hour, "1h00m", "1h00m"},
		{6*time.Hour + 4*time.Minute, "6h04m", "6h04m"}, {day - 1, "23h59m", "23h59m"}, {day, "1d00h", "1d00h"},
		{7*day - time.Minute, "6d23h", "6d23h"}, {1000*day - 1, "999d23h", "999d23h"}, {1000 * day, "1000d", "1000d"},
		{-3 * time.Minute, "-3m00s", "-3m00s"}, {-1, "0s", "0s"}, {UnknownDuration, "?", "?"},
		{UnknownDuration + 1, "-106751d", "-106751d"},
	} {
		if got := Duration(c.d); got != c.want {
			t.Errorf("Duration(%v) = %q, want %q", c.d, got, c.want)
		}
		if got := CoarseDuration(c.d); got != c.coarse {
			t.Errorf("CoarseDuration(%v) = %q, want %q", c.d, got, c.coarse)
		}
	}
}

func TestBounded(t *testing.T) {
	for _, c := range []struct {
		g       Glyphs
		b       Bound
		in, out string
	}{
		{Unicode, AtLeast, "6h00m", "≥6h00m"}, {ASCII, AtLeast, "6h00m", ">6h00m"}, {Unicode, LessThan, "2s", "<2s"}, {Unicode, AtMost, "03:14:08", "≤03:14:08"}, {ASCII, AtMost, "03:14:08", "<=03:14:08"},
		{Unicode, Exactly, "2s", "2s"}, {Unicode, AtLeast, "?", "?"}, {Unicode, LessThan, "<1s", "<1s"}, {ASCII, AtLeast, "", ""},
	} {
		if got := c.g.Bounded(c.in, c.b); got != c.out {
			t.Errorf("Bounded(%q, %d) = %q, want %q", c.in, c.b, got, c.out)
		}
	}
}

func TestLatency(t *testing.T) {
	const ms = time.Millisecond
	for d, want := range map[time.Duration]string{
		0: "0 ms", 1: "<1 ms", ms: "1 ms", 31*ms + ms/3: "31 ms", 999 * ms: "999 ms", 1000*ms - 1: "1.00 s",
		1204 * ms: "1.20 s", 9994 * ms: "9.99 s", 9996 * ms: "10.0 s", 99_960 * ms: "1m39s", 100_000 * ms: "1m40s",
		-1: "?", UnknownDuration: "?",
	} {
		if got := Latency(d); got != want {
			t.Errorf("Latency(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestStamp(t *testing.T) {
	cet, odd := time.FixedZone("CET", 3600), time.FixedZone("+0545", 5*3600+45*60)
	now := time.Date(2026, 11, 21, 3, 14, 8, 0, cet)
	for _, c := range []struct {
		at         time.Time
		want, zone string
	}{
		{time.Date(2026, 11, 21, 2, 10, 21, 0, time.UTC), "03:10:21", "03:10:21 CET"},
		{time.Date(2026, 11, 20, 22, 59, 59, 0, time.UTC), "20 Nov 23:59", "20 Nov 23:59 CET"},
		{time.Date(2026, 11, 6, 19, 16, 0, 0, cet), "6 Nov 19:16", "6 Nov 19:16 CET"},
		{time.Date(2025, 11, 21, 3, 14, 8, 0, cet), "2025-11-21 03:14", "2025-11-21 03:14 CET"},
		{time.Time{}, "?", "?"},
	} {
		if got := Stamp(c.at, now); got != c.want {
			t.Errorf("Stamp(%v) = %q, want %q", c.at, got, c.want)
		}
		if got := StampZone(c.at, now); got != c.zone {
			t.Errorf("StampZone(%v) = %q, want %q", c.at, got, c.zone)
		}
	}
	if got := Zone(now.In(odd)); got != "UTC+0545" {
		t.Errorf("Zone = %q", got)
	}
	if got := Zone(now.In(time.FixedZone("", 3600))); got != "UTC+01:00" {
		t.Errorf("Zone = %q", got)
	}
}

// A printed duration fits its column, and never claims more time than there is.
func TestDurationProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(1000*24*time.Hour)).Draw(t, "d"))
		got := Duration(d)
		if len(got) > DurationWidth {
			t.Fatalf("Duration(%v) = %q", d, got)
		}
		if got[0] == '<' {
			return
		}
		back, err := ParseDuration(got)
		if err != nil || back > d || d-back >= 24*time.Hour {
			t.Fatalf("Duration(%v) = %q reads back as %v, %v", d, got, back, err)
		}
	})
}
