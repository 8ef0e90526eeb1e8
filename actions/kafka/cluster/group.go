package cluster

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Member is a live member of a group.
type Member struct {
	ID, Instance, ClientID, Host string
	Topics                       []string       // that it subscribes to by name; nil also while its group rebalances
	Pattern                      *regexp.Regexp // of the topics it subscribes to (KIP-848); nil for none
}

// reads tells whether the member subscribes to a topic, as far as its group's coordinator tells.
func (m Member) reads(topic string) bool {
	return slices.Contains(m.Topics, topic) || m.Pattern != nil && m.Pattern.MatchString(topic)
}

// String names the member for a person. Its client chose the names: what they hold can't begin a line of its own.
func (m Member) String() string {
	s := m.ClientID + " on " + strings.TrimPrefix(m.Host, "/")
	if m.Instance != "" {
		s += ", instance " + m.Instance
	}
	return text.Safe(s)
}

// Group is a group as its coordinator tells it.
type Group struct {
	Name        string
	Kind        lag.GroupType
	State       string
	Epoch       int32 // of a KIP-848 group; −1 otherwise
	Coordinator int32
	Members     []Member
}

// Unlisted says why a group that is listed counts as one with members though none of them was seen; "" where it doesn't.
func Unlisted(g lag.Group) string {
	if len(g.Members) > 0 || g.State == "" || g.State == "Empty" || g.State == "Dead" {
		return ""
	}
	return "the group is in state " + g.State + ", and who is in it was not seen"
}

// Empty says that nobody is in it.
func (g Group) Empty() bool { return g.State == "Empty" && len(g.Members) == 0 }

// Who names up to three members.
func (g Group) Who() string { return who(g.Members) }

// Readers names up to three of the members that subscribe to one of these topics, and says which topics those are; none and
// nil where nobody does, as far as the coordinator tells.
func (g Group) Readers(topics []string) (names string, read []string) {
	var by []Member
	for _, m := range g.Members {
		if slices.ContainsFunc(topics, m.reads) {
			by = append(by, m)
		}
	}
	for _, t := range topics {
		if slices.ContainsFunc(by, func(m Member) bool { return m.reads(t) }) {
			read = append(read, t)
		}
	}
	return who(by), read
}

func who(members []Member) string {
	var names []string
	for i, m := range members {
		if i == 3 {
			names = append(names, fmt.Sprintf("%d more", len(members)-3))
			break
		}
		names = append(names, m.String())
	}
	return strings.Join(names, "; ")
}

// Coordinator finds the broker that a group belongs to.
func Coordinator(ctx context.Context, c Conn, group string) (int32, error) {
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKeys = []string{group}
	resp, err := ask[*kmsg.FindCoordinatorResponse](ctx, c, req)
	if err != nil {
		return 0, err
	}
	if len(resp.Coordinators) != 1 {
		return 0, actions.Fail(actions.ErrUnseen, "no coordinator was named for group "+group, "")
	}
	if err := Coded("coordinator of group "+group, resp.Coordinators[0].ErrorCode); err != nil {
		return 0, err
	}
	return resp.Coordinators[0].NodeID, nil
}

// moved tells codes of a coordinator that isn't one (any more, or yet): nothing was done.
func moved(code int16) bool {
	return code == kerr.NotCoordinator.Code || code == kerr.CoordinatorLoadInProgress.Code || code == kerr.CoordinatorNotAvailable.Code
}

// Moved is moved, for those who try to get into a group.
func Moved(code int16) bool { return moved(code) }

// Loading tells the code of a coordinator that did nothing, and will.
func Loading(code int16) bool { return code == kerr.CoordinatorLoadInProgress.Code }

// Unsure tells codes after which a write may have taken effect, or may yet: a coordinator answers COORDINATOR_NOT_AVAILABLE
// when its replicas don't follow in time, and NOT_COORDINATOR when it lost its partition before they did. The record is in
// its log by then, and counts once they have it.
func Unsure(code int16) bool {
	switch code {
	case kerr.NotCoordinator.Code, kerr.CoordinatorNotAvailable.Code, kerr.RequestTimedOut.Code, kerr.UnknownServerError.Code, kerr.NetworkException.Code, kerr.KafkaStorageError.Code:
		return true
	}
	return false
}

// ErrNoGroup is the cause where a group's own coordinator says that it isn't there, which is more than not having seen
// it: a principal without Describe on the group doesn't get as far as the coordinator.
var ErrNoGroup = errors.New("its coordinator doesn't list it")

// ReadGroup finds a group and asks about it in the way of its kind. A group that isn't there is ErrUnseen: the kinds of
// describe can't be trusted to tell that (an unknown group is Dead to the classic one, and so is a KIP-848 group).
func ReadGroup(ctx context.Context, c Conn, name string) (Group, error) {
	const tries = 3
	var err error
	for range tries { // the coordinator may move between two questions
		var again bool
		var g Group
		if g, again, err = readGroup(ctx, c, name); !again {
			return g, err
		}
	}
	return Group{}, err
}

