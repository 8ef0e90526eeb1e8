package state

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var habitsAt = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

func TestHabitBookIsReadAsItWasWritten(t *testing.T) {
	k := HabitBook{}
	hs := []Habit{
		{Group: "sink", Seen: habitsAt, Rhythm: time.Minute},
		{Group: "nightly \x1b\"job\"", Seen: habitsAt.Add(-time.Hour), Rhythm: 90 * time.Second, Every: 24 * time.Hour, Came: habitsAt.Add(-3 * time.Hour)},
	}
	if !k.Take("Mk3", hs) || !k.Take("Other", hs[:1]) {
		t.Error("what is new changes nothing")
	}
	got, err := ParseHabits(k.Text(habitsAt))
	if err != nil || !reflect.DeepEqual(got, k) {
		t.Errorf("read %+v, %v; wrote %+v", got, err, k)
	}
	if got.Take("Mk3", []Habit{{Group: "sink", Seen: habitsAt.Add(time.Minute), Rhythm: time.Minute}, {Group: "unheard", Seen: habitsAt}}) {
		t.Error("it changes by what does not matter")
	}
	if !got.Take("Mk3", []Habit{{Group: "sink", Seen: habitsAt}}) || len(got["Mk3"]) != 1 {
		t.Errorf("a group that has no habit any more keeps one: %+v", got)
	}
	if later := string(got.Text(habitsAt.Add(20 * 24 * time.Hour))); strings.Contains(later, "nightly") {
		t.Errorf("after 20 days it holds %s", later)
	}
}

func TestHabitBookIsBounded(t *testing.T) {
	k := HabitBook{}
	for n := range 6000 {
		k.Take("Mk3", nil)
		k["Mk3"] = append(k["Mk3"], Habit{Group: fmt.Sprintf("%s%d", strings.Repeat("g", 200), n), Seen: habitsAt.Add(-time.Duration(n) * time.Minute), Rhythm: time.Minute})
	}
	text := k.Text(habitsAt)
	got, err := ParseHabits(text)
	if err != nil || len(text) > mostBook || len(got["Mk3"]) < 500 || len(got["Mk3"]) > mostHabits {
		t.Errorf("%d bytes of %d habits, %v", len(text), len(got["Mk3"]), err)
	}
	if newest := got["Mk3"][0].Seen; !newest.Equal(habitsAt) {
		t.Errorf("those seen last are left out: %v", newest)
	}
}

func TestHabitBookThatIsNone(t *testing.T) {
	for text, newer := range map[string]bool{"{": false, "{}": false, "[]": false, "garbage": false, `{"schema":"weir.habits/v2"}`: true, `{"schema":1}`: false} {
		k, err := ParseHabits([]byte(text))
		if err == nil || errors.Is(err, ErrNewerHabits) != newer || len(k) != 0 {
			t.Errorf("%s: %v, %v", text, k, err)
		}
	}
	k, err := ParseHabits([]byte(`{"schema":"weir.habits/v1","clusters":[{"id":"a","groups":[{"group":"g","seen":"2026-11-21T03:00:00Z","rhythm_seconds":-1},
		{"group":"h","seen":"2026-11-21T03:00:00Z","rhythm_seconds":1e300},{"seen":"2026-11-21T03:00:00Z","rhythm_seconds":60}]},{"groups":[{"group":"g","rhythm_seconds":60}]}]}`))
	if err != nil || len(k) != 0 {
		t.Errorf("what is no habit is read as one: %+v, %v", k, err)
	}
}

func FuzzParseHabits(f *testing.F) {
	f.Add([]byte(`{"schema":"weir.habits/v1","clusters":[{"id":"a","groups":[{"group":"g","seen":"2026-11-21T03:00:00Z","rhythm_seconds":60.5}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := ParseHabits(text)
		if err != nil {
			return
		}
		once := k.Text(habitsAt)
		again, err := ParseHabits(once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice := again.Text(habitsAt); string(twice) != string(once) {
			t.Errorf("%s\n%s", once, twice)
		}
	})
}

// A name that text can't hold would be read as another one, and grow by one with each writing.
func TestHabitOfANameThatIsNoText(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	learned := []Habit{{Group: "bad\xff", Seen: now, Rhythm: time.Minute}, {Group: "good", Seen: now, Rhythm: time.Minute}}
	book := HabitBook{}
	for range 3 {
		book.Take("id", learned)
		var err error
		if book, err = ParseHabits(book.Text(now)); err != nil {
			t.Fatal(err)
		}
	}
	if hs := book["id"]; len(hs) != 1 || hs[0].Group != "good" {
		t.Errorf("kept are %+v", hs)
	}
}
