package hold

import (
	"context"
	"errors"
	"flag"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Nothing more is done here with -all, which is given to all packages of actions at once.
var _ = flag.Bool("all", false, "changes nothing here")

// broker answers what a hold asks. In a synctest bubble its goroutines must end, or the test fails.
type broker struct {
	mu      sync.Mutex
	sent    []string
	beats   int16 // code of heartbeats
	down    bool  // heartbeats get no answer
	members int   // in the answer to a join
	sync    int16
	left    []kmsg.LeaveGroupRequestMember
	protos  []string
	parts   []int32 // assigned in a KIP-848 group
	owned   int
	epochs  []int32
}

func (b *broker) Close() {}

func (b *broker) Request(_ context.Context, req kmsg.Request) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.FindCoordinatorResponse)
	resp.Coordinators = []kmsg.FindCoordinatorResponseCoordinator{{NodeID: 2}}
	return resp, nil
}

func (b *broker) Once(_ context.Context, _ int32, req kmsg.Request) (kmsg.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, kmsg.NameForKey(req.Key()))
	switch r := req.(type) {
	case *kmsg.JoinGroupRequest:
		resp := r.ResponseKind().(*kmsg.JoinGroupResponse)
		resp.MemberID, resp.LeaderID, resp.Generation = "m1", "m1", 7
		resp.Members = make([]kmsg.JoinGroupResponseMember, b.members)
		for _, p := range r.Protocols {
			b.protos = append(b.protos, p.Name)
		}
		return resp, nil
	case *kmsg.SyncGroupRequest:
		resp := r.ResponseKind().(*kmsg.SyncGroupResponse)
		resp.ErrorCode = b.sync
		return resp, nil
	case *kmsg.HeartbeatRequest:
		if b.down {
			return nil, errors.New("no answer")
		}
		resp := r.ResponseKind().(*kmsg.HeartbeatResponse)
		resp.ErrorCode = b.beats
		return resp, nil
	case *kmsg.LeaveGroupRequest:
		b.left = append(b.left, r.Members...)
		return r.ResponseKind(), nil
	case *kmsg.ConsumerGroupHeartbeatRequest:
		return b.newer(r), nil
	}
	return nil, errors.New("not expected")
}

// change has the broker behave otherwise from now on.
func (b *broker) change(how func(*broker)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	how(b)
}

func (b *broker) newer(r *kmsg.ConsumerGroupHeartbeatRequest) kmsg.Response {
	b.epochs = append(b.epochs, r.MemberEpoch)
	for _, t := range r.Topics {
		b.owned += len(t.Partitions)
	}
	resp := r.ResponseKind().(*kmsg.ConsumerGroupHeartbeatResponse)
	resp.MemberEpoch, resp.ErrorCode = 3, b.beats
	resp.Assignment = &kmsg.ConsumerGroupHeartbeatResponseAssignment{Topics: []kmsg.ConsumerGroupHeartbeatResponseAssignmentTopic{{TopicID: [16]byte{1}, Partitions: b.parts}}}
	return resp
}

func group(kind lag.GroupType, members ...cluster.Member) cluster.Group {
	return cluster.Group{Name: "g", Kind: kind, State: "Empty", Epoch: -1, Coordinator: 1, Members: members}
}

func TestClassic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broker{members: 1}
		h, err := Take(t.Context(), b, group(lag.Classic, cluster.Member{Instance: "weir-r-0"}), nil, "r-1", "r-0")
		if err != nil {
			t.Fatal(err)
		}
		m, err := h.Member()
		if err != nil || m.ID != "m1" || m.Epoch != 7 || *m.Instance != "weir-r-1" {
			t.Errorf("%+v, %v", m, err)
		}
		b.change(func(b *broker) { b.beats = kerr.RebalanceInProgress.Code }) // somebody waits: the hold goes on, and doesn't rejoin
		time.Sleep(time.Minute)
		if _, err := h.Member(); err != nil {
			t.Error(err)
		}
		if err := h.Release(t.Context()); err != nil {
			t.Error(err)
		}
		if n := len(b.sent); n < 30 || b.sent[0] != "LeaveGroup" || b.sent[1] != "JoinGroup" || b.sent[2] != "SyncGroup" || b.sent[n-1] != "LeaveGroup" {
			t.Errorf("sent %v", b.sent)
		}
		if *b.left[0].InstanceID != "weir-r-0" || b.left[1].MemberID != "m1" {
			t.Errorf("left: %+v", b.left)
		}
		for _, name := range []string{"range", "roundrobin", "sticky", "cooperative-sticky"} {
			if !slices.Contains(b.protos, name) {
				t.Errorf("%s isn't offered, only %v", name, b.protos)
			}
		}
	})
}

