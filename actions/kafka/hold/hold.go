// Package hold keeps a consumer group to oneself for as long as its offsets are being changed: weir is the group's only
// member, so that consumers that come back wait, and start at the new offsets when it leaves.
//
// A classic group is held by a member that subscribes to nothing and offers all the usual assignors; consumers that join
// wait for it to rejoin, which it doesn't. A KIP-848 group is held by a member that subscribes to the topics, owns all
// their partitions and acknowledges no revocation: one that owns nothing holds nothing. Both last as long as heartbeats
// go out, at most the rebalance timeout after somebody else came, and end by themselves when weir is killed.
package hold

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
)

const (
	sessionTimeout   = 10 * time.Second // how long a killed weir keeps a classic group; brokers allow 6 s to 30 min by default
	rebalanceTimeout = 5 * time.Minute  // how long consumers that came back are kept waiting at most
	beat             = 2 * time.Second
	assignWait       = 10 * time.Second // for the coordinator to hand over all partitions
	assignPause      = 200 * time.Millisecond
)

// Name is what the member of a run calls itself: as instance id in a classic group, as member id in a KIP-848 one.
func Name(run string) string { return "weir-" + run }

// Ours says that everyone in the group is the member of one of these runs, left over from a weir that was killed.
func Ours(g cluster.Group, runs ...string) bool {
	for _, m := range g.Members {
		if !slices.ContainsFunc(runs, func(run string) bool { return run != "" && (m.Instance == Name(run) || m.ID == Name(run)) }) {
			return false
		}
	}
	return len(g.Members) > 0
}

// Member is who commits: what a commit must carry to be taken while the group is held.
type Member struct {
	ID       string
	Epoch    int32   // generation, or member epoch
	Instance *string // nil in a KIP-848 group
}

// Nobody is who commits to an empty group that isn't held.
var Nobody = Member{Epoch: -1}

// Hold is a group that is held.
type Hold struct {
	conn  cluster.Conn
	group cluster.Group
	run   string
	way   way

	mu     sync.Mutex
	member Member
	lost   error
	last   time.Time // of the last heartbeat that was answered

	stop context.CancelFunc
	done chan struct{}
}

// way is how a kind of group is held.
type way interface {
	// evict removes the member that an earlier process left behind; that it isn't there is no error.
	evict(ctx context.Context, h *Hold, name string) error
	join(ctx context.Context, h *Hold) error
	// heartbeat keeps the hold; the error of one that is lost is a *lostError.
	heartbeat(ctx context.Context, h *Hold) error
	leave(ctx context.Context, h *Hold) error
}

type lostError struct{ code int16 }

func (e *lostError) Error() string {
	return "the hold on the group is lost: " + kerr.ErrorForCode(e.code).Error()
}

// Take holds a group; members of the runs in left, which are ours, are removed first. topics are those whose partitions a KIP-848 group's holder must own. When it fails nothing is
// held, as far as weir could see to that; an ErrGuard says that somebody else came first.
func Take(ctx context.Context, c cluster.Conn, g cluster.Group, topics map[string]cluster.Topic, run string, left ...string) (*Hold, error) {
	h := &Hold{conn: c, group: g, run: run, member: Nobody, done: make(chan struct{})}
	switch g.Kind {
	case lag.Consumer:
		h.way = &newer{topics: topics}
	case lag.Classic, lag.Simple:
		h.way = classic{}
	default:
		return nil, actions.Fail(actions.ErrDefect, "a "+g.Kind.String()+" group can't be held", "")
	}
	for _, m := range g.Members {
		for _, old := range append(left, run) {
			if old == "" || m.Instance != Name(old) && m.ID != Name(old) {
				continue
			}
			if err := h.way.evict(ctx, h, Name(old)); err != nil {
				return nil, err
			}
		}
	}
	if err := h.way.join(ctx, h); err != nil {
		lctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionTimeout)
		defer cancel()
		return nil, errors.Join(err, h.way.leave(lctx, h))
	}
	h.last = time.Now()
	bctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	go h.keep(bctx)
	return h, nil
}

// keep sends heartbeats until the hold is released or lost.
func (h *Hold) keep(ctx context.Context) {
	defer close(h.done)
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := h.way.heartbeat(ctx, h)
		if h.heard(err) {
			return
		}
		if err != nil {
			h.follow(ctx)
		}
	}
}

// follow finds the coordinator anew; that it can't is told by the next heartbeat.
func (h *Hold) follow(ctx context.Context) {
	if broker, err := cluster.Coordinator(ctx, h.conn, h.group.Name); err == nil {
		h.mu.Lock()
		h.group.Coordinator = broker
		h.mu.Unlock()
	}
}

func (h *Hold) broker() int32 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.group.Coordinator
}

// heard notes how a heartbeat went, and tells whether the hold is over.
func (h *Hold) heard(err error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lost *lostError
	switch {
	case err == nil:
		h.last = time.Now()
	case errors.As(err, &lost):
		h.lost = err
	case time.Since(h.last) >= sessionTimeout:
		h.lost = fmt.Errorf("the hold on the group is lost: no heartbeat was answered for %v: %w", sessionTimeout, err)
	}
	return h.lost != nil
}

// Member gives who commits, or an ErrGuard when the hold is known to be lost.
func (h *Hold) Member() (Member, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost != nil {
		return Member{}, Lost(h.lost)
	}
	return h.member, nil
}

// Lost is the error of a hold that was lost.
func Lost(err error) error {
	return &actions.Error{Kind: actions.ErrGuard, What: "somebody came into the group while it was held; nothing was written after that", Do: "stop the application, then try again", Err: err}
}

// Release lets the group go: consumers that wait get their partitions at once. If it fails the hold ends by itself.
func (h *Hold) Release(ctx context.Context) error {
	h.stop()
	<-h.done
	if _, err := h.Member(); err != nil {
		return nil // there is nothing to give back
	}
	if err := h.way.leave(ctx, h); err != nil {
		return fmt.Errorf("the group could not be let go, it is free after %v at the latest: %w", rebalanceTimeout, err)
	}
	return nil
}

func (h *Hold) set(m Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.member = m
}

func (h *Hold) who() Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.member
}

// judge sorts the codes by which a coordinator tells that a member isn't one any more from those that pass.
func judge(what string, code int16) error {
	switch code {
	case 0:
		return nil
	case kerr.UnknownMemberID.Code, kerr.IllegalGeneration.Code, kerr.FencedInstanceID.Code, kerr.FencedMemberEpoch.Code, kerr.StaleMemberEpoch.Code, kerr.GroupIDNotFound.Code:
		return &lostError{code}
	}
	return cluster.Coded(what, code)
}
