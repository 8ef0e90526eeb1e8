package reset

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"weir/actions"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/hold"
	"weir/internal/text"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Do does a step. The acting connection is made by the first one.
func (r *run) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	s, err := rec.Step()
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	r.runID = rec.Run()
	if s.ID == app.Stop || s.ID == app.Start {
		return r.command(ctx, s)
	}
	if err := r.connect(ctx); err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	broker, err := cluster.Coordinator(ctx, r.acting, r.group)
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	if s.ID == stepHold {
		return r.take(ctx, broker)
	}
	items, err := cluster.Items(s.Items, decode)
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	var codes map[cluster.Place]int16
	if len(items) > 0 && items[0].after == nil {
		codes, err = DeleteOffsets(ctx, r.acting, broker, r.group, placesOf(items))
	} else {
		codes, err = r.commit(ctx, broker, items)
	}
	return r.outcome(s, items, codes, err)
}

func placesOf(items []item) []cluster.Place {
	out := make([]cluster.Place, len(items))
	for i, it := range items {
		out[i] = it.place
	}
	return out
}

func (r *run) connect(ctx context.Context) error {
	if r.acting != nil {
		return nil
	}
	c, err := r.a.Connect.ActOn(ctx, r.plan)
	if err != nil {
		return err
	}
	r.acting = c
	return nil
}

// take holds the group. Whatever goes wrong, no offset has changed.
func (r *run) take(ctx context.Context, broker int32) (actions.Done, error) {
	g, err := cluster.ReadGroup(ctx, r.acting, r.group)
	switch {
	case errors.Is(err, cluster.ErrNoGroup) && r.plan.Facts[fKind] == absentGroup:
		g = cluster.Group{Name: r.group, Kind: lag.Simple, State: "Empty", Epoch: -1, Coordinator: broker}
	case err != nil:
		return actions.Done{Outcome: actions.OutcomeNot}, err
	case len(g.Members) > 0 && !hold.Ours(g, r.runID, r.plan.Undoes):
		return actions.Done{Outcome: actions.OutcomeNot}, actions.Fail(actions.ErrGuard, "group "+r.group+" has members again: "+g.Who(), "something starts the application again, such as a controller that scales it back: stop it there, then try again")
	}
	topics, err := cluster.ReadTopics(ctx, r.acting, r.topicNames())
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	h, err := hold.Take(ctx, r.acting, g, topics, r.runID, r.plan.Undoes)
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot, Note: "the group is not held"}, passing(err)
	}
	r.hold = h
	return actions.Done{Outcome: actions.OutcomeApplied, Note: "the group is held"}, nil
}

// passing marks errors after which the same try may succeed.
func passing(err error) error {
	var ke *kerr.Error
	if errors.As(err, &ke) && cluster.Moved(ke.Code) {
		return &actions.Retriable{Err: err}
	}
	return err
}

func (r *run) topicNames() []string {
	return cluster.Names(r.places(func(b batch) bool { return !b.deletes }))
}

// places are the partitions of the batches that are wanted.
func (r *run) places(wanted func(batch) bool) []cluster.Place {
	var out []cluster.Place
	for _, b := range r.steps {
		if wanted(b) {
			out = append(out, placesOf(b.items)...)
		}
	}
	return out
}

// commit writes the offsets in one request, sent once. By topic id where the broker takes ids, a topic made anew isn't
// hit.
func (r *run) commit(ctx context.Context, broker int32, items []item) (map[cluster.Place]int16, error) {
	m := hold.Nobody
	if r.hold != nil {
		var err error
		if m, err = r.hold.Member(); err != nil {
			return nil, err
		}
	}
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.Generation, req.MemberID, req.InstanceID = r.group, m.Epoch, m.ID, m.Instance
	names := map[[16]byte]string{}
	for _, it := range items {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != it.place.Topic {
			t := kmsg.NewOffsetCommitRequestTopic()
			t.Topic = it.place.Topic
			if _, err := hex.Decode(t.TopicID[:], []byte(it.topicID)); err != nil {
				return nil, &actions.Error{Kind: actions.ErrUsage, What: "topic id of " + it.place.String(), Err: err}
			}
			names[t.TopicID] = t.Topic
			req.Topics = append(req.Topics, t)
			n++
		}
		p := kmsg.NewOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = it.place.Partition, it.after.Offset, it.after.Epoch, &it.after.Metadata
		req.Topics[n-1].Partitions = append(req.Topics[n-1].Partitions, p)
	}
	resp, err := cluster.Once[*kmsg.OffsetCommitResponse](ctx, r.acting, broker, req)
	if err != nil {
		return nil, &lostReply{err}
	}
	codes := map[cluster.Place]int16{}
	for _, t := range resp.Topics {
		name := t.Topic
		if name == "" {
			name = names[t.TopicID]
		}
		for _, p := range t.Partitions {
			codes[cluster.Place{Topic: name, Partition: p.Partition}] = p.ErrorCode
		}
	}
	return codes, nil
}

