package leaderelection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The types of elections on the wire (KIP-460).
const (
	wirePreferred int8 = 0
	wireUnclean   int8 = 1
)

// electTimeout is how long the controller may take to answer, in milliseconds; less than a step's time-out.
const electTimeout = 30_000

// Do has the controller elect a batch, in one request that is sent once, and reads back what came of it.
func (r *run) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	s, err := rec.Step()
	if err != nil {
		return not, err
	}
	items, err := cluster.Items(s.Items, decode)
	if err != nil {
		return not, err
	}
	controller, err := r.connect(ctx)
	if err != nil {
		return not, err
	}
	resp, err := cluster.Once[*kmsg.ElectLeadersResponse](ctx, r.acting, controller, r.request(items))
	if err != nil {
		r.unsure[s.ID] = true
		return actions.Done{}, &actions.Retriable{Err: err} // asks Settle
	}
	return r.outcome(ctx, s, items, resp)
}

// connect gives the broker that takes requests for the controller.
func (r *run) connect(ctx context.Context) (int32, error) {
	if r.acting == nil {
		c, err := r.a.Connect.ActOn(ctx, r.plan)
		if err != nil {
			return 0, err
		}
		r.acting = c
	}
	now, err := cluster.ReadLayout(ctx, r.acting, []string{})
	if err != nil {
		return 0, err
	}
	if now.Controller < 0 {
		return 0, &actions.Retriable{Err: actions.Fail(actions.ErrUnseen, "no broker tells who the controller is", "try again when the cluster has one")}
	}
	return now.Controller, nil
}

func (r *run) request(items []item) *kmsg.ElectLeadersRequest {
	req := kmsg.NewPtrElectLeadersRequest()
	req.ElectionType, req.TimeoutMillis = wirePreferred, electTimeout
	if r.unclean {
		req.ElectionType = wireUnclean
	}
	for _, it := range items {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != it.place.Topic {
			t := kmsg.NewElectLeadersRequestTopic()
			t.Topic = it.place.Topic
			req.Topics = append(req.Topics, t)
			n++
		}
		req.Topics[n-1].Partitions = append(req.Topics[n-1].Partitions, it.place.Partition)
	}
	return req
}

// refused is a partition that the controller elected no leader for.
type refused struct {
	place cluster.Place
	code  int16
	said  string
}

func (f refused) String() string {
	s := fmt.Sprintf("%s: %s", f.place, codeName(f.code))
	if f.said != "" {
		s += " (" + f.said + ")"
	}
	return s
}

func codeName(code int16) string {
	if e := kerr.TypedErrorForCode(code); e != nil {
		return e.Message
	}
	return fmt.Sprintf("error code %d", code)
}

// outcome makes one of what the controller answered for all partitions.
func (r *run) outcome(ctx context.Context, s actions.Step, items []item, resp *kmsg.ElectLeadersResponse) (actions.Done, error) {
	codes := map[cluster.Place]refused{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			f := refused{place: cluster.Place{Topic: t.Topic, Partition: p.Partition}, code: p.ErrorCode}
			if p.ErrorMessage != nil {
				f.said = *p.ErrorMessage
			}
			codes[f.place] = f
		}
	}
	var elected, unneeded int
	var bad []refused
	for _, it := range items {
		f, told := codes[it.place]
		if resp.ErrorCode != 0 {
			f, told = refused{place: it.place, code: resp.ErrorCode}, true
		}
		switch {
		case !told, f.code == kerr.RequestTimedOut.Code, f.code == kerr.UnknownServerError.Code:
			r.unsure[s.ID] = true
			return actions.Done{}, &actions.Retriable{Err: fmt.Errorf("step %s: the controller didn't say what became of %s", s.ID, it.place)}
		case f.code == 0:
			elected++
		case f.code == kerr.ElectionNotNeeded.Code:
			unneeded++
		default:
			bad = append(bad, f)
		}
	}
	if len(bad) > 0 {
		return r.refusal(elected+unneeded, bad)
	}
	return r.readBack(ctx, s, items, elected, unneeded)
}

// readBack waits until the brokers show what the controller said. That they don't is for Verify to judge.
func (r *run) readBack(ctx context.Context, s actions.Step, items []item, elected, unneeded int) (actions.Done, error) {
	note := text.Plural(elected, "leader", "leaders") + " elected"
	if unneeded > 0 {
		note += fmt.Sprintf(", %d needed none", unneeded)
	}
	n, err := r.await(ctx, items, patience)
	switch {
	case err != nil:
		note += "; not read back: " + err.Error()
	case n.after < len(items):
		note += "; read back: " + n.String()
	}
	for i := range r.batches {
		r.batches[i].done = r.batches[i].done || r.batches[i].id == s.ID
	}
	delete(r.unsure, s.ID)
	return actions.Done{Outcome: actions.OutcomeApplied, Note: note}, nil
}

// refusal tells each partition that has no new leader. Nothing changed where none has one.
func (r *run) refusal(ok int, bad []refused) (actions.Done, error) {
	var says []string
	byPlace := map[string]string{}
	for _, f := range bad {
		says = append(says, f.String())
		byPlace[f.place.String()] = codeName(f.code)
	}
	if len(says) > most {
		says = append(says[:most:most], fmt.Sprintf("%d more", len(says)-most))
	}
	d := actions.Done{Outcome: actions.OutcomeNot, Note: fmt.Sprintf("%d elected, %d refused: %s", ok, len(bad), strings.Join(says, "; "))}
	data, err := json.Marshal(byPlace)
	if err != nil {
		return actions.Done{}, err
	}
	d.Data = data
	cause := kerr.ErrorForCode(bad[0].code)
	if ok > 0 {
		d.Outcome = actions.OutcomeMixed
		return d, &actions.Error{Kind: actions.ErrPartial, What: d.Note, Do: "make a new plan for the rest", Err: cause}
	}
	any := func(codes ...*kerr.Error) bool {
		return slices.ContainsFunc(bad, func(f refused) bool {
			return slices.ContainsFunc(codes, func(e *kerr.Error) bool { return e.Code == f.code })
		})
	}
	switch {
	case any(kerr.ClusterAuthorizationFailed):
		return d, &actions.Error{Kind: actions.ErrUnseen, What: "the acting principal may not elect leaders", Do: "grant it Alter on the cluster", Err: cause}
	case any(kerr.NotController):
		return d, &actions.Retriable{Err: cause}
	case any(kerr.UnknownTopicOrPartition, kerr.UnknownTopicID):
		return d, &actions.Error{Kind: actions.ErrStale, What: d.Note, Do: "make a new plan", Err: cause}
	}
	return d, &actions.Error{Kind: actions.ErrGuard, What: d.Note, Do: "bring the replicas back into sync first", Err: cause}
}
