package hold

import (
	"context"
	"fmt"

	"weir/actions"
	"weir/actions/kafka/cluster"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// assignors are offered all, so that whatever the returning consumers speak is among them: one that finds no common
// protocol is refused instead of kept waiting. stream is that of Kafka Streams.
var assignors = []string{"range", "roundrobin", "sticky", "cooperative-sticky", "stream"}

const protocolType = "consumer"

// classic holds a group of the JoinGroup protocol, as a static member (KIP-345), so that a weir that was killed finds
// its own member again.
type classic struct{}

func (classic) join(ctx context.Context, h *Hold) error {
	instance := Name(h.run)
	resp, err := h.joinGroup(ctx, instance, "")
	if err == nil && resp.ErrorCode == kerr.MemberIDRequired.Code {
		resp, err = h.joinGroup(ctx, instance, resp.MemberID)
	}
	if err != nil {
		return err
	}
	if err := cluster.Coded("join group "+h.group.Name, resp.ErrorCode); err != nil {
		return err
	}
	h.set(Member{ID: resp.MemberID, Epoch: resp.Generation, Instance: &instance})
	if resp.LeaderID != resp.MemberID || len(resp.Members) != 1 {
		return cameBack(h.group.Name)
	}
	return h.syncGroup(ctx)
}

func cameBack(group string) error {
	return actions.Fail(actions.ErrGuard, "a member came back into group "+group+" while it was being held", "stop the application, then try again")
}

func (h *Hold) joinGroup(ctx context.Context, instance, member string) (*kmsg.JoinGroupResponse, error) {
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.MemberID, req.InstanceID, req.ProtocolType = h.group.Name, member, &instance, protocolType
	req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = int32(sessionTimeout.Milliseconds()), int32(rebalanceTimeout.Milliseconds())
	req.Reason = kmsg.StringPtr("weir run " + h.run + " changes the group's offsets")
	empty := kmsg.NewConsumerMemberMetadata()
	for _, name := range assignors {
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = name, empty.AppendTo(nil)
		req.Protocols = append(req.Protocols, p)
	}
	return cluster.Once[*kmsg.JoinGroupResponse](ctx, h.conn, h.broker(), req)
}

func (h *Hold) syncGroup(ctx context.Context) error {
	m := h.who()
	req := kmsg.NewPtrSyncGroupRequest()
	req.Group, req.Generation, req.MemberID, req.InstanceID = h.group.Name, m.Epoch, m.ID, m.Instance
	req.ProtocolType, req.Protocol = kmsg.StringPtr(protocolType), kmsg.StringPtr(assignors[0])
	nothing := kmsg.NewConsumerMemberAssignment()
	a := kmsg.NewSyncGroupRequestGroupAssignment()
	a.MemberID, a.MemberAssignment = m.ID, nothing.AppendTo(nil)
	req.GroupAssignment = append(req.GroupAssignment, a)
	resp, err := cluster.Once[*kmsg.SyncGroupResponse](ctx, h.conn, h.broker(), req)
	if err != nil {
		return err
	}
	if resp.ErrorCode == kerr.RebalanceInProgress.Code {
		return cameBack(h.group.Name)
	}
	return cluster.Coded("sync group "+h.group.Name, resp.ErrorCode)
}

// heartbeat isn't answered by a rejoin when somebody else came: that is what holds the group.
func (classic) heartbeat(ctx context.Context, h *Hold) error {
	m := h.who()
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.Generation, req.MemberID, req.InstanceID = h.group.Name, m.Epoch, m.ID, m.Instance
	resp, err := cluster.Once[*kmsg.HeartbeatResponse](ctx, h.conn, h.broker(), req)
	if err != nil {
		return err
	}
	if resp.ErrorCode == kerr.RebalanceInProgress.Code {
		return nil
	}
	return judge("heartbeat of group "+h.group.Name, resp.ErrorCode)
}

func (classic) leave(ctx context.Context, h *Hold) error {
	return h.leaveGroup(ctx, h.who().ID, Name(h.run))
}

func (classic) evict(ctx context.Context, h *Hold, name string) error {
	return h.leaveGroup(ctx, "", name)
}

// leaveGroup removes a member by its instance id; without member id, whichever has it.
func (h *Hold) leaveGroup(ctx context.Context, member, instance string) error {
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.MemberID = h.group.Name, member
	l := kmsg.NewLeaveGroupRequestMember()
	l.MemberID, l.InstanceID, l.Reason = member, &instance, kmsg.StringPtr("weir run "+h.run+" is done with the group")
	req.Members = append(req.Members, l)
	resp, err := cluster.Once[*kmsg.LeaveGroupResponse](ctx, h.conn, h.broker(), req)
	if err != nil {
		return err
	}
	codes := []int16{resp.ErrorCode}
	for _, m := range resp.Members {
		codes = append(codes, m.ErrorCode)
	}
	for _, code := range codes {
		if code != 0 && code != kerr.UnknownMemberID.Code {
			return fmt.Errorf("leave group %s: %w", h.group.Name, kerr.ErrorForCode(code))
		}
	}
	return nil
}
