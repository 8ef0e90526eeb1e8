package reset

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
)

// mode says where the offsets go.
type mode struct {
	kind  modeKind
	n     int64     // of offset and shift
	at    time.Time // of time
	group string    // of fromGroup
	table map[cluster.Place]int64
}

type modeKind int

const (
	earliest modeKind = iota
	latest
	current
	offset
	byTime
	shift
	fromGroup
	fromFile
)

// parseMode reads the parameters, of which Spec.Check has seen that exactly one is given.
func parseMode(params map[string]string, group string, now time.Time) (mode, error) {
	file, some := params[pFromFile] // which may be empty
	switch {
	case some:
		table, err := parseFile(file, group)
		return mode{kind: fromFile, table: table}, err
	case params[pAgo] != "":
		d, err := text.ParseDuration(params[pAgo])
		if at := now.Add(-d); err != nil || at.UnixMilli() >= 0 {
			return mode{kind: byTime, at: at}, err
		}
		return mode{}, before1970(now.Add(-d)) // on the wire such a time would mean something else
	case params[pShift] != "":
		n, err := strconv.ParseInt(params[pShift], 10, 64)
		return mode{kind: shift, n: n}, err
	case params[pFromGroup] != "":
		return mode{kind: fromGroup, group: params[pFromGroup]}, nil
	}
	return parseTo(params[pTo], now)
}

func parseTo(s string, now time.Time) (mode, error) {
	switch s {
	case "earliest":
		return mode{kind: earliest}, nil
	case "latest":
		return mode{kind: latest}, nil
	case "current":
		return mode{kind: current}, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return mode{kind: offset, n: n}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	switch {
	case err != nil && zoneless(s):
		return mode{}, actions.Fail(actions.ErrUsage, fmt.Sprintf("the time %q has no zone", s), "write it as 2026-11-20T03:00:00Z or 2026-11-20T03:00:00+01:00")
	case err != nil:
		return mode{}, actions.Fail(actions.ErrUsage, fmt.Sprintf("--to %q is neither earliest, latest, current, an offset nor a time", s), "a time is written as 2026-11-20T03:00:00Z")
	case at.After(now):
		return mode{}, actions.Fail(actions.ErrUsage, fmt.Sprintf("the time %s lies in the future", s), "to skip what is unread, give --to latest")
	case at.UnixMilli() < 0:
		return mode{}, before1970(at)
	}
	return mode{kind: byTime, at: at}, nil
}

func before1970(at time.Time) error {
	return actions.Fail(actions.ErrUsage, fmt.Sprintf("the time %s lies before 1970", at.UTC().Format(time.RFC3339)), "to read all there is, give --to earliest")
}

func zoneless(s string) bool {
	for _, form := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02"} {
		if _, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return true
		}
	}
	return false
}

// aim is where one partition goes.
type aim struct {
	offset int64
	epoch  int32 // −1 when not told
	how    string
	leave  bool // nothing is done, and how says why
}

// timeLookups is how many partitions are looked up by time at once: brokers search their logs for each.
const timeLookups = 200

// aims gives a target for every place. starts and ends are known for all of them.
func (m mode) aims(ctx context.Context, c cluster.Conn, w world) (map[cluster.Place]aim, error) {
	switch m.kind {
	case byTime:
		return m.byTime(ctx, c, w)
	case fromGroup:
		return m.copied(ctx, c, w)
	}
	out := make(map[cluster.Place]aim, len(w.places))
	for _, p := range w.places {
		a, err := m.aim(w, p)
		if err != nil {
			return nil, err
		}
		out[p] = a
	}
	return out, nil
}

