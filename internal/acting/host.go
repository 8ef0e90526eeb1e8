// Package acting is what the faces of weir, the shell and the screen, share of changing a cluster: where the runs, locks
// and the audit log of this host lie, what a configuration allows, and how the executor of a cluster is opened.
//
//	h := acting.Host{Dir: dir, Clusters: clusters, Actions: registry}
//	h.Registry().Specs(), .Action(kind).Offers(…), .Plan(ctx, request)   // reads only, by the seeing client
//	h.Policy(cluster).Asks(plan, now)                // what the plan asks of whoever consents to it: forms are made of it
//	s, err := h.Open(ctx, cluster, acting.Options{Arm: consent.Arm, Tell: progress})   // when it is to be applied, never before
//	defer s.Close()
//	report, err := s.Apply(ctx, plan, consent)       // synchronous; cancel ctx to stop between two steps
//	j := h.Journal()                                 // writes nothing, dials nothing
//	j.Runs(ctx), j.Show(ctx, run), j.Undo(ctx, run), j.Cancel(run), h.Entries(ctx, filter)
//
// Errors carry an actions.Kind, which is the exit code of the shell.
package acting

import (
	"context"
	"errors"
	"iter"
	"os/user"
	"path/filepath"
	"slices"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/config"
	"weir/internal/store"
)

// Host is where changes are made from: this host's state directory, and the clusters that can be reached. It is a value,
// and safe for concurrent use.
type Host struct {
	Dir      string           // the state directory: runs, locks and the audit log are below it
	Clusters []config.Cluster // by name; of those that aren't among them runs can be told and ended, no more
	// Actions are the kinds of change there are, able to reach the clusters given. To a read-only one no acting
	// connection is made.
	Actions func(...config.Cluster) *actions.Registry
	// ReadOnly has nothing applied, and forbids to lift that.
	ReadOnly bool
	// Outside is where the audit log is anchored and where claims are kept.
	Outside Outside
}

// Options say how an executor is opened.
type Options struct {
	Arm  bool                // lift read-only of the connection; the policy asks for the reason all the same
	Tell func(actions.Event) // hears what a run does, at once; nil for nobody. It must return soon
}

// Session is an executor with the audit log open for writing.
type Session struct {
	*actions.Executor
	// Warnings are for a person, before anything is applied.
	Warnings []string
	log      *audit.Log
	anchors  func() error // closes them
}

// Close gives back the audit log. Every append was durable before.
func (s *Session) Close() error { return errors.Join(s.log.Close(), s.anchors()) }

// AuditDir is where the audit log lies.
func (h Host) AuditDir() string { return filepath.Join(h.Dir, "audit") }

// Registry makes plans on all clusters. It only reads.
func (h Host) Registry() *actions.Registry { return h.Actions(h.Clusters...) }

// Open opens the audit log for writing and an executor for one cluster. A cluster that isn't known is one that nothing
// reaches: of its runs all that needs no cluster can be done. It connects to the anchors of the audit log, and to
// nothing else.
func (h Host) Open(ctx context.Context, cluster string, o Options) (*Session, error) {
	if _, err := store.Open(h.Dir); err != nil { // makes it
		return nil, &actions.Error{Kind: actions.ErrAudit, What: "nothing is changed without an audit log", Err: err}
	}
	var reached []config.Cluster
	c, ok := h.cluster(cluster)
	if ok {
		if o.Arm && !h.ReadOnly {
			c.Mode = config.Confirm
		}
		if h.ReadOnly {
			c.Mode = config.ReadOnly
		}
		reached = append(reached, c)
	}
	claims, glass, err := h.Outside.claims(c)
	if err != nil {
		return nil, err
	}
	log, closing, err := h.log(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &Session{log: log, anchors: closing, Warnings: h.Outside.near(c), Executor: &actions.Executor{
		Log: &watched{Log: log, tell: o.Tell, told: map[string]bool{}}, Registry: h.Actions(reached...), Dir: h.Dir, Tell: o.Tell, Policy: h.Policy(cluster),
		Claims: claims, BreakGlass: glass, Patience: actions.DefaultPatience,
	}}
	for _, f := range log.AnchorFailures() {
		s.Warnings = append(s.Warnings, unanchored(f))
	}
	return s, nil
}

// Journal is an executor that only tells of runs: it writes nothing to the audit log and needs no right to. Without a log
// there are no runs.
func (h Host) Journal() *actions.Executor {
	return &actions.Executor{Log: readOnly{audit.NewReader(h.AuditDir())}, Registry: h.Registry(), Dir: h.Dir}
}

// Entries reads the audit log, oldest first.
func (h Host) Entries(ctx context.Context, f audit.Filter) iter.Seq2[audit.Entry, error] {
	return audit.NewReader(h.AuditDir()).Entries(ctx, f)
}

// Named are the names by which the cluster of an id was changed from this host, as the audit log tells.
func (h Host) Named(ctx context.Context, id string) (names []string, err error) {
	for e, err := range h.Entries(ctx, audit.Filter{Mentions: id}) {
		if err != nil {
			return nil, &actions.Error{Kind: actions.ErrAudit, What: "whether this cluster is one that was changed before can't be told", Err: err}
		}
		if name := actions.ClusterOf(e, id); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// Verify checks the audit log, and holds it against the anchors of the configuration.
func (h Host) Verify(ctx context.Context) (audit.Report, error) {
	log := audit.NewReader(h.AuditDir())
	all, closing, err := h.Outside.Anchors(log.Origin())
	if err != nil {
		return audit.Report{}, err
	}
	defer func() { _ = closing() }() // they were only read
	var o audit.VerifyOptions
	for _, a := range all {
		o.Anchors = append(o.Anchors, a.Anchor)
	}
	return log.Verify(ctx, o)
}

func (h Host) cluster(name string) (config.Cluster, bool) {
	i := slices.IndexFunc(h.Clusters, func(c config.Cluster) bool { return c.Name == name })
	if i < 0 {
		return config.Cluster{}, false
	}
	return h.Clusters[i], true
}

// principal is the user that acts on a cluster, as far as the configuration names one.
func principal(c config.Cluster) string {
	if c.Act != nil {
		return c.Act.SASL.Username
	}
	return c.Security.SASL.Username
}

// readOnly is an audit log that is only read.
type readOnly struct{ *audit.Reader }

// Append refuses.
func (readOnly) Append(context.Context, audit.Entry) (audit.Receipt, error) {
	return audit.Receipt{}, actions.Fail(actions.ErrDefect, "the audit log is open for reading only", "")
}

// Person is who is at work, as far as the environment tells: a claim, to which the audit log adds what the kernel says.
func Person(getenv func(string) string) string {
	if name := getenv("SUDO_USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return getenv("USER")
}
