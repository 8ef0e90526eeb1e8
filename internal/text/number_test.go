package text

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want string
	}{
		{0, "   0 "}, {9, "   9 "}, {24, "  24 "}, {812, " 812 "}, {999, " 999 "},
		{1000, "1.00k"}, {1004, "1.00k"}, {1005, "1.01k"}, {2300, "2.30k"}, {9994, "9.99k"},
		{9995, "10.0k"}, {73400, "73.4k"}, {99949, "99.9k"}, {99950, " 100k"}, {999499, " 999k"},
		{999500, "1.00M"}, {176_999_999, " 177M"}, {999_499_999, " 999M"}, {999_500_000, "1.00G"},
		{412e9, " 412G"}, {math.MaxInt64, "9.22E"},
		{-1, "  -1 "}, {-24, " -24 "}, {-999, "-999 "}, {-1000, "-1.0k"}, {-9949, "-9.9k"},
		{-9950, " -10k"}, {-999_499, "-999k"}, {-999_500, "-1.0M"}, {-177e6, "-177M"},
		{math.MinInt64 + 1, "-9.2E"}, {Unknown, "   ? "},
	} {
		if got := Count(c.n); got != c.want {
			t.Errorf("Count(%d) = %q, want %q", c.n, got, c.want)
		}
		if got, want := ShortCount(c.n), strings.TrimSpace(c.want); got != want {
			t.Errorf("ShortCount(%d) = %q, want %q", c.n, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "   0 "}, {0.004, "<.01 "}, {0.006, "0.01 "}, {0.05, "0.05 "}, {4.2, "4.20 "}, {9.994, "9.99 "},
		{9.996, "10.0 "}, {96.2, "96.2 "}, {99.94, "99.9 "}, {99.96, " 100 "}, {310, " 310 "},
		{999.4, " 999 "}, {999.5, "1.00k"}, {1264, "1.26k"}, {9995, "10.0k"}, {999_499.6, "1.00M"},
		{-0.01, ">-.1 "}, {-4.2, "-4.2 "}, {-9.96, " -10 "}, {-999.6, "-1.0k"},
		{math.NaN(), "   ? "}, {math.Inf(1), "   ? "}, {math.Inf(-1), "   ? "}, {1e19, "   ? "},
	} {
		if got := Rate(c.v); got != c.want {
			t.Errorf("Rate(%v) = %q, want %q", c.v, got, c.want)
		}
		if got, want := ShortRate(c.v), strings.TrimSpace(c.want); got != want {
			t.Errorf("ShortRate(%v) = %q, want %q", c.v, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		n           int64
		want, exact string
	}{
		{0, "0 B", "0 B"}, {611, "611 B", "611 B"}, {1000, "1.00 kB", "1,000 B"}, {1024, "1.02 kB", "1 KiB"},
		{999_499, "999 kB", "999,499 B"}, {999_500, "1.00 MB", "999,500 B"}, {4 << 20, "4.19 MB", "4 MiB"},
		{412e9, "412 GB", "402343750 KiB"}, {1_048_588, "1.05 MB", "1,048,588 B"},
		{-1, "-1 B", "-1 B"}, {Unknown, "?", "?"},
	} {
		if got := Bytes(c.n); got != c.want {
			t.Errorf("Bytes(%d) = %q, want %q", c.n, got, c.want)
		}
		if got := ExactBytes(c.n); got != c.exact {
			t.Errorf("ExactBytes(%d) = %q, want %q", c.n, got, c.exact)
		}
	}
}

func TestExact(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 38841207: "38,841,207", -1: "-1", -999: "-999", -1234: "-1,234",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64 + 1: "-9,223,372,036,854,775,807", Unknown: "?",
	} {
		if got := Exact(n); got != want {
			t.Errorf("Exact(%d) = %q, want %q", n, got, want)
		}
	}
}

// What a column shows is always five cells, keeps the sign and is within half of its last digit.
func TestCountProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		if rapid.Bool().Draw(t, "small") {
			n >>= uint(rapid.IntRange(0, 63).Draw(t, "shift"))
		}
		got := Count(n)
		if len(got) != CountWidth {
			t.Fatalf("Count(%d) = %q: %d cells", n, got, len(got))
		}
		if n == Unknown {
			return
		}
		back, err := ParseCount(got)
		if err != nil {
			t.Fatalf("Count(%d) = %q does not read back: %v", n, got, err)
		}
		tolerance := 0.00501
		if n < 0 {
			tolerance = 0.0501
		}
		if math.Abs(float64(back)-float64(n)) > tolerance*math.Abs(float64(n)) || (back < 0) != (n < 0) {
			t.Fatalf("Count(%d) = %q, that is %d", n, got, back)
		}
		if whole, err := ParseCount(Exact(n)); err != nil || whole != n {
			t.Fatalf("Exact(%d) = %q reads back as %d, %v", n, Exact(n), whole, err)
		}
	})
}

func TestRateIsFiveCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		got := Rate(v)
		if len(got) != CountWidth {
			t.Fatalf("Rate(%v) = %q", v, got)
		}
		if v != 0 && strings.Trim(got, " -.0") == "" {
			t.Fatalf("Rate(%v) = %q looks like zero", v, got)
		}
	})
}
