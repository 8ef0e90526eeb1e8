package hold

import (
	"context"
	"fmt"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Member epochs with a meaning of their own (KIP-848).
const (
	joining = 0
	leaving = -1
)

// newer holds a KIP-848 group.
type newer struct {
	topics map[string]cluster.Topic
}

func (w *newer) join(ctx context.Context, h *Hold) error {
	h.set(Member{ID: Name(h.run), Epoch: joining})
	req := w.request(h)
	req.RebalanceTimeoutMillis = int32(rebalanceTimeout.Milliseconds())
	req.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{}
	req.SubscribedTopicNames = []string{}
	for name := range w.topics {
		req.SubscribedTopicNames = append(req.SubscribedTopicNames, name)
	}
	resp, err := w.send(ctx, h, req)
	if err != nil {
		return err
	}
	if resp.MemberID != nil && *resp.MemberID != "" { // brokers before version 1 of the request give the id
		h.set(Member{ID: *resp.MemberID, Epoch: resp.MemberEpoch})
	}
	return w.own(ctx, h, resp)
}

// own waits until the assignment holds every partition, and takes it.
func (w *newer) own(ctx context.Context, h *Hold, resp *kmsg.ConsumerGroupHeartbeatResponse) error {
	var assigned []kmsg.ConsumerGroupHeartbeatResponseAssignmentTopic
	for began := time.Now(); ; {
		if resp.Assignment != nil {
			assigned = resp.Assignment.Topics
		}
		if w.whole(assigned) {
			break
		}
		if time.Since(began) > assignWait {
			return actions.Fail(actions.ErrGuard, "group "+h.group.Name+" can't be held: the coordinator didn't hand over all its partitions", "look for other members; without --hold the group must stay empty by itself")
		}
		t := time.NewTimer(assignPause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("hold group %s: %w", h.group.Name, ctx.Err())
		}
		var err error
		if resp, err = w.send(ctx, h, w.request(h)); err != nil {
			return err
		}
	}
	req := w.request(h)
	req.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{}
	for _, t := range assigned {
		owned := kmsg.NewConsumerGroupHeartbeatRequestTopic()
		owned.TopicID, owned.Partitions = t.TopicID, t.Partitions
		req.Topics = append(req.Topics, owned)
	}
	_, err := w.send(ctx, h, req)
	return err
}

func (w *newer) whole(assigned []kmsg.ConsumerGroupHeartbeatResponseAssignmentTopic) bool {
	have := map[[16]byte]int{}
	for _, t := range assigned {
		have[t.TopicID] = len(t.Partitions)
	}
	for _, t := range w.topics {
		if have[t.ID] < len(t.Leaders) {
			return false
		}
	}
	return true
}

func (w *newer) request(h *Hold) *kmsg.ConsumerGroupHeartbeatRequest {
	m := h.who()
	req := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	req.Group, req.MemberID, req.MemberEpoch = h.group.Name, m.ID, m.Epoch
	return req
}

// send keeps the epoch that the coordinator answers with.
func (w *newer) send(ctx context.Context, h *Hold, req *kmsg.ConsumerGroupHeartbeatRequest) (*kmsg.ConsumerGroupHeartbeatResponse, error) {
	resp, err := cluster.Once[*kmsg.ConsumerGroupHeartbeatResponse](ctx, h.conn, h.broker(), req)
	if err != nil {
		return nil, err
	}
	if err := judge("heartbeat of group "+h.group.Name, resp.ErrorCode); err != nil {
		return nil, err
	}
	m := h.who()
	m.Epoch = resp.MemberEpoch
	h.set(m)
	return resp, nil
}

// heartbeat says nothing of partitions: a revocation isn't acknowledged, and that is what holds the group.
func (w *newer) heartbeat(ctx context.Context, h *Hold) error {
	_, err := w.send(ctx, h, w.request(h))
	return err
}

func (w *newer) leave(ctx context.Context, h *Hold) error {
	m := h.who()
	return w.remove(ctx, h, m.ID)
}

func (w *newer) evict(ctx context.Context, h *Hold, name string) error { return w.remove(ctx, h, name) }

func (w *newer) remove(ctx context.Context, h *Hold, member string) error {
	req := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	req.Group, req.MemberID, req.MemberEpoch = h.group.Name, member, leaving
	resp, err := cluster.Once[*kmsg.ConsumerGroupHeartbeatResponse](ctx, h.conn, h.broker(), req)
	if err != nil {
		return err
	}
	switch resp.ErrorCode {
	case 0, kerr.UnknownMemberID.Code, kerr.GroupIDNotFound.Code:
		return nil
	}
	return fmt.Errorf("leave group %s: %w", h.group.Name, kerr.ErrorForCode(resp.ErrorCode))
}