// TestLost has the coordinator drop the member, or be gone for longer than a session.
func TestLost(t *testing.T) {
	for name, tt := range map[string]struct {
		fail  func(*broker)
		after time.Duration
		lost  bool
	}{
		"dropped":         {func(b *broker) { b.beats = kerr.UnknownMemberID.Code }, 3 * time.Second, true},
		"fenced":          {func(b *broker) { b.beats = kerr.FencedInstanceID.Code }, 3 * time.Second, true},
		"gone for a bit":  {func(b *broker) { b.down = true }, 5 * time.Second, false},
		"gone for long":   {func(b *broker) { b.down = true }, 15 * time.Second, true},
		"moved elsewhere": {func(b *broker) { b.beats = kerr.NotCoordinator.Code }, 5 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &broker{members: 1}
				h, err := Take(t.Context(), b, group(lag.Simple), nil, "r-1")
				if err != nil {
					t.Fatal(err)
				}
				b.change(tt.fail)
				time.Sleep(tt.after)
				_, err = h.Member()
				if (err != nil) != tt.lost || tt.lost && !errors.Is(err, actions.ErrGuard) {
					t.Errorf("%v", err)
				}
				if !tt.lost && name == "moved elsewhere" && h.broker() != 2 {
					t.Error("the hold didn't follow its coordinator")
				}
				if err := h.Release(t.Context()); err != nil {
					t.Error(err)
				}
				if left := slices.Contains(b.sent, "LeaveGroup"); left == tt.lost {
					t.Errorf("sent %v", b.sent)
				}
			})
		})
	}
}

// TestNotAlone gives up when somebody else is in the group, and leaves.
func TestNotAlone(t *testing.T) {
	for name, b := range map[string]*broker{"at the join": {members: 2}, "at the sync": {members: 1, sync: kerr.RebalanceInProgress.Code}} {
		t.Run(name, func(t *testing.T) {
			_, err := Take(t.Context(), b, group(lag.Classic), nil, "r-1")
			if !errors.Is(err, actions.ErrGuard) || len(b.left) != 1 {
				t.Errorf("%v, sent %v", err, b.sent)
			}
		})
	}
}

func TestNewer(t *testing.T) {
	topics := map[string]cluster.Topic{"t": {Name: "t", ID: [16]byte{1}, Leaders: make([]int32, 3)}}
	synctest.Test(t, func(t *testing.T) {
		b := &broker{parts: []int32{0, 1, 2}}
		h, err := Take(t.Context(), b, group(lag.Consumer), topics, "r-1")
		if err != nil {
			t.Fatal(err)
		}
		m, err := h.Member()
		if err != nil || m.ID != "weir-r-1" || m.Epoch != 3 || m.Instance != nil || b.owned != 3 {
			t.Errorf("%+v, %v, owned %d", m, err, b.owned)
		}
		b.change(func(b *broker) { b.parts = []int32{0} }) // two are to be given up: that isn't acknowledged
		time.Sleep(time.Minute)
		synctest.Wait()
		if b.owned != 3 {
			t.Errorf("a revocation was acknowledged: %d", b.owned)
		}
		if err := h.Release(t.Context()); err != nil || b.epochs[0] != joining || b.epochs[len(b.epochs)-1] != leaving {
			t.Errorf("%v, epochs %v", err, b.epochs)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		b := &broker{parts: []int32{0, 1}} // another member has the third
		if _, err := Take(t.Context(), b, group(lag.Consumer), topics, "r-1"); !errors.Is(err, actions.ErrGuard) || b.epochs[len(b.epochs)-1] != leaving {
			t.Errorf("%v, epochs %v", err, b.epochs)
		}
	})
}