func (m mode) aim(w world, p cluster.Place) (aim, error) {
	commit, committed := w.commits[p]
	switch m.kind {
	case earliest:
		return aim{offset: w.starts[p].Offset, epoch: w.starts[p].Epoch, how: "log start"}, nil
	case latest:
		return aim{offset: w.ends[p].Offset, epoch: w.ends[p].Epoch, how: "log end"}, nil
	case current:
		if !committed {
			return aim{leave: true, how: "never committed"}, nil
		}
		return aim{offset: commit.Offset, epoch: commit.Epoch, how: "as it is"}, nil
	case offset:
		return aim{offset: m.n, epoch: -1, how: "as given"}, nil
	case shift:
		if !committed {
			return aim{}, actions.Fail(actions.ErrGuard, "the group never committed on "+p.String()+", so there is nothing to shift", "leave the partition out with -t, or give it an offset of its own")
		}
		n := commit.Offset + m.n
		if (n > commit.Offset) != (m.n > 0) && m.n != 0 {
			return aim{}, actions.Fail(actions.ErrUsage, fmt.Sprintf("%s: shifting %d by %d goes beyond what an offset can be", p, commit.Offset, m.n), "")
		}
		return aim{offset: n, epoch: -1, how: fmt.Sprintf("shifted by %d", m.n)}, nil
	case fromFile:
		n, ok := m.table[p]
		if !ok {
			return aim{leave: true, how: "not in the file"}, nil
		}
		return aim{offset: n, epoch: -1, how: "from the file"}, nil
	}
	return aim{}, actions.Fail(actions.ErrDefect, "unknown way to set an offset", "")
}

func (m mode) byTime(ctx context.Context, c cluster.Conn, w world) (map[cluster.Place]aim, error) {
	out := make(map[cluster.Place]aim, len(w.places))
	for i := 0; i < len(w.places); i += timeLookups {
		want := map[cluster.Place]int64{}
		for _, p := range w.places[i:min(i+timeLookups, len(w.places))] {
			want[p] = m.at.UnixMilli()
		}
		found, err := cluster.ReadOffsets(ctx, c, want)
		if err != nil {
			return nil, err
		}
		for p, f := range found {
			if out[p], err = w.pastEnd(p, f); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// pastEnd decides about a partition whose records are all older than the time asked for.
func (w world) pastEnd(p cluster.Place, f cluster.Found) (aim, error) {
	if f.Offset >= 0 {
		return aim{offset: f.Offset, epoch: f.Epoch, how: "first record from " + time.UnixMilli(f.At).UTC().Format(stampForm)}, nil
	}
	if w.endsPast {
		return aim{offset: w.ends[p].Offset, epoch: w.ends[p].Epoch, how: "log end, all records are older"}, nil
	}
	return aim{}, actions.Fail(actions.ErrGuard, p.String()+" has no record as young as that", "give --past-end end to go to its end, an earlier time, or leave it out with -t")
}

// copied takes over what another group has committed.
func (m mode) copied(ctx context.Context, c cluster.Conn, w world) (map[cluster.Place]aim, error) {
	out := make(map[cluster.Place]aim, len(w.places))
	for _, p := range w.places {
		from, ok := w.model[p]
		if !ok {
			out[p] = aim{leave: true, how: "group " + m.group + " never committed on it"}
			continue
		}
		out[p] = aim{offset: from.Offset, epoch: from.Epoch, how: "as group " + m.group}
	}
	return out, nil
}

// inRange refuses or clamps what the log doesn't have: a broker would take any number.
func (w world) inRange(p cluster.Place, a aim) (aim, error) {
	start, end := w.starts[p].Offset, w.ends[p].Offset
	if a.leave || a.offset >= start && a.offset <= end {
		return a, nil
	}
	if !w.clamps {
		return a, actions.Fail(actions.ErrGuard, fmt.Sprintf("%s has offsets %d to %d, not %d", p, start, end, a.offset), "give --out-of-range clamp to go to the nearest one")
	}
	if a.offset < start {
		return aim{offset: start, epoch: w.starts[p].Epoch, how: fmt.Sprintf("log start, %d is deleted", a.offset)}, nil
	}
	return aim{offset: end, epoch: w.ends[p].Epoch, how: fmt.Sprintf("log end, %d is not written yet", a.offset)}, nil
}

const stampForm = "2006-01-02T15:04:05.000Z"
