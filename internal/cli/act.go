package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"weir/actions"
	"weir/internal/acting"
	"weir/internal/config"
	"weir/internal/store"
)

// This file is the ground that the verbs stand on which change a cluster, and those that tell what was changed.
//
//   - Plans are made by the seeing client. The acting one is dialled by the first step of a run, and never for a cluster
//     that is read-only.
//   - While a run is under way an interrupt lets it end its step, and the journal tells the rest.
//   - Exit codes are those of package actions.

// acted gives an error of the path of changes its exit code.
func acted(err error) error {
	var f fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	return fault{actions.ExitCode(err), err}
}

// specs are the kinds of change there are.
func (a *app) specs() []actions.Spec { return a.sys.Actions().Specs() }

// host is where changes are made from, with the clusters given in reach.
func (a *app) host(clusters ...config.Cluster) (acting.Host, error) {
	dir, err := store.Dir(a.Getenv)
	if err != nil {
		return acting.Host{}, usage("%w", err)
	}
	return acting.Host{Dir: dir, Clusters: clusters, Actions: a.sys.Actions, ReadOnly: a.flag.readOnly}, nil
}

// outside is what the configuration says of anchors and claims: it holds for clusters too that the command line names by
// their address.
func (a *app) outside() (acting.Outside, error) {
	cfg, err := a.load()
	if err != nil {
		return acting.Outside{}, err
	}
	return acting.Outside{Config: cfg, Anchor: a.sys.Anchor, Claims: a.sys.Claims}, nil
}

// executor opens the audit log for writing, until the command ends. The cluster may be one that nothing reaches, to end
// runs by word.
func (a *app) executor(ctx context.Context, c config.Cluster, arm bool) (*acting.Session, error) {
	h, err := a.host(c)
	if err != nil {
		return nil, err
	}
	if h.Outside, err = a.outside(); err != nil {
		return nil, err
	}
	s, err := h.Open(ctx, c.Name, acting.Options{Arm: arm, Tell: a.teller()})
	if err != nil {
		return nil, acted(err)
	}
	a.done = append(a.done, func() { _ = s.Close() }) // every append was synced
	for _, w := range s.Warnings {
		a.note("%s", w)
	}
	return s, nil
}

// journal is an executor that only tells of runs. Without a log there are none.
func (a *app) journal(clusters ...config.Cluster) (*actions.Executor, error) {
	h, err := a.host(clusters...)
	if err != nil {
		return nil, err
	}
	return h.Journal(), nil
}

// oneCluster is the one cluster that the command line names; does is what is done to one at a time.
func (a *app) oneCluster(ctx context.Context, does string) (config.Cluster, error) {
	clusters, err := a.chosen(ctx)
	if err != nil {
		return config.Cluster{}, err
	}
	if len(clusters) != 1 {
		return config.Cluster{}, usage("one cluster is %s at a time, and -c names %d", does, len(clusters))
	}
	return a.governed(ctx, clusters[0])
}

// clusterOf is the cluster that a plan or run names. It needs no flag when the configuration has it.
func (a *app) clusterOf(ctx context.Context, what, name string) (config.Cluster, error) {
	if len(a.flag.clusters) == 0 && a.flag.brokers == "" && a.flag.commandConfig == "" {
		if _, err := config.ParseBrokers(name); err == nil {
			return config.Cluster{}, usage("%s is for a cluster that no configuration names; give --brokers %s", what, name)
		}
		a.flag.clusters = []string{name}
	}
	c, err := a.oneCluster(ctx, "changed")
	if err != nil {
		return c, err
	}
	if c.Name != name {
		return c, usage("%s is for cluster %s, and the command line names %s", what, name, c.Name)
	}
	return c, nil
}

// carefully runs what changes a cluster: an interrupt doesn't leave it behind, and no closed pipe ends the process.
func (a *app) carefully(ctx context.Context, do func() error) error {
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	a.acting.Store(true)
	if err := context.Cause(ctx); err != nil {
		a.acting.Store(false)
		return err
	}
	return acted(do())
}

// finishActing tells the error of a command that was changing a cluster. What became of the run counts for more than that
// it was interrupted, or that nobody read what it printed.
func (a *app) finishActing(ctx context.Context, err error) int {
	var panicked defect
	if errors.As(err, &panicked) {
		a.say("a defect in weir: %s; what was done stands in the audit log, see weir run list", panicked.what)
		if a.flag.verbose {
			_, _ = a.Stderr.Write(panicked.stack)
		}
		return Defect
	}
	code := actions.ExitCode(err)
	var e *actions.Error
	if f, ok := errors.AsType[fault](err); ok {
		code = f.code
	}
	if !errors.As(err, &e) && errors.Is(err, syscall.EPIPE) {
		return Done
	}
	a.say("%s", err)
	a.tellDrift(err)
	var cause Interrupted
	if code == int(actions.ErrStopped) && errors.As(context.Cause(ctx), &cause) {
		return cause.code()
	}
	return code
}

// tellDrift tells all that moved since a plan, of which the error's own words tell the first three.
func (a *app) tellDrift(err error) {
	const told = 3
	e, ok := errors.AsType[*actions.Error](err)
	if !ok || len(e.Drift) <= told {
		return
	}
	for _, d := range e.Drift[told:] {
		a.note("%s %s was %s, is %s", d.Ref, d.Field, d.Planned, d.Found)
	}
}

// exists tells whether there is anything at a path; what can't be looked at counts as there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// quoted is a word as a shell takes it.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-:@+/,=", r))
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// where are the flags that bring another command to the same cluster, as a shell takes them.
func (a *app) where() string {
	var b strings.Builder
	for _, word := range a.whereFlags() {
		b.WriteString(" " + quoted(word))
	}
	return b.String()
}

func (a *app) whereFlags() (out []string) {
	for _, f := range []struct{ name, value string }{
		{"--config", a.flag.config}, {"--brokers", a.flag.brokers}, {"--command-config", a.flag.commandConfig},
	} {
		if f.value != "" {
			out = append(out, f.name, f.value)
		}
	}
	return out
}

// unnamed reports whether the cluster is named by its brokers alone.
func (a *app) unnamed() bool { return a.flag.brokers != "" || a.flag.commandConfig != "" }
