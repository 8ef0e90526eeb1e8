package actions

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"weir/internal/text"
)

// Registry holds the actions there are, by kind. It is immutable.
type Registry struct {
	byKind map[string]Action
	now    func() time.Time
}

// NewRegistry makes a registry. Of two actions of one kind the first counts.
func NewRegistry(all ...Action) *Registry {
	r := &Registry{byKind: map[string]Action{}, now: time.Now}
	for _, a := range all {
		if kind := a.Spec().Kind; r.byKind[kind] == nil {
			r.byKind[kind] = a
		}
	}
	return r
}

// Specs describes all actions, sorted by kind.
func (r *Registry) Specs() []Spec {
	var out []Spec
	for _, kind := range slices.Sorted(maps.Keys(r.byKind)) {
		out = append(out, r.byKind[kind].Spec())
	}
	return out
}

// Action gives the action of a kind, ErrUsage for none.
func (r *Registry) Action(kind string) (Action, error) {
	if a := r.byKind[kind]; a != nil {
		return a, nil
	}
	return nil, Fail(ErrUsage, fmt.Sprintf("there is no action %q in this weir", kind), "see weir action list")
}

// factSeen, among the facts of a plan that undoes a run, is Request.Seen.
const factSeen = "undoes_up_to_entry"

// Plan checks the request and makes its plan, complete with digest, id and times. It only reads.
func (r *Registry) Plan(ctx context.Context, req Request) (Plan, error) {
	a, err := r.Action(req.Kind)
	if err != nil {
		return Plan{}, err
	}
	spec := a.Spec()
	if req.Undoes == "" {
		if err := spec.Check(req.Params); err != nil {
			return Plan{}, err
		}
	}
	if !slices.Contains(spec.On, req.Target.Kind) {
		return Plan{}, Fail(ErrUsage, fmt.Sprintf("%s is not for a %s", spec.Verb, req.Target.Kind), "its target is "+spec.Target)
	}
	for _, name := range []string{req.Target.Name, req.Target.Sub} {
		if text.Safe(name) != name {
			return Plan{}, Fail(ErrUsage, "the name "+text.Safe(name)+" holds characters that can't be shown", "weir changes nothing that can't be named on a screen")
		}
	}
	p, err := a.Plan(ctx, req)
	if err != nil {
		return Plan{}, err
	}
	if p.Tier < spec.Tier || p.ClusterID == "" {
		return Plan{}, Fail(ErrDefect, fmt.Sprintf("%s made a plan without tier or cluster id", spec.Kind), "")
	}
	p.Kind, p.Target, p.Params, p.Undoes = req.Kind, req.Target, req.Params, req.Undoes
	if req.Undoes != "" {
		if p.Facts == nil {
			p.Facts = map[string]string{}
		}
		p.Facts[factSeen] = strconv.FormatInt(req.Seen, 10)
	}
	p.MadeAt = r.now().UTC().Truncate(time.Millisecond)
	p.Expires = p.MadeAt.Add(DefaultExpiry)
	if p.Digest, err = p.ComputeDigest(); err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan", Err: err}
	}
	p.ID = planID(p)
	return p, nil
}
