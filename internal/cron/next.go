package cron

import "time"

// horizon is how far ahead a begin is looked for: 29 February comes within eight years, also around 2100.
const horizon = 9 * 366 * 24 * time.Hour

// Next gives the first begin after a time, false when there is none. A begin that falls into the hour that a clock skips
// takes place when the clock has skipped it; one in an hour that comes twice takes place twice.
func (s Schedule) Next(after time.Time) (time.Time, bool) {
	if s.zone == nil {
		return time.Time{}, false
	}
	t := after.Truncate(time.Minute).Add(time.Minute)
	limit := t.Add(horizon)
	for t.Before(limit) {
		local := t.In(s.zone)
		_, offset := local.Zone()
		_, end := local.ZoneBounds() // until then the offset stays
		last := limit
		if !end.IsZero() && end.Before(limit) {
			last = end
		}
		shift := time.Duration(offset) * time.Second
		if wall, ok := s.wall(t.UTC().Add(shift), last.UTC().Add(shift)); ok {
			return wall.Add(-shift).In(after.Location()), true
		}
		if last.Equal(limit) {
			break
		}
		_, then := end.In(s.zone).Zone()
		if skipped := time.Duration(then)*time.Second - shift; skipped > 0 {
			from := end.UTC().Add(shift)
			if _, ok := s.wall(from, from.Add(skipped)); ok {
				return end.In(after.Location()), true
			}
		}
		t = end
	}
	return time.Time{}, false
}

// wall gives the first begin from one reading of a clock up to another, which is not included. Both are written as UTC.
func (s Schedule) wall(from, to time.Time) (time.Time, bool) {
	t := from.Truncate(time.Minute)
	if t.Before(from) {
		t = t.Add(time.Minute)
	}
	for t.Before(to) {
		y, m, d := t.Date()
		switch {
		case !s.month.has(int(m)):
			t = time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
		case !s.on(t):
			t = time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
		case !s.hour.has(t.Hour()):
			t = time.Date(y, m, d, t.Hour()+1, 0, 0, 0, time.UTC)
		case !s.minute.has(t.Minute()):
			t = t.Add(time.Minute)
		default:
			return t, true
		}
	}
	return time.Time{}, false
}

// on tells whether the schedule holds on a day.
func (s Schedule) on(t time.Time) bool {
	day, week := s.day.has(t.Day()), s.week.has(int(t.Weekday()))
	if s.either {
		return day || week
	}
	return day && week
}

// year bounds how far Within follows windows that touch.
const year = 366 * 24 * time.Hour

// Within tells whether now lies within a window of length d that some begin opens, and until when: windows that touch or
// overlap are one. endless says that no end was found within a year, until is then a year ahead or more.
func (s Schedule) Within(now time.Time, d time.Duration) (until time.Time, within, endless bool) {
	begin, ok := s.Next(now.Add(-d))
	if !ok || begin.After(now) {
		return time.Time{}, false, false
	}
	until = begin.Add(d)
	for {
		begin, ok = s.Next(begin)
		if !ok || begin.After(until) {
			return until, true, false
		}
		if until = begin.Add(d); until.Sub(now) > year {
			return until, true, true
		}
	}
}
