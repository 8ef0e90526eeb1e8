package actions

import (
	"time"

	"weir/internal/cron"
)

// Freeze is a time in which nothing is changed: once from From until Until, or for as long as Lasts at every begin of
// Every.
type Freeze struct {
	From, Until time.Time // From zero: since ever. Until zero: it recurs
	Every       cron.Schedule
	Lasts       time.Duration
	Why         string
}

// At tells whether a time is frozen, and until when: freezes of one Freeze that touch are one.
func (f Freeze) At(now time.Time) (until time.Time, frozen bool) {
	if !f.Until.IsZero() {
		return f.Until, !now.Before(f.From) && now.Before(f.Until)
	}
	until, frozen, _ = f.Every.Within(now, f.Lasts)
	return until, frozen
}
