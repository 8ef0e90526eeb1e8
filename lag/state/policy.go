package state

import (
	"time"

	"weir/lag"
)

// Policy is what the people who own a group have said about it.
type Policy struct {
	Group, Topic string        // patterns with * and ?; "" matches everything
	TimeLag      time.Duration // what time lag is fine; 0: nothing said
	Cron         time.Duration // expect = "cron": the longest time between two runs; 0: not a scheduled job
	Abandoned    time.Duration // after how long without members a group is folded away; 0: a day
	MuteUntil    time.Time     // zero: not muted
	Owner        string
	Links        []string
}

// Policies are matched in order; for each setting the first matching policy that says something decides.
type Policies []Policy

func (ps Policies) of(r *lag.Reading, g lag.GroupIx) *Policy { return nil }
