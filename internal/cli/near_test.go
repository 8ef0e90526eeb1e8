package cli

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNear(t *testing.T) {
	known := []string{"payments", "payments-settle", "orders", "a", "audit-sink"}
	for word, want := range map[string][]string{
		"payment": {"payments", "payments-settle"}, "oders": {"orders"}, "odrers": {"orders"}, "PAYMENTS": {"payments", "payments-settle"},
		"zzz": nil, "b": {"a"}, "sink": {"audit-sink"},
	} {
		if got := near(word, known, 3); !slices.Equal(got, want) {
			t.Errorf("near(%q) = %q, want %q", word, got, want)
		}
	}
	if got := nearOrAll("x", []string{"groups", "topics"}); got != "write one of groups, topics" {
		t.Errorf("got %q", got)
	}
}

func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if distance(a, b) != distance(b, a) || (distance(a, b) == 0) != (a == b) {
			t.Fatalf("distance(%q, %q) = %d, other way %d", a, b, distance(a, b), distance(b, a))
		}
		if distance(a, b) > max(len(a), len(b)) {
			t.Fatal("more letters changed than there are")
		}
	})
}

func TestASwapIsOneStep(t *testing.T) {
	for pair, want := range map[[2]string]int{{"gte", "get"}: 1, {"get", "get"}: 0, {"", "get"}: 3, {"groups", "grops"}: 1, {"ab", "ba"}: 1, {"abc", "cab"}: 2} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("distance(%q, %q) = %d, want %d", pair[0], pair[1], got, want)
		}
	}
}
