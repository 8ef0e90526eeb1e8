// Package cron tells when something recurs: the five fields of crontab(5), read in a time zone.
package cron

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule is when something begins, again and again. The zero Schedule never begins.
type Schedule struct {
	text   string
	zone   *time.Location
	minute set // each a bit a value
	hour   set
	day    set // of the month, from 1
	month  set // from 1
	week   set // days of the week, from 0 for Sunday
	either bool
}

type set uint64

func (s set) has(n int) bool { return s&(1<<n) != 0 }

// field is one of the five.
type field struct {
	name     string
	min, max int
	names    []string // of the values from min on
}

var fields = [5]field{
	{"minute", 0, 59, nil},
	{"hour", 0, 23, nil},
	{"day of the month", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of the week", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// Parse reads minute, hour, day of the month, month and day of the week: numbers, names of months and days, *, lists,
// ranges and steps. With both kinds of days restricted either is enough, as for cron.
func Parse(text string, zone *time.Location) (Schedule, error) {
	words := strings.Fields(text)
	if len(words) != len(fields) {
		return Schedule{}, fmt.Errorf("want five fields, minute hour day month weekday, such as \"0 18 * * FRI\", got %d", len(words))
	}
	var sets [5]set
	for i, f := range fields {
		var err error
		if sets[i], err = f.parse(words[i]); err != nil {
			return Schedule{}, err
		}
	}
	s := Schedule{text: strings.Join(words, " "), zone: zone, minute: sets[0], hour: sets[1], day: sets[2], month: sets[3], week: sets[4]}
	if s.week.has(7) {
		s.week |= 1
	}
	s.either = words[2][0] != '*' && words[4][0] != '*'
	return s, nil
}

// String is the schedule as it was written.
func (s Schedule) String() string { return s.text }

func (f field) parse(word string) (set, error) {
	var out set
	for part := range strings.SplitSeq(word, ",") {
		span, by, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			n, err := strconv.ParseUint(by, 10, 8)
			if err != nil || n == 0 {
				return 0, fmt.Errorf("%s: %q is no step", f.name, by)
			}
			step = int(n)
		}
		from, to := f.min, f.max
		if f.max == 7 {
			to = 6 // 7 is Sunday once more
		}
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			var err error
			if from, err = f.value(first); err != nil {
				return 0, err
			}
			if !stepped {
				to = from
			}
			if ranged {
				if to, err = f.value(last); err != nil {
					return 0, err
				}
			}
			if to < from {
				return 0, fmt.Errorf("%s: the range %q ends before it begins", f.name, span)
			}
		}
		for n := from; n <= to; n += step {
			out |= 1 << n
		}
	}
	return out, nil
}

func (f field) value(s string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(s, name) {
			return f.min + i, nil
		}
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil || int(n) < f.min || int(n) > f.max {
		return 0, fmt.Errorf("%s: want %d to %d, got %q", f.name, f.min, f.max, s)
	}
	return int(n), nil
}
