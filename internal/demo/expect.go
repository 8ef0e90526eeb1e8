package demo

import "time"

// States that a group may be told to have, as weir.group/v1 names them.
const (
	losingData     = "losing_data"
	stalled        = "stalled"
	blocked        = "blocked"
	stopped        = "stopped"
	ahead          = "ahead"
	fallingBehind  = "falling_behind"
	rewinding      = "rewinding"
	neverCommitted = "never_committed"
	rebalancing    = "rebalancing"
	draining       = "draining"
	keepingUp      = "keeping_up"
	idle           = "idle"
	empty          = "empty"
)

// healthy are the states that a group without trouble may be told to have.
var healthy = []string{keepingUp, idle, draining}

// trouble are the states of warning and critical severity.
var trouble = []string{losingData, stalled, blocked, stopped, ahead, fallingBehind, rewinding}

// critical are the states for which somebody is woken.
var critical = []string{losingData, stalled, blocked, stopped}

// known is by when the rhythm of a group that commits every few seconds is known, on a slow machine too.
const known = 30 * time.Second

// calm expects that no group of the background is called trouble.
func calm() []Expectation {
	var out []Expectation
	for _, g := range []string{ordersBilling, warehouse, paymentsLedger, clicksSessions, shipmentsETA, mailer} {
		out = append(out,
			Expectation{Group: g, States: healthy, From: 5 * time.Second, Within: known},
			Expectation{Group: g, States: trouble, Never: true})
	}
	return out
}

// with adds expectations to those of the background.
func with(own ...Expectation) []Expectation { return append(calm(), own...) }
