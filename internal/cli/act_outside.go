package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
)

// auditAnchor are the commands on the places that keep the audit log's checkpoints.
func (a *app) auditAnchor() *cobra.Command {
	check := &cobra.Command{Use: "check", Short: "Look whether every configured anchor is there and fit", Args: noArgs,
		Long: `Look whether every anchor of the audit log that is configured is there, can be appended to and is fit for it. It only reads, and
makes no topic. What an anchor proves about the log is said by weir audit verify.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.runOutside(c.Context(), "anchor", a.anchorChecks) }}
	return parent(&cobra.Command{Use: "anchor", Short: "Where the audit log's checkpoints are kept: check"}, check)
}

// lock are the commands on what keeps operators apart.
func (a *app) lock() *cobra.Command {
	check := &cobra.Command{Use: "check", Short: "Look whether every configured claim log is there and fit", Args: noArgs,
		Long: `Look whether every claim log that is configured is there, can be appended to and is fit for it. It only reads, and makes no topic.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.runOutside(c.Context(), "claim log", a.claimChecks) }}
	return parent(&cobra.Command{Use: "lock", Short: "What keeps operators apart: check",
		Long: "What keeps operators apart: locks on this host, and a claim log where several hosts change one cluster. docs/locks.md tells more."}, check)
}

func (a *app) runOutside(ctx context.Context, what string, look func(context.Context, config.Config) []wire.Check) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings {
		a.note("%s", w.Error())
	}
	all := look(ctx, cfg)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if len(all) == 0 {
		a.note("no %s is configured", what)
	}
	if format == "" {
		err = a.doctorPage(all)
	} else {
		err = a.printTable(wire.Checks(all))
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, c := range all {
		if c.Failed() {
			failed++
		}
	}
	if failed > 0 {
		return unseen("%s: %d of %d checks failed", what, failed, len(all))
	}
	return nil
}

func (a *app) anchorChecks(ctx context.Context, cfg config.Config) (out []wire.Check) {
	for _, k := range cfg.Audit.Anchors {
		switch k.Kind {
		case config.AnchorKafka:
			on, _ := cfg.Cluster(k.Cluster) // the configuration was checked to have it
			out = append(out, a.sys.Topics.Anchor(ctx, on, k.Topic)...)
		case config.AnchorFile:
			out = append(out, fileCheck(k.Path))
		case config.AnchorSyslog:
			out = append(out, wire.Check{Check: "syslog", Target: "syslog", Unknown: lag.Unsupported, Detail: "its socket takes messages and confirms nothing, and can't be read back"})
		}
	}
	return out
}

// fileCheck looks at a file of checkpoints without making it.
func fileCheck(path string) wire.Check {
	c := wire.Check{Check: "file", Target: path, OK: true, Detail: "there; it is worth something only out of reach of this host"}
	switch _, err := os.Stat(path); {
	case err == nil:
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			c.OK, c.Detail, c.Remedy = false, err.Error(), "let the user who runs weir append to it"
			return c
		}
		_ = f.Close() // nothing was written
	case !os.IsNotExist(err):
		c.OK, c.Detail = false, err.Error()
	default:
		c.Detail = "not there yet; the first checkpoint makes it"
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			c.OK, c.Detail, c.Remedy = false, fmt.Sprintf("its directory is not there: %v", err), "make it, or mount it"
		}
	}
	return c
}

func (a *app) claimChecks(ctx context.Context, cfg config.Config) (out []wire.Check) {
	seen := map[config.Claims]bool{}
	for _, c := range cfg.Clusters {
		if c.Claims == nil || seen[*c.Claims] {
			continue
		}
		seen[*c.Claims] = true
		on, _ := cfg.Cluster(c.Claims.Cluster) // the configuration was checked to have it
		out = append(out, a.sys.Topics.Claims(ctx, on, *c.Claims)...)
	}
	return out
}
