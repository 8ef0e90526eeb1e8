package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/acting"
	"weir/internal/cli"
	"weir/lag"
)

// actor changes clusters for the console, over the same host as the shell: one registry, one policy, one audit log.
type actor struct {
	ctx      context.Context // of the process: once it is done, nothing is begun
	host     acting.Host
	registry *actions.Registry // plans only
	who      string
	busy     func(bool)
	policies map[string]actions.Policy

	mu    sync.Mutex
	doing int                  // changes that are being carried out
	armed map[string]time.Time // until when read-only is lifted, by cluster
}

func newActor(ctx context.Context, c *cli.Console) *actor {
	a := &actor{ctx: ctx, host: c.Acting, registry: c.Acting.Registry(), who: acting.Person(os.Getenv), busy: c.Busy, armed: map[string]time.Time{},
		policies: map[string]actions.Policy{}}
	for _, k := range c.Clusters {
		a.policies[k.Name] = c.Acting.Policy(k.Name)
	}
	return a
}

// Specs describes the kinds of change there are.
func (a *actor) Specs() []actions.Spec { return a.registry.Specs() }

// Offers asks one kind about a thing.
func (a *actor) Offers(kind string, ref lag.Ref, r *lag.Reading) actions.Offer {
	action, err := a.registry.Action(kind)
	if err != nil {
		return actions.Offer{Why: "not offered: " + err.Error()}
	}
	return action.Offers(ref, r)
}

// Policy is what may be done to a cluster, as configured.
func (a *actor) Policy(cluster string) actions.Policy {
	if p, ok := a.policies[cluster]; ok {
		return p
	}
	return a.host.Policy(cluster)
}

// Who is the person at work, as claimed.
func (a *actor) Who() string { return a.who }

// maxParamFile bounds what is read as the value of a parameter, as in the shell.
const maxParamFile = 64 << 20 // bytes

// Plan makes a plan.
func (a *actor) Plan(ctx context.Context, req actions.Request, files map[string]string) (actions.Plan, error) {
	params := maps.Clone(req.Params)
	if params == nil {
		params = map[string]string{}
	}
	for name, path := range files {
		text, err := readParam(path)
		if err != nil {
			return actions.Plan{}, &actions.Error{Kind: actions.ErrUsage, What: "parameter " + name, Err: err}
		}
		params[name] = text
	}
	req.Params = params
	return a.registry.Plan(ctx, req)
}

func readParam(path string) (string, error) {
	f, err := os.Open(atHome(path))
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxParamFile+1))
	if err == nil && len(text) > maxParamFile {
		err = fmt.Errorf("%s: more than %d bytes", path, maxParamFile)
	}
	return string(text), err
}

// atHome writes ~ out, as a shell would have.
func atHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}

// UndoPlan makes the plan that undoes a run.
func (a *actor) UndoPlan(ctx context.Context, run string) (actions.Plan, error) {
	req, err := a.host.Journal().Undo(ctx, run)
	if err != nil {
		return actions.Plan{}, err
	}
	return a.registry.Plan(ctx, req)
}

// PlanOf gives the plan that a run carries out.
func (a *actor) PlanOf(ctx context.Context, run string) (actions.Plan, error) {
	return a.host.Journal().PlanOf(ctx, run)
}

// Save keeps a plan in a file: of that name, or below the state directory.
func (a *actor) Save(p actions.Plan, name string) (string, error) {
	path := atHome(name)
	if name == "" {
		dir := filepath.Join(a.host.Dir, "plans")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", &actions.Error{Kind: actions.ErrUsage, What: "the plan can't be kept", Err: err}
		}
		path = filepath.Join(dir, "plan-"+p.Digest[:min(12, len(p.Digest))]+".json")
	}
	path, err := filepath.Abs(path)
	if err == nil {
		err = acting.SavePlan(path, p, version())
	}
	if err != nil {
		return "", &actions.Error{Kind: actions.ErrUsage, What: "the plan can't be kept", Err: err}
	}
	return path, nil
}

