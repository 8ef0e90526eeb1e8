package cli

import (
	"testing"
	"time"

	"weir/internal/wire"
	"weir/lag"
	"weir/lag/state"
)

func told(s state.State, sev state.Severity, change func(*state.Verdict)) *state.Verdict {
	v := &state.Verdict{State: s, Severity: sev, Positions: 2, Lag: 50, LagBound: lag.Exact, TimeLag: 3 * time.Second, Rhythm: 5 * time.Second,
		Basis: state.Basis{Window: time.Minute, Samples: 9}}
	if change != nil {
		change(v)
	}
	return v
}

func TestBar(t *testing.T) {
	stalled := told(state.Stalled, state.Critical, nil)
	behind := told(state.FallingBehind, state.Warning, nil)
	fine := told(state.KeepingUp, state.Calm, nil)
	muted := told(state.Stalled, state.Critical, func(v *state.Verdict) { v.Muted = true })
	bound := told(state.KeepingUp, state.Calm, func(v *state.Verdict) { v.LagBound = lag.AtLeast })
	boundTime := told(state.KeepingUp, state.Calm, func(v *state.Verdict) { v.TimeLagBound = lag.AtLeast })
	partly := told(state.NeverCommitted, state.Calm, func(v *state.Verdict) { v.Counts[state.Unknown] = 1 })
	veiled := told(state.FallingBehind, state.Warning, func(v *state.Verdict) { v.Counts[state.NotVisible] = 1 })
	gravely := told(state.Stalled, state.Critical, func(v *state.Verdict) { v.Counts[state.Unknown] = 1 })
	noLag := told(state.KeepingUp, state.Calm, func(v *state.Verdict) { v.Lag = lag.Unknown })
	noTime := told(state.KeepingUp, state.Calm, func(v *state.Verdict) { v.TimeLag = state.NotKnown })
	cache := told(state.NeverCommitted, state.Calm, func(v *state.Verdict) { v.Lag, v.TimeLag = lag.Unknown, state.NotKnown })
	unknown, hidden := told(state.Unknown, state.Calm, nil), told(state.NotVisible, state.Warning, nil)
	critical, maxLag, maxTime := checkFlags{failOn: "critical"}, checkFlags{failOn: "critical", maxLag: "40"}, checkFlags{failOn: "critical", maxTimeLag: "2s"}
	for name, c := range map[string]struct {
		flags checkFlags
		v     *state.Verdict
		want  finding
	}{
		"critical at critical":      {critical, stalled, fails},
		"warning at critical":       {critical, behind, passes},
		"warning at warning":        {checkFlags{failOn: "warning"}, behind, fails},
		"calm at warning":           {checkFlags{failOn: "warning"}, fine, passes},
		"a named state":             {checkFlags{failOn: "stopped, stalled"}, stalled, fails},
		"another state is named":    {checkFlags{failOn: "stopped"}, stalled, passes},
		"a calm state is named":     {checkFlags{failOn: "keeping_up"}, fine, fails},
		"muted":                     {critical, muted, passes},
		"a part is not visible":     {critical, veiled, unjudged},
		"nothing was judged":        {critical, nil, unjudged},
		"unknown":                   {critical, unknown, unjudged},
		"not visible":               {critical, hidden, unjudged},
		"not visible at warning":    {checkFlags{failOn: "warning"}, hidden, fails},
		"past the lag":              {maxLag, fine, fails},
		"below the lag":             {checkFlags{failOn: "critical", maxLag: "50"}, fine, passes},
		"at least so much, past":    {maxLag, bound, fails},
		"at least so much, below":   {checkFlags{failOn: "critical", maxLag: "60"}, bound, unjudged},
		"no lag":                    {maxLag, noLag, unjudged},
		"no lag is asked for":       {critical, noLag, passes},
		"never committed, with lag": {maxLag, cache, passes},
		"past the time":             {maxTime, fine, fails},
		"below the time":            {checkFlags{failOn: "critical", maxTimeLag: "3s"}, fine, passes},
		"at least so old, past":     {maxTime, boundTime, fails},
		"at least so old, below":    {checkFlags{failOn: "critical", maxTimeLag: "9s"}, boundTime, unjudged},
		"a position is not judged":  {critical, partly, unjudged},
		"and another is in trouble": {critical, gravely, fails},
		"no time":                   {maxTime, noTime, unjudged},
		"never committed, time":     {maxTime, cache, passes},
	} {
		b, err := newBar(c.flags)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := b.of(c.v); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestBarsThatCanNotBe(t *testing.T) {
	for _, f := range []checkFlags{{failOn: ""}, {failOn: "staled"}, {failOn: "stalled,"}, {failOn: "critical", maxLag: "-1"},
		{failOn: "critical", maxLag: "many"}, {failOn: "critical", maxTimeLag: "-1s"}, {failOn: "critical", maxTimeLag: "5"}} {
		if _, err := newBar(f); err == nil {
			t.Errorf("%+v is taken", f)
		}
	}
}

func TestSettled(t *testing.T) {
	window := func(d time.Duration) func(*state.Verdict) { return func(v *state.Verdict) { v.Basis.Window = d } }
	for name, c := range map[string]struct {
		v    *state.Verdict
		want bool
	}{
		"unknown":                    {told(state.Unknown, state.Calm, nil), false},
		"not visible":                {told(state.NotVisible, state.Warning, nil), false},
		"critical at once":           {told(state.Stopped, state.Critical, window(0)), true},
		"warning may become graver":  {told(state.FallingBehind, state.Warning, window(0)), false},
		"silence would not show yet": {told(state.KeepingUp, state.Calm, window(19*time.Second)), false},
		"silence would show":         {told(state.KeepingUp, state.Calm, window(20*time.Second)), true},
		"no rhythm":                  {told(state.KeepingUp, state.Calm, func(v *state.Verdict) { v.Rhythm = state.NotKnown }), false},
		"nothing to read":            {told(state.Idle, state.Calm, func(v *state.Verdict) { v.Lag, v.Basis.Window = 0, 0 }), true},
		"a position is not judged":   {told(state.NeverCommitted, state.Calm, func(v *state.Verdict) { v.Counts[state.Unknown] = 1 }), false},
		"another is in trouble":      {told(state.Stalled, state.Critical, func(v *state.Verdict) { v.Counts[state.Unknown] = 1 }), true},
		"perhaps nothing to read":    {told(state.Idle, state.Calm, func(v *state.Verdict) { v.Lag, v.LagBound, v.Basis.Window = 0, lag.AtLeast, 0 }), false},
		"no positions":               {told(state.Empty, state.Calm, func(v *state.Verdict) { v.Positions, v.Basis.Window = 0, 0 }), true},
		"never committed":            {told(state.NeverCommitted, state.Calm, func(v *state.Verdict) { v.Lag, v.Basis.Window = lag.Unknown, 0 }), true},
		"empty, with a backlog":      {told(state.Empty, state.Calm, func(v *state.Verdict) { v.Rhythm = state.NotKnown }), false},
	} {
		if got := settled(c.v); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestUnseen: what a cluster hides counts unless every group that is asked for is named, and was found there.
func TestUnseen(t *testing.T) {
	whole := wire.Cluster{Name: "a", Seen: true, Reading: &lag.Reading{Complete: true}}
	part := wire.Cluster{Name: "b", Seen: true, Reading: &lag.Reading{}}
	dead := wire.Cluster{Name: "c"}
	found := map[place]finding{{"a", "pay"}: passes, {"b", "pay"}: passes}
	for _, c := range []struct {
		args     []string
		clusters []wire.Cluster
		want     bool
	}{
		{nil, []wire.Cluster{whole}, false},
		{nil, []wire.Cluster{part}, true},
		{[]string{"pay"}, []wire.Cluster{whole, part}, false},
		{[]string{"pay", "mail"}, []wire.Cluster{part}, true},
		{[]string{"pay", "m*"}, []wire.Cluster{part}, true},
		{[]string{"pay"}, []wire.Cluster{part, dead}, true},
	} {
		selected, err := newSelection(kindNamed("groups"), c.args, rowFlags{})
		if err != nil {
			t.Fatal(err)
		}
		if got := anyUnseen(&sight{clusters: c.clusters}, selected, found); got != c.want {
			t.Errorf("%q on %d clusters: %v", c.args, len(c.clusters), got)
		}
	}
}
