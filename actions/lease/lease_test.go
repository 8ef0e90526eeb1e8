package lease

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

func TestLease(t *testing.T) {
	dir := t.TempDir()
	since := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	group := []Claim{{"C", true}, {"C/group/g", false}}
	a, err := Acquire(t.Context(), dir, group, Holder{Who: "ann", Why: "INC-7", Run: "r-1", Host: "ops1", Since: since})
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	_, err = Acquire(t.Context(), dir, group, Holder{Who: "bob", Run: "r-2"})
	if !errors.As(err, &held) || held.By.Who != "ann" || held.Resource != "C/group/g" {
		t.Fatalf("the second got %v", err)
	}
	for _, part := range []string{"C/group/g is held by ann (run r-1, pid ", " on ops1) since 2026-11-20T03:00:00Z: INC-7"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v doesn't say %q", err, part)
		}
	}
	if by, taken, err := Look(dir, "C/group/g"); !taken || by.Run != "r-1" || err != nil {
		t.Errorf("look: %v, %v, %v", by, taken, err)
	}
	b, err := Acquire(t.Context(), dir, []Claim{{"C/group/h", false}, {"C", true}}, Holder{Run: "r-3"})
	if err != nil {
		t.Fatalf("another group of the cluster: %v", err)
	}
	if _, err := Acquire(t.Context(), dir, []Claim{{"C", false}}, Holder{Run: "r-4"}); !errors.As(err, &held) {
		t.Errorf("the whole cluster while two work on it: %v", err)
	}
	if err := errors.Join(a.Release(), b.Release(), b.Release()); err != nil {
		t.Fatal(err)
	}
	if _, taken, err := Look(dir, "C/group/g"); taken || err != nil {
		t.Errorf("after the release: %v, %v", taken, err)
	}
	c, err := Acquire(t.Context(), dir, []Claim{{"C", false}}, Holder{Run: "r-5"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(t.Context(), dir, group, Holder{}); !errors.As(err, &held) || held.By.Run != "r-5" {
		t.Errorf("a group while someone has the whole cluster: %v", err)
	}
	if err := c.Release(); err != nil {
		t.Fatal(err)
	}
}

// TestNobodyIsNamedWhoHasGone: of a shared resource the last who came is named, and nobody once that one has left.
func TestNobodyIsNamedWhoHasGone(t *testing.T) {
	dir := t.TempDir()
	take := func(run string, shared bool) *Lease {
		l, err := Acquire(t.Context(), dir, []Claim{{"C", shared}}, Holder{Who: "who", Run: run})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	holder := func(want string) {
		t.Helper()
		var held *HeldError
		if _, err := Acquire(t.Context(), dir, []Claim{{"C", false}}, Holder{Run: "r-9"}); !errors.As(err, &held) || held.By.Run != want {
			t.Errorf("held by %+v, want %q", held, want)
		}
	}
	give := func(l *Lease) {
		if err := l.Release(); err != nil {
			t.Fatal(err)
		}
	}
	give(take("r-1", false))
	a := take("r-2", true)
	holder("r-2")
	b := take("r-3", true)
	holder("r-3")
	give(b)
	holder("")
	give(a)
	give(take("r-4", false))
}

// TestNothingTaken gives back what was taken when a later claim fails.
func TestNothingTaken(t *testing.T) {
	dir := t.TempDir()
	b, err := Acquire(t.Context(), dir, []Claim{{"b", false}}, Holder{Run: "r-1"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	if _, err := Acquire(t.Context(), dir, []Claim{{"c", false}, {"b", false}, {"a", false}}, Holder{Run: "r-2"}); err == nil {
		t.Fatal("b was taken twice")
	}
	for _, name := range []string{"a", "c"} {
		if _, taken, err := Look(dir, name); taken || err != nil {
			t.Errorf("%s is still taken: %v", name, err)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]string{}
	for _, r := range []string{"C/group/a", "C/group_a", "C/group/a ", "c/group/a", strings.Repeat("x", 300), strings.Repeat("x", 301), "../../etc", "ä", "ö"} {
		f := fileName(r)
		if other, twice := seen[f]; twice || strings.ContainsAny(f, "/\\ ") || len(f) > 150 {
			t.Errorf("%q and %q share %q, or it is no file name", r, other, f)
		}
		seen[f] = r
	}
}
