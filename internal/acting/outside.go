package acting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/config"
)

// Outside is what keeps the audit log honest, and operators apart, from beyond this host. The zero value has nothing.
type Outside struct {
	Config config.Config // its anchors, and all clusters they and claims may be on
	// Anchor makes the anchor of the log of an origin in a topic; Claims the claim log in one. Neither connects before it is
	// used, neither makes a topic, and neither can do more to the cluster than append to that topic. An anchor that is an
	// io.Closer is closed.
	Anchor func(on config.Cluster, topic, origin string) audit.Anchor
	Claims func(on config.Cluster, c config.Claims) actions.Claims
}

// Anchors are those of the configuration, for the log of an origin. Closing them ends their connections.
func (o Outside) Anchors(origin string) (out []audit.Anchored, closing func() error, err error) {
	var open []io.Closer
	for _, a := range o.Config.Audit.Anchors {
		made := audit.Anchored{Mode: audit.AnchorMode(a.Mode)}
		switch a.Kind {
		case config.AnchorFile:
			made.Anchor = audit.NewFileAnchor(a.Path)
		case config.AnchorSyslog:
			made.Anchor = audit.NewSyslogAnchor(a.Path)
		case config.AnchorKafka:
			on, ok := o.Config.Cluster(a.Cluster)
			if !ok || o.Anchor == nil {
				return nil, nil, actions.Fail(actions.ErrUsage, fmt.Sprintf("the audit log is to be anchored on cluster %q, which isn't configured", a.Cluster), "")
			}
			made.Anchor = o.Anchor(on, a.Topic, origin)
		}
		if c, ok := made.Anchor.(io.Closer); ok {
			open = append(open, c)
		}
		out = append(out, made)
	}
	return out, func() error {
		var errs []error
		for _, c := range open {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	}, nil
}

// sameCluster tells clusters that are one under two names, as far as their addresses say.
func sameCluster(a, b config.Cluster) bool {
	return a.Name == b.Name || slices.ContainsFunc(a.Brokers, func(broker string) bool { return slices.Contains(b.Brokers, broker) })
}

// claims gives the claim log of a cluster, also of one that was named by its address only; nil for none.
func (o Outside) claims(c config.Cluster) (actions.Claims, bool, error) {
	if c.Claims == nil {
		i := slices.IndexFunc(o.Config.Clusters, func(k config.Cluster) bool { return k.Claims != nil && sameCluster(k, c) })
		if i < 0 {
			return nil, false, nil
		}
		c = o.Config.Clusters[i]
	}
	on, ok := o.Config.Cluster(c.Claims.Cluster)
	if !ok || o.Claims == nil {
		return nil, false, actions.Fail(actions.ErrUsage, fmt.Sprintf("claims on %s are to be kept on cluster %q, which isn't configured", c.Name, c.Claims.Cluster), "")
	}
	return o.Claims(on, *c.Claims), c.Claims.BreakGlass, nil
}

// near names the anchors that lie on the cluster that is changed.
func (o Outside) near(c config.Cluster) (out []string) {
	for _, a := range o.Config.Audit.Anchors {
		if on, ok := o.Config.Cluster(a.Cluster); ok && a.Kind == config.AnchorKafka && sameCluster(on, c) {
			out = append(out, fmt.Sprintf("the audit anchor kafka:%s/%s lies on the cluster that is changed: who changes the one can change the other", a.Cluster, a.Topic))
		}
	}
	return out
}

// log opens the audit log for writing, with its anchors.
func (h Host) log(ctx context.Context, c config.Cluster) (log *audit.Log, closing func() error, err error) {
	o := audit.Options{Dir: h.AuditDir(), Who: audit.Identify(principal(c))}
	closing = func() error { return nil }
	if len(h.Outside.Config.Audit.Anchors) > 0 {
		origin, err := audit.Init(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		if o.Anchors, closing, err = h.Outside.Anchors(origin); err != nil {
			return nil, nil, err
		}
	}
	if log, err = audit.Open(ctx, o); err != nil {
		return nil, nil, errors.Join(err, closing())
	}
	return log, closing, nil
}

// watched is an audit log whose best-effort anchors are heard of when they fail, once each.
type watched struct {
	*audit.Log
	tell func(actions.Event)
	mu   sync.Mutex
	told map[string]bool
}

func (w *watched) Append(ctx context.Context, e audit.Entry) (audit.Receipt, error) {
	r, err := w.Log.Append(ctx, e)
	for _, f := range r.Unanchored {
		w.mu.Lock()
		told := w.told[f.Name]
		w.told[f.Name] = true
		w.mu.Unlock()
		if !told && w.tell != nil {
			w.tell(actions.Event{Run: e.Run, What: unanchored(f)})
		}
	}
	return r, err
}

func unanchored(f audit.AnchorFailure) string {
	return fmt.Sprintf("the audit log is not anchored in %s, and goes on as that is best-effort: %v", f.Name, f.Err)
}