// carry has an executor of one cluster do something. While it does, an interrupt waits for it.
func (a *actor) carry(ctx context.Context, cluster string, o acting.Options, do func(*acting.Session) error) error {
	a.count(1)
	defer a.count(-1)
	if a.ctx.Err() != nil {
		return actions.Fail(actions.ErrStopped, "weir is ending", "")
	}
	s, err := a.host.Open(ctx, cluster, o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // every append was durable before
	return do(s)
}

// count counts what is being carried out, and says whether anything is.
func (a *actor) count(by int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doing += by
	a.busy(a.doing > 0)
}

// Apply carries a plan out.
func (a *actor) Apply(ctx context.Context, p actions.Plan, c actions.Consent, tell func(actions.Event)) (rep actions.Report, err error) {
	c.Arm = c.Arm && a.isArmed(p.Target.Cluster)
	err = a.carry(ctx, p.Target.Cluster, acting.Options{Arm: c.Arm, Tell: tell}, func(s *acting.Session) (err error) {
		rep, err = s.Apply(ctx, p, c)
		return err
	})
	return rep, err
}

// Resume goes on with a run that stopped.
func (a *actor) Resume(ctx context.Context, run string, p actions.Plan, c actions.Consent, tell func(actions.Event)) (rep actions.Report, err error) {
	c.Arm = c.Arm && a.isArmed(p.Target.Cluster)
	err = a.carry(ctx, p.Target.Cluster, acting.Options{Arm: c.Arm, Tell: tell}, func(s *acting.Session) (err error) {
		rep, err = s.Resume(ctx, run, c)
		return err
	})
	return rep, err
}

// clusterOf is the cluster that a run is about.
func (a *actor) clusterOf(ctx context.Context, run string) (string, error) {
	info, _, err := a.host.Journal().Show(ctx, run)
	if err != nil {
		return "", err
	}
	ref, err := lag.ParseRef(info.Target)
	if err != nil {
		return "", &actions.Error{Kind: actions.ErrAudit, What: "the journal names the target badly", Err: err}
	}
	return ref.Cluster, nil
}

// Settle finds out what became of the steps in doubt of a run.
func (a *actor) Settle(ctx context.Context, run string, tell func(actions.Event)) (found []actions.Settled, err error) {
	cluster, err := a.clusterOf(ctx, run)
	if err != nil {
		return nil, err
	}
	err = a.carry(ctx, cluster, acting.Options{Tell: tell}, func(s *acting.Session) (err error) {
		found, err = s.Settle(ctx, run)
		return err
	})
	return found, err
}

// Dismiss ends an unfinished run as it is.
func (a *actor) Dismiss(ctx context.Context, run, note string) error {
	cluster, err := a.clusterOf(ctx, run)
	if err != nil {
		return err
	}
	return a.carry(ctx, cluster, acting.Options{}, func(s *acting.Session) error { return s.Dismiss(ctx, run, note) })
}

// Cancel asks a run to stop between two steps.
func (a *actor) Cancel(run string) error { return a.host.Journal().Cancel(run) }

// Runs gives every run in the journal.
func (a *actor) Runs(ctx context.Context) ([]actions.RunInfo, error) {
	return a.host.Journal().Runs(ctx)
}

// Show gives one run with its entries.
func (a *actor) Show(ctx context.Context, run string) (actions.RunInfo, []audit.Entry, error) {
	return a.host.Journal().Show(ctx, run)
}

// Entries gives the newest entries of the audit log.
func (a *actor) Entries(ctx context.Context, most int) ([]audit.Entry, error) {
	var out []audit.Entry
	for e, err := range a.host.Entries(ctx, audit.Filter{}) {
		if err != nil {
			return nil, err
		}
		if out = append(out, e); len(out) >= 2*most {
			out = append(out[:0:0], out[len(out)-most:]...)
		}
	}
	return out[max(0, len(out)-most):], nil
}

// Verify checks the audit log, against its anchors too.
func (a *actor) Verify(ctx context.Context) (audit.Report, error) {
	return a.host.Verify(ctx)
}

// Arm lifts read-only for a while.
func (a *actor) Arm(ctx context.Context, cluster string, d time.Duration, reason string) (until time.Time, err error) {
	err = a.carry(ctx, cluster, acting.Options{}, func(s *acting.Session) error {
		g, err := s.Arm(ctx, cluster, d, a.who, reason)
		until = g.Until
		return err
	})
	if err == nil {
		a.mu.Lock()
		a.armed[cluster] = until
		a.mu.Unlock()
	}
	return until, err
}

// Disarm makes a cluster read-only again, whether or not that can be recorded.
func (a *actor) Disarm(ctx context.Context, cluster string) error {
	a.mu.Lock()
	delete(a.armed, cluster)
	a.mu.Unlock()
	return a.carry(ctx, cluster, acting.Options{}, func(s *acting.Session) error { return s.Disarm(ctx, cluster, a.who) })
}

// isArmed reports whether read-only is lifted on a cluster at this moment.
func (a *actor) isArmed(cluster string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Now().Before(a.armed[cluster])
}
