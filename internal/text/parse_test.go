package text

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for in, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "15m": 15 * time.Minute, "1d12h": 36 * time.Hour, "2w": 14 * day,
		"1.5h": 90 * time.Minute, ".5s": time.Second / 2, "1w2d3h4m5s6ms7us8ns": 9*day + 3*time.Hour + 4*time.Minute +
			5*time.Second + 6*time.Millisecond + 7*time.Microsecond + 8, " 3m ": 3 * time.Minute, "1µs": 1000, "0.1ns": 0,
	} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for in, fault := range map[string]string{
		"": "empty", "90": "no unit after 90", "1h30": "no unit after 30", "m": "not a number", "1.2.3s": "not a number",
		"15M": "perhaps m", "3y": `no unit "y"`, "-1h": "less than zero", "400000d": "too long a time", ".s": "not a number",
		strings.Repeat("9", 99) + "s": "too long", "1h\x1b[2J": `\x1b`,
	} {
		_, err := ParseDuration(in)
		if err == nil || !strings.Contains(err.Error(), fault) || !strings.Contains(err.Error(), "15m") {
			t.Errorf("ParseDuration(%q): error %v, want %q and an example", in, err, fault)
		}
	}
}

func TestParseCount(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "812": 812, "10k": 10_000, "1K": 1000, "1.5M": 1_500_000, "1e5": 100_000, "1.5e3k": 1_500_000, "-3": -3,
		"9007199254740993": 9007199254740993, "9223372036854775807": 1<<63 - 1, "38,841,207": 38841207,
		"38_841_207": 38841207, "+7": 7, "1 k": 1000, "1E": 1e18, "1E2": 100, "100e-2": 1, "0.001k": 1,
	} {
		if got, err := ParseCount(in); err != nil || got != want {
			t.Errorf("ParseCount(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for in, fault := range map[string]string{
		"": "empty", "x": "not a number", "1.5": "not a whole number", "10m": "perhaps M", "5MiB": "no unit",
		"9223372036854775808": "too large", "-9223372036854775808": "too large", "1e31": "exponent", "1e999999999999": "exponent",
		"1,5": "not a number", "1,,000": "not a number", "1234,567": "not a number", "--1": "not a number",
		"1.2.3": "not a number", strings.Repeat("1", 50): "too long", "-": "not a number", "1e-1": "not a whole",
	} {
		_, err := ParseCount(in)
		if err == nil || !strings.Contains(err.Error(), fault) || !strings.Contains(err.Error(), "10k") {
			t.Errorf("ParseCount(%q): error %v, want %q and an example", in, err, fault)
		}
	}
}

func TestParseBytesAndRate(t *testing.T) {
	for in, want := range map[string]int64{
		"512": 512, "512B": 512, "10k": 10_000, "10kB": 10_000, "50MiB": 50 << 20, "2GB": 2e9, "1.5GiB": 3 << 29, "1Ki": 1024,
	} {
		if got, err := ParseBytes(in); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for in, fault := range map[string]string{"-1": "less than zero", "1.5B": "whole", "5mb": "perhaps MB", "1XB": "no unit"} {
		if _, err := ParseBytes(in); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("ParseBytes(%q): error %v, want %q", in, err, fault)
		}
	}
	for in, want := range map[string]float64{"0.5": 0.5, "120": 120, "1.5k": 1500, "2M/s": 2e6, "1e-3": 0.001} {
		if got, err := ParseRate(in); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	if _, err := ParseRate("fast"); err == nil || !strings.Contains(err.Error(), "1.5k") {
		t.Errorf("ParseRate: error %v", err)
	}
}

// Whatever Go prints as a duration is read as that duration, and any int64 as itself.
func TestParseRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Min(0).Draw(t, "d"))
		if got, err := ParseDuration(d.String()); err != nil || got != d {
			t.Fatalf("ParseDuration(%q) = %v, %v", d, got, err)
		}
	})
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"", "1d12h", "1.5M", "1e5", "50MiB", "1,000", "9e30E", "-.e1", "1e-30", "0.5/s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDuration(s); err == nil && d < 0 {
			t.Errorf("ParseDuration(%q) = %v", s, d)
		} else if want, goErr := time.ParseDuration(s); goErr == nil && err == nil && want-d > 1 {
			t.Errorf("ParseDuration(%q) = %v, Go reads %v", s, d, want)
		}
		if n, err := ParseBytes(s); err == nil && n < 0 {
			t.Errorf("ParseBytes(%q) = %d", s, n)
		}
		n, err := ParseCount(s)
		if err == nil && n == Unknown {
			t.Errorf("ParseCount(%q) is Unknown", s)
		}
		if err != nil && Safe(err.Error()) != err.Error() {
			t.Errorf("ParseCount(%q): error is not safe: %q", s, err)
		}
		if v, err := ParseRate(s); err == nil && v != v {
			t.Errorf("ParseRate(%q) = NaN", s)
		}
	})
}