func readGroup(ctx context.Context, c Conn, name string) (g Group, again bool, err error) {
	g = Group{Name: name, Epoch: -1}
	if g.Coordinator, err = Coordinator(ctx, c, name); err != nil {
		return g, false, err
	}
	resp, err := Once[*kmsg.ListGroupsResponse](ctx, c, g.Coordinator, kmsg.NewPtrListGroupsRequest())
	if err != nil {
		return g, false, err
	}
	if resp.ErrorCode != 0 {
		return g, moved(resp.ErrorCode), Coded("list groups", resp.ErrorCode)
	}
	for _, l := range resp.Groups {
		if l.Group == name {
			g.Kind, g.State = kindOf(l), l.GroupState
			again, err = g.describe(ctx, c)
			return g, again, err
		}
	}
	return g, false, &actions.Error{Kind: actions.ErrUnseen, Err: ErrNoGroup, What: fmt.Sprintf("there is no group %q on this cluster", name), Do: "check the name; weir makes no group by a typo"}
}

func kindOf(l kmsg.ListGroupsResponseGroup) lag.GroupType {
	switch {
	case strings.EqualFold(l.GroupType, "consumer"):
		return lag.Consumer
	case strings.EqualFold(l.GroupType, "share"), l.ProtocolType == "share":
		return lag.Share
	case strings.EqualFold(l.GroupType, "streams"), l.ProtocolType == "streams":
		return lag.Streams
	case l.ProtocolType == "connect":
		return lag.Connect
	case l.ProtocolType == "":
		return lag.Simple
	case l.ProtocolType == "consumer":
		return lag.Classic
	}
	return lag.Untold
}

func (g *Group) describe(ctx context.Context, c Conn) (again bool, err error) {
	switch g.Kind {
	case lag.Consumer:
		return g.describeConsumer(ctx, c)
	case lag.Share, lag.Streams:
		return false, nil
	}
	return g.describeClassic(ctx, c)
}

func (g *Group) describeClassic(ctx context.Context, c Conn) (bool, error) {
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{g.Name}
	resp, err := Once[*kmsg.DescribeGroupsResponse](ctx, c, g.Coordinator, req)
	if err != nil {
		return false, err
	}
	if len(resp.Groups) != 1 {
		return false, actions.Fail(actions.ErrUnseen, "group "+g.Name+" was not described", "")
	}
	d := resp.Groups[0]
	if d.ErrorCode != 0 {
		return moved(d.ErrorCode), Coded("describe group "+g.Name, d.ErrorCode)
	}
	if d.State == "Dead" { // listed and dead: it went away in between, or is of another kind
		return false, actions.Fail(actions.ErrUnseen, "group "+g.Name+" is dead", "look again")
	}
	g.State = d.State
	for _, m := range d.Members {
		g.Members = append(g.Members, Member{
			ID: m.MemberID, Instance: deref(m.InstanceID), ClientID: m.ClientID, Host: m.ClientHost, Topics: subscribed(d.ProtocolType, m.ProtocolMetadata),
		})
	}
	return false, nil
}

// subscribed are the topics that a member of a classic group of consumers names in what it told at its join.
func subscribed(protocolType string, metadata []byte) []string {
	var m kmsg.ConsumerMemberMetadata
	if protocolType != "consumer" || m.ReadFrom(metadata) != nil {
		return nil
	}
	return m.Topics
}

func (g *Group) describeConsumer(ctx context.Context, c Conn) (bool, error) {
	req := kmsg.NewPtrConsumerGroupDescribeRequest()
	req.Groups = []string{g.Name}
	resp, err := Once[*kmsg.ConsumerGroupDescribeResponse](ctx, c, g.Coordinator, req)
	if err != nil {
		return false, err
	}
	if len(resp.Groups) != 1 {
		return false, actions.Fail(actions.ErrUnseen, "group "+g.Name+" was not described", "")
	}
	d := resp.Groups[0]
	if d.ErrorCode != 0 {
		return moved(d.ErrorCode), Coded("describe group "+g.Name, d.ErrorCode)
	}
	g.State, g.Epoch = d.State, d.Epoch
	for _, m := range d.Members {
		g.Members = append(g.Members, Member{
			ID: m.MemberID, Instance: deref(m.InstanceID), ClientID: m.ClientID, Host: m.ClientHost, Topics: m.SubscribedTopics, Pattern: pattern(m.SubscribedTopicRegex),
		})
	}
	return false, nil
}

// pattern is the expression of a subscription, which holds for whole names. Brokers read it as RE2, too; one that can't be
// read here counts for nothing: they are asked anyway.
func pattern(s *string) *regexp.Regexp {
	if deref(s) == "" {
		return nil
	}
	re, err := regexp.Compile("^(?:" + *s + ")$")
	if err != nil {
		return nil
	}
	return re
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
