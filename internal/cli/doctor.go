package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

// featureCheck is the check of what this principal and this broker can do: lacking a feature is no failure to see.
const featureCheck = "feature"

func (a *app) doctor() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Try each hop to a cluster, and tell what can be seen and done there", Args: noArgs,
		Long: `Try each hop to a cluster apart: name resolution, TCP, TLS, SASL, API versions, the cluster's id, every advertised listener.
Then tell, feature by feature, what this principal and these brokers can do, and which patterns of the configuration match
no group or topic. What fails says what to do about it.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.runDoctor(c.Context()) },
	}
}

func (a *app) runDoctor(ctx context.Context) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	clusters, err := a.chosen(ctx)
	if err != nil {
		return err
	}
	at := time.Now()
	checks, err := a.diagnose(ctx, clusters)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err != nil {
		return err
	}
	if err := a.printChecks(checks, clusters, format, at); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	failed := 0
	for _, c := range checks {
		if c.Failed() && c.Check != featureCheck && c.Check != patternCheck {
			failed++
		}
	}
	if failed > 0 {
		return unseen("doctor: %d of %d checks failed", failed, len(checks))
	}
	return nil
}

// diagnose looks at all clusters beside each other.
func (a *app) diagnose(ctx context.Context, clusters []config.Cluster) ([]wire.Check, error) {
	found := make([][]wire.Check, len(clusters))
	var wg sync.WaitGroup
	for i, c := range clusters {
		wg.Go(func() {
			found[i] = a.sys.Diagnose(ctx, c)
			for j := range found[i] {
				found[i][j].Cluster = c.Name
			}
		})
	}
	wg.Wait()
	var all []wire.Check
	for i, f := range found {
		more, err := a.patterns(ctx, clusters[i], f)
		if err != nil {
			return nil, err
		}
		all = append(append(all, f...), more...)
	}
	return all, nil
}

func (a *app) printChecks(checks []wire.Check, clusters []config.Cluster, format wire.Format, at time.Time) error {
	if format == "" {
		return a.doctorPage(checks)
	}
	doc := wire.Document{Version: a.sys.Version, At: at, Complete: true, Table: wire.Checks(checks)}
	for _, c := range clusters {
		doc.Clusters = append(doc.Clusters, wire.Cluster{Name: c.Name, Environment: c.Environment})
	}
	for _, c := range checks {
		doc.Complete = doc.Complete && c.Unknown == lag.NoReason
	}
	return wire.Write(a.Stdout, doc, format, a.style())
}

// doctorPage writes a line a check, and under it what to do.
func (a *app) doctorPage(checks []wire.Check) error {
	g, name, target := a.glyphs(), 0, 0
	for _, c := range checks {
		name, target = max(name, text.Width(g.Safe(c.Check))), max(target, text.Width(g.Safe(c.Target)))
	}
	var b strings.Builder
	for i, c := range checks {
		if i == 0 || checks[i-1].Cluster != c.Cluster {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(g.Safe(c.Cluster) + "\n")
		}
		line := "  " + verdict(c) + "  " + text.PadEnd(g.Safe(c.Check), name) + "  " + text.PadEnd(g.Safe(c.Target), target) + "  " + g.Safe(c.Detail)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		if c.Remedy != "" {
			b.WriteString("        do: " + g.Safe(c.Remedy) + "\n")
		}
	}
	_, err := a.Stdout.Write([]byte(b.String()))
	return err
}

// verdict is what came of a check, in four cells.
func verdict(c wire.Check) string {
	switch {
	case c.Unknown != lag.NoReason:
		return "?   "
	case c.OK:
		return "ok  "
	case c.Check == featureCheck, c.Check == patternCheck:
		return "no  "
	}
	return "FAIL"
}
