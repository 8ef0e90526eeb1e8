package kafka

import (
	"slices"
	"strings"
	"time"

	"weir/lag"
)

// section is a cadence's part of the ledger: its gaps stand until that cadence is read again.
type section uint8

const (
	inLayout section = iota
	inVersions
	inVisibility
	inGroups
	inCommits
	inMembers
	inEnds
	inStarts
	inStables
	inSettings
	inSizes
	inGone
	sections
)

type gapKey struct {
	ref    lag.Ref
	reason lag.Reason
}

// ledger holds what could not be seen, and since when.
type ledger struct {
	gaps  [sections][]lag.Gap
	since map[gapKey]time.Time
}

// open empties a section that is about to be read.
func (l *ledger) open(s section) { l.gaps[s] = nil }

func (l *ledger) add(s section, ref lag.Ref, reason lag.Reason, detail string) {
	l.gaps[s] = append(l.gaps[s], lag.Gap{Ref: ref, Reason: reason, Detail: detail})
}

// set is add, in place of what was there for the same thing.
func (l *ledger) set(s section, ref lag.Ref, reason lag.Reason, detail string) {
	l.drop(s, ref)
	l.add(s, ref, reason, detail)
}

// drop takes the gaps of one thing out of a section, when it was seen after all.
func (l *ledger) drop(s section, ref lag.Ref) {
	l.gaps[s] = slices.DeleteFunc(l.gaps[s], func(g lag.Gap) bool { return g.Ref == ref })
}

// list returns all gaps, one for each thing and reason, sorted, each with the time from which it was missed without a
// break.
func (l *ledger) list(now time.Time) []lag.Gap {
	type entry struct {
		gap     lag.Gap
		details []string
	}
	found := map[gapKey]*entry{}
	for _, gaps := range l.gaps {
		for _, g := range gaps {
			k := gapKey{g.Ref, g.Reason}
			e := found[k]
			if e == nil {
				e = &entry{gap: g}
				found[k] = e
			}
			if g.Detail != "" && !slices.Contains(e.details, g.Detail) {
				e.details = append(e.details, g.Detail)
			}
		}
	}
	since, out := make(map[gapKey]time.Time, len(found)), make([]lag.Gap, 0, len(found))
	for k, e := range found {
		at, ok := l.since[k]
		if !ok {
			at = now
		}
		since[k] = at
		e.gap.Since, e.gap.Detail = at, together(e.details)
		out = append(out, e.gap)
	}
	l.since = since
	slices.SortFunc(out, func(a, b lag.Gap) int {
		if c := strings.Compare(a.Ref.String(), b.Ref.String()); c != 0 {
			return c
		}
		return int(a.Reason) - int(b.Reason)
	})
	return out
}

// together joins details, each "what: why"; what is missing for the same reason is named side by side.
func together(details []string) string {
	var whys []string
	whats := map[string][]string{}
	for _, d := range details {
		what, why, _ := strings.Cut(d, ": ")
		if whats[why] == nil {
			whys = append(whys, why)
		}
		whats[why] = append(whats[why], what)
	}
	var out []string
	for _, why := range whys {
		said := strings.Join(whats[why], ", ")
		if why != "" {
			said += ": " + why
		}
		out = append(out, said)
	}
	return strings.Join(out, "; ")
}
