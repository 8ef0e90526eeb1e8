package state

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// HabitBook holds what was learned of the groups of several clusters, by the id that the brokers tell.
type HabitBook map[string][]Habit

// What a book holds at most: it is small, and read at every start.
const (
	habitsSchema = "weir.habits/v1"
	mostHabits   = 4096
	mostBook     = 900_000 // bytes
)

// ErrNewerHabits is the error of a book that a later weir wrote: it is not to be written over.
var ErrNewerHabits = errors.New("written by a later weir")

type bookText struct {
	Schema   string        `json:"schema"`
	Clusters []clusterText `json:"clusters"`
}

type clusterText struct {
	ID     string      `json:"id"`
	Groups []habitText `json:"groups"`
}

type habitText struct {
	Group  string    `json:"group"`
	Seen   time.Time `json:"seen"`
	Rhythm float64   `json:"rhythm_seconds,omitzero"`
	Every  float64   `json:"every_seconds,omitzero"`
	Came   time.Time `json:"came,omitzero"`
}

// ParseHabits reads what [HabitBook.Text] wrote; nothing is an empty book. What of it is no habit is left out.
func ParseHabits(text []byte) (HabitBook, error) {
	out := HabitBook{}
	if len(text) == 0 {
		return out, nil
	}
	var in bookText
	if err := json.Unmarshal(text, &in); err != nil {
		return out, fmt.Errorf("parse habits: %w", err)
	}
	switch {
	case in.Schema == habitsSchema:
	case strings.HasPrefix(in.Schema, "weir.habits/"):
		return out, fmt.Errorf("parse habits: %.40q: %w", in.Schema, ErrNewerHabits)
	default:
		return out, fmt.Errorf("parse habits: schema %.40q, want %s", in.Schema, habitsSchema)
	}
	for _, c := range in.Clusters {
		for _, h := range c.Groups {
			b := Habit{Group: h.Group, Seen: h.Seen, Rhythm: spanOf(h.Rhythm), Every: spanOf(h.Every), Came: h.Came}
			if c.ID != "" && b.Group != "" && (b.Rhythm > 0 || b.Every > 0) {
				out[c.ID] = append(out[c.ID], b)
			}
		}
	}
	return out, nil
}

func spanOf(seconds float64) time.Duration {
	if !(seconds > 0 && seconds <= habitLasts.Seconds()) {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// Take puts what a watch of a cluster has learned into the book, beside what it holds of groups that were not seen, and
// reports whether that changes it by anything that matters.
func (k HabitBook) Take(cluster string, hs []Habit) bool {
	changed := false
	for _, b := range hs {
		i := slices.IndexFunc(k[cluster], func(a Habit) bool { return a.Group == b.Group })
		none := b.Rhythm == 0 && b.Every == 0
		switch {
		case i < 0 && none:
		case i < 0:
			k[cluster], changed = append(k[cluster], b), true
		case none:
			k[cluster], changed = slices.Delete(k[cluster], i, i+1), true
		default:
			changed = changed || b.differs(&k[cluster][i])
			k[cluster][i] = b
		}
	}
	return changed
}

// differs reports whether b is worth being written in place of a.
func (b *Habit) differs(a *Habit) bool {
	return b.Rhythm != a.Rhythm || (b.Every-a.Every).Abs() > time.Second || (b.Came.Sub(a.Came)).Abs() > time.Second || b.Seen.Sub(a.Seen) > 24*time.Hour
}

// Text returns the book as it is kept: without what is too old at now and names that are no text, and the habits seen last where there are too many.
func (k HabitBook) Text(now time.Time) []byte {
	type entry struct {
		cluster string
		Habit
	}
	var all []entry
	for id, hs := range k {
		for _, b := range hs {
			if b.holds(now) && utf8.ValidString(b.Group) { // another name would be read as what it is not
				all = append(all, entry{id, b})
			}
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.cluster, b.cluster), cmp.Compare(a.Group, b.Group))
	})
	out, at, size := bookText{Schema: habitsSchema}, map[string]int{}, 0
	for _, e := range all[:min(len(all), mostHabits)] {
		if size += 6*(len(e.Group)+len(e.cluster)) + 200; size > mostBook { // quoting may take six bytes for one
			break
		}
		i, any := at[e.cluster]
		if !any {
			i = len(out.Clusters)
			at[e.cluster], out.Clusters = i, append(out.Clusters, clusterText{ID: e.cluster})
		}
		out.Clusters[i].Groups = append(out.Clusters[i].Groups, habitText{Group: e.Group, Seen: e.Seen.UTC().Round(time.Second),
			Rhythm: e.Rhythm.Round(100 * time.Millisecond).Seconds(), Every: e.Every.Round(100 * time.Millisecond).Seconds(), Came: e.Came.UTC().Round(time.Second)})
	}
	text, _ := json.Marshal(out) // strings, times and finite numbers only
	return append(text, '\n')
}
