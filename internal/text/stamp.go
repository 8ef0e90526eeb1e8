package text

import "time"

// Stamp returns t as a person at now's clock and in now's zone reads it: 03:10:21 on the same
// day, 16 Nov 19:16 in the same year, else 2025-11-16 19:16. The zone stands in the column's
// head; where a stamp stands alone, use StampZone. The zero time is unknown: "?".
func Stamp(t, now time.Time) string {
	if t.IsZero() {
		return "?"
	}
	t = t.In(now.Location())
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// StampZone is Stamp with the zone that holds at t, for stamps that are copied out:
// 03:10:21 CET.
func StampZone(t, now time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return Stamp(t, now) + " " + Zone(t.In(now.Location()))
}

// Zone returns the short name of the zone that holds at t: CET, UTC, or UTC+03 where the zone
// database has a bare offset.
func Zone(t time.Time) string {
	name, _ := t.Zone()
	if name == "" {
		name = t.Format("-07:00")
	}
	if name[0] == '+' || name[0] == '-' {
		return "UTC" + name
	}
	return name
}
