package state

import (
	"time"

	"weir/lag"
)

// limits are the figures the rules rest on. They are round, few, and explained in docs/states.md; none is fitted to a
// recording, and tests vary each of them.
type limits struct {
	rhythmFactor float64    // a wait is unusual beyond this many rhythms …
	rhythmSlack  lag.Moment // … and this much, for polls, batches and the network
	hiccup       lag.Moment // … and of this at least: who commits all the while pauses for seconds now and then
	stepFactor   float64    // a reader that is behind may commit in steps this many times as long as the last ones
	unlearned    lag.Moment // no client that commits by itself lets a record wait longer, whatever its rhythm …
	checkpoint   lag.Moment // … but those that assign their partitions by hand: they may commit with a checkpoint only
	unheard      lag.Moment // … and few are silent for longer: the limit of silence while no rhythm is known
	rebalanceMax lag.Moment // a rebalance may take a session time-out and a half
	storm        lag.Moment // rebalances that follow each other for so long are no deploy, late or not
	settleLeast  lag.Moment // rebalances closer together than this are one …
	settleMost   lag.Moment // … and those further apart than this are not
	afterOutage  lag.Moment // clients take so long to commit again after a coordinator was away
	emptyFor     lag.Moment // a deploy leaves a group without members for up to 10 s
	behindLeast  lag.Moment // below this age nobody is behind
	burstGone    lag.Moment // a backlog gone so soon at its present rate is none
	aheadFor     lag.Moment // a commit past the end for so long is no race between two reads
	idleAfter    lag.Moment // a log without a new record for so long is idle
	restFor      lag.Moment // so few unread records that they may be markers count after this time
	metadataAge  lag.Moment // clients learn of new partitions by then (metadata.max.age.ms)
	goneFor      lag.Moment // a group not listed for so long is gone: lists are empty while a coordinator starts
	visit        lag.Moment // a group seen to come, and gone again so soon with nothing left to read, was a job or a look
	abandoned    lag.Moment // without members for so long, unless policy says otherwise
}

var standard = limits{
	rhythmFactor: 1.25, hiccup: seconds(2), stepFactor: 3, rhythmSlack: seconds(8), unlearned: seconds(300), checkpoint: seconds(1200), unheard: seconds(60), rebalanceMax: seconds(60), storm: seconds(180),
	settleLeast: seconds(15), settleMost: seconds(30), afterOutage: seconds(50), emptyFor: seconds(12),
	behindLeast: seconds(15), burstGone: seconds(30), aheadFor: seconds(10), idleAfter: seconds(60),
	restFor: seconds(600), metadataAge: seconds(300), goneFor: seconds(60), visit: seconds(120),
	abandoned: seconds(24 * 3600),
}

// rest is how many unread records may be the markers of transactions, which some clients never commit.
const rest = 2

func seconds(s int) lag.Moment { return lag.Moments(time.Duration(s) * time.Second) }

// clearly is by how much a group that works off a backlog reads faster than records come in.
// Over three rhythms the number of commits alone may make a third.
const clearly = 1.5

// lately is the time over which what comes in now is seen: a refresh of a live watch.
const lately = 5 * time.Second
