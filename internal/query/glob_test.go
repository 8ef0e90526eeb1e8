package query

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"pay*", "payments", true}, {"pay*", "pay", true}, {"pay*", "repay", false}, {"*pay", "repay", true}, {"*a*b", "xaxxab", true},
		{"a?c", "abc", true}, {"a?c", "aéc", true}, {"a?c", "ac", false}, {"payments", "payments", true}, {"payments", "Payments", false},
		{"what?", "what?", true}, {"a*", "a*", true}, {"*", "", true}, {"a.c", "abc", false}, {"[a]", "a", false}, {"**", "x", true},
	} {
		g, err := ParseGlob(c.pattern)
		if err != nil || g.Match(c.name) != c.want {
			t.Errorf("%q on %q: not %v (%v)", c.pattern, c.name, c.want, err)
		}
		if g.String() != c.pattern || g.Literal() == strings.ContainsAny(c.pattern, "*?") {
			t.Errorf("%q: String %q, Literal %v", c.pattern, g, g.Literal())
		}
		if MatchAny([]Glob{{"zzz"}, g}, c.name) != c.want || MatchAny(nil, c.name) {
			t.Errorf("MatchAny with %q on %q", c.pattern, c.name)
		}
	}
	if _, err := ParseGlob(""); err == nil || !strings.Contains(err.Error(), "pay*") {
		t.Errorf("an empty pattern: %v", err)
	}
}

func TestGlobAgreesWithRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?é]{1,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[abé]{0,10}`).Draw(t, "name")
		re := regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$")
		if got := (Glob{pattern}).Match(name); got != re.MatchString(name) {
			t.Fatalf("%q on %q: %v", pattern, name, got)
		}
	})
}

func TestSuggest(t *testing.T) {
	known := []string{"lag", "lost", "time_lag_seconds", "topic"}
	for word, want := range map[string]string{
		"lga": "the nearest is lag", "time_lag": "the nearest is time_lag_seconds", "Topik": "the nearest is topic",
		"zzzzzz": "known are lag, lost, time_lag_seconds, topic", strings.Repeat("x", 500): "known are lag, lost, time_lag_seconds, topic",
	} {
		if got := suggest(word, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := suggest("x", nil); got != "there are none" {
		t.Errorf("suggest among none = %q", got)
	}
	if editDistance("kitten", "sitting") != 3 || editDistance("ab", "ba") != 1 || editDistance("", "abc") != 3 {
		t.Error("edit distance is wrong")
	}
}
