package cron

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	for _, tt := range []struct{ expr, zone, after, want string }{
		{"0 18 * * FRI", "UTC", "2026-11-21T03:00:00Z", "2026-11-27T18:00:00Z"},
		{"0 18 * * fri", "Europe/Berlin", "2026-11-27T16:59:59Z", "2026-11-27T17:00:00Z"},
		{"0 18 * * 5", "Europe/Berlin", "2026-11-27T17:00:00Z", "2026-12-04T17:00:00Z"},
		{"*/20 * * * *", "UTC", "2026-11-21T03:00:00Z", "2026-11-21T03:20:00Z"},
		{"5/20 * * * *", "UTC", "2026-11-21T03:30:00Z", "2026-11-21T03:45:00Z"},
		{"0 0 1,15 * 7", "UTC", "2026-11-21T03:00:00Z", "2026-11-22T00:00:00Z"}, // either kind of day
		{"0 0 */2 * SUN", "UTC", "2026-11-21T03:00:00Z", "2026-11-29T00:00:00Z"},
		{"0 0 29 2 *", "UTC", "2026-11-21T03:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 31 2 *", "UTC", "2026-11-21T03:00:00Z", ""},
		{"0 0 1 jan-MAR *", "UTC", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"},
		{"30 2 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z"}, // 02:30 is skipped
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"}, // 02:30 comes twice
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-30T10:00:00Z"}, // a whole day is skipped
		{"0 9 * * MON-FRI", "America/New_York", "2026-11-20T15:00:00Z", "2026-11-23T14:00:00Z"},
	} {
		s, err := Parse(tt.expr, zone(t, tt.zone))
		if err != nil {
			t.Fatalf("%s: %v", tt.expr, err)
		}
		got, ok := s.Next(at(t, tt.after))
		if !ok && tt.want == "" {
			continue
		}
		if !ok || !got.Equal(at(t, tt.want)) {
			t.Errorf("%s in %s after %s: %v, %v; want %s", tt.expr, tt.zone, tt.after, got.UTC(), ok, tt.want)
		}
	}
	if _, ok := (Schedule{}).Next(time.Unix(0, 0)); ok {
		t.Error("the zero Schedule begins")
	}
}

func TestParseRefuses(t *testing.T) {
	for expr, want := range map[string]string{
		"":                "want five fields",
		"@daily":          "want five fields",
		"* * * *":         "got 4",
		"60 * * * *":      `minute: want 0 to 59, got "60"`,
		"* 24 * * *":      `hour: want 0 to 23, got "24"`,
		"* * 0 * *":       `day of the month: want 1 to 31, got "0"`,
		"* * * 13 *":      `month: want 1 to 12, got "13"`,
		"* * * * 8":       `day of the week: want 0 to 7, got "8"`,
		"* * * * FRI-MON": `day of the week: the range "FRI-MON" ends before it begins`,
		"*/0 * * * *":     `minute: "0" is no step`,
		"1- * * * *":      `minute: want 0 to 59, got ""`,
		"1,, * * * *":     `minute: want 0 to 59, got ""`,
		"-1 * * * *":      `minute: want 0 to 59, got ""`,
		"** * * * *":      `minute: want 0 to 59, got "**"`,
	} {
		if _, err := Parse(expr, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", expr, err, want)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		expr, now, until string
		d                time.Duration
		endless          bool
	}{
		{"0 18 * * FRI", "2026-11-21T03:00:00Z", "2026-11-23T06:00:00Z", 60 * time.Hour, false},
		{"0 18 * * FRI", "2026-11-20T18:00:00Z", "2026-11-23T06:00:00Z", 60 * time.Hour, false},
		{"0 18 * * FRI", "2026-11-20T17:59:59Z", "", 60 * time.Hour, false},
		{"0 18 * * FRI", "2026-11-23T06:00:00Z", "", 60 * time.Hour, false},
		{"0 18 * * FRI", "2026-11-23T05:59:59Z", "2026-11-23T06:00:00Z", 60 * time.Hour, false},
		{"0 18 * * FRI,SAT", "2026-11-20T19:00:00Z", "2026-11-22T18:00:00Z", 24 * time.Hour, false}, // they touch
		{"0 18 * * FRI,SAT", "2026-11-21T19:00:00Z", "2026-11-22T20:00:00Z", 26 * time.Hour, false},
		{"0 0 * * *", "2026-11-20T19:00:00Z", "2027-11-22T00:00:00Z", 24 * time.Hour, true},
		{"0 0 31 2 *", "2026-11-20T19:00:00Z", "", 24 * time.Hour, false},
	} {
		s, err := Parse(tt.expr, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		until, within, endless := s.Within(at(t, tt.now), tt.d)
		if within != (tt.until != "") || endless != tt.endless || within && !until.Equal(at(t, tt.until)) {
			t.Errorf("%s for %v at %s: until %v, %v, endless %v; want %s", tt.expr, tt.d, tt.now, until, within, endless, tt.until)
		}
	}
}

// TestNextIsTheFirst compares Next with a look at every minute, in zones whose clocks are changed.
func TestNextIsTheFirst(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/St_Johns"), zone(t, "Australia/Lord_Howe")}
	from := at(t, "2026-10-01T00:00:00Z")
	rapid.Check(t, func(t *rapid.T) {
		num := func(name string, most int) string {
			return rapid.OneOf(rapid.Just("*"), rapid.Map(rapid.IntRange(0, most), func(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) })).Draw(t, name)
		}
		expr := num("minute", 59) + " " + num("hour", 23) + " * * " + num("weekday", 6)
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		s, err := Parse(expr, z)
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		after := from.Add(time.Duration(rapid.IntRange(0, 200*24*60).Draw(t, "after")) * time.Minute)
		got, ok := s.Next(after)
		if !ok || !got.After(after) {
			t.Fatalf("%s after %v: %v, %v", expr, after, got, ok)
		}
		for m := after.Add(time.Minute); ; m = m.Add(time.Minute) {
			l := m.In(z)
			hit := s.minute.has(l.Minute()) && s.hour.has(l.Hour()) && s.on(l)
			_, was := m.Add(-time.Minute).In(z).Zone()
			_, is := l.Zone()
			switch {
			case m.Equal(got) && !hit && is <= was:
				t.Fatalf("%s after %v: %v is none", expr, after, got)
			case m.Equal(got):
				return
			case hit:
				t.Fatalf("%s after %v: %v is passed over, got %v", expr, after, m, got)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("0 18 * * FRI")
	f.Add("*/5 1-3,7 1 JAN-dec 0")
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := Parse(expr, time.UTC)
		if err != nil {
			return
		}
		if s.minute == 0 || s.hour == 0 || s.day == 0 || s.month == 0 || s.week == 0 {
			t.Fatalf("%q has an empty field", expr)
		}
		after := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
		if n, ok := s.Next(after); ok && !n.After(after) {
			t.Fatalf("%q: %v", expr, n)
		}
	})
}