// lostReply is a request that got no answer: it may have taken effect.
type lostReply struct{ err error }

func (e *lostReply) Error() string { return e.err.Error() }
func (e *lostReply) Unwrap() error { return e.err }

// DeleteOffsets removes commits of a group in one request, sent once.
func DeleteOffsets(ctx context.Context, c cluster.Conn, broker int32, group string, places []cluster.Place) (map[cluster.Place]int16, error) {
	req := kmsg.NewPtrOffsetDeleteRequest()
	req.Group = group
	for _, at := range places {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != at.Topic {
			t := kmsg.NewOffsetDeleteRequestTopic()
			t.Topic = at.Topic
			req.Topics = append(req.Topics, t)
			n++
		}
		p := kmsg.NewOffsetDeleteRequestTopicPartition()
		p.Partition = at.Partition
		req.Topics[n-1].Partitions = append(req.Topics[n-1].Partitions, p)
	}
	resp, err := cluster.Once[*kmsg.OffsetDeleteResponse](ctx, c, broker, req)
	if err != nil {
		return nil, &lostReply{err}
	}
	codes := map[cluster.Place]int16{}
	for _, at := range places {
		codes[at] = resp.ErrorCode // of the whole group; 0 when each has its own
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			codes[cluster.Place{Topic: t.Topic, Partition: p.Partition}] = p.ErrorCode
		}
	}
	return codes, nil
}

// outcome makes one of the codes of all partitions.
func (r *run) outcome(s actions.Step, items []item, codes map[cluster.Place]int16, err error) (actions.Done, error) {
	var lost *lostReply
	if errors.As(err, &lost) {
		r.unsure[s.ID] = true
		return actions.Done{}, &actions.Retriable{Err: err} // asks Settle
	}
	if err != nil {
		return actions.Done{Outcome: actions.OutcomeNot}, err
	}
	var ok int
	var bad []string
	worstCode := int16(0)
	for _, it := range items {
		code, told := codes[it.place]
		switch {
		case !told:
			return actions.Done{}, fmt.Errorf("step %s: no answer for %s", s.ID, it.place)
		case cluster.Unsure(code):
			r.unsure[s.ID] = true
			return actions.Done{}, &actions.Retriable{Err: fmt.Errorf("%s: %w", it.place, kerr.ErrorForCode(code))}
		case code == 0:
			ok++
		default:
			worstCode = code
			bad = append(bad, fmt.Sprintf("%s: %s", it.place, kerr.ErrorForCode(code)))
		}
	}
	return r.tally(s, ok, bad, worstCode)
}

func (r *run) tally(s actions.Step, ok int, bad []string, code int16) (actions.Done, error) {
	if len(bad) == 0 {
		for i := range r.steps {
			r.steps[i].done = r.steps[i].done || r.steps[i].id == s.ID
		}
		delete(r.unsure, s.ID)
		return actions.Done{Outcome: actions.OutcomeApplied, Note: text.Plural(ok, "offset", "offsets")}, nil
	}
	note := fmt.Sprintf("%s written, %d refused, such as %s", text.Plural(ok, "offset", "offsets"), len(bad), bad[0])
	if ok > 0 {
		return actions.Done{Outcome: actions.OutcomeMixed, Note: note}, &actions.Error{Kind: actions.ErrPartial, What: note, Err: kerr.ErrorForCode(code)}
	}
	return actions.Done{Outcome: actions.OutcomeNot, Note: note}, refusal(note, code)
}

// refusal tells a code by which nothing was written.
func refusal(note string, code int16) error {
	err := kerr.ErrorForCode(code)
	switch code {
	case kerr.UnknownMemberID.Code, kerr.IllegalGeneration.Code, kerr.StaleMemberEpoch.Code, kerr.FencedInstanceID.Code, kerr.FencedMemberEpoch.Code, kerr.RebalanceInProgress.Code:
		return hold.Lost(err)
	case kerr.GroupSubscribedToTopic.Code, kerr.NonEmptyGroup.Code:
		return &actions.Error{Kind: actions.ErrGuard, What: "somebody came into the group; nothing was deleted", Err: err}
	case kerr.GroupAuthorizationFailed.Code, kerr.TopicAuthorizationFailed.Code:
		return &actions.Error{Kind: actions.ErrUnseen, What: "the acting principal may not do this: " + note, Do: "grant Read on the group and its topics, and Delete on the group to delete", Err: err}
	}
	if cluster.Loading(code) {
		return &actions.Retriable{Err: err}
	}
	return &actions.Error{Kind: actions.ErrGuard, What: note, Err: err}
}
