package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

func (a *app) auditVerify() *cobra.Command {
	var key, export string
	var anchors []string
	var alone bool
	c := &cobra.Command{Use: "verify", Short: "Check every line and signature of the audit log", Args: noArgs,
		Long: `Check every line and signature of the audit log, and hold it against the anchors of the configuration, or those given. Each break says where it is and what to do; the
exit code is then 11, as nothing is applied on such a log.

Without an anchor off this host a log that was cut back to an earlier state still verifies: how far an anchor confirms it is
said. With --export it checks a file that weir audit export wrote, without the log.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if export != "" {
				return a.verifyExport(export, key)
			}
			return a.runVerify(c.Context(), key, anchors, alone)
		}}
	c.Flags().StringVar(&key, "key", "", "the verifier key as it was noted elsewhere, in place of the one beside the log")
	c.Flags().StringArrayVar(&anchors, "anchor", nil, "a file of checkpoints to hold the log against, in place of the configured anchors; may be repeated")
	c.Flags().BoolVar(&alone, "no-anchors", false, "ask no anchor")
	c.Flags().StringVar(&export, "export", "", "check this export, and no log")
	return c
}

func (a *app) runVerify(ctx context.Context, key string, anchors []string, alone bool) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	log, dir, err := a.auditLog()
	if err != nil {
		return err
	}
	o := audit.VerifyOptions{Pinned: key}
	var asked []audit.Anchored
	if !alone {
		all, closing, err := a.anchors(log.Origin(), anchors)
		if err != nil {
			return err
		}
		defer func() { _ = closing() }() // they were only read
		asked = all
	}
	for _, k := range asked {
		o.Anchors = append(o.Anchors, k.Anchor)
	}
	rep, err := log.Verify(ctx, o)
	if err != nil {
		return acted(err)
	}
	if format == "" {
		err = a.verifyPage(dir, rep)
	} else {
		err = a.printPart(wire.Checks(verifyChecks(dir, rep)), !slices.ContainsFunc(rep.Anchors, unread))
	}
	if err != nil {
		return err
	}
	if !rep.OK() {
		return fault{int(actions.ErrAudit), fmt.Errorf("audit: %s does not verify: breaks found: %d", dir, len(rep.Breaks))}
	}
	return a.unasked(asked, rep)
}

// unread says that an anchor that can be read back was not.
func unread(r audit.AnchorReport) bool { return r.Err != nil && !errors.Is(r.Err, audit.ErrWriteOnly) }

// unasked is the error where an anchor that is required could not be read: what it alone would show is not known. Of one
// that is best-effort that is said, as its absence held up no action either.
func (a *app) unasked(asked []audit.Anchored, rep audit.Report) (err error) {
	for i, r := range rep.Anchors {
		switch {
		case !unread(r):
		case asked[i].Mode == audit.AnchorBestEffort:
			a.note("the anchor %s could not be read, and is best-effort: whether the log was cut back further than the others show is not known", r.Name)
		case err == nil:
			err = unseen("audit: the anchor %s is required and could not be read: whether the log was cut back is not known", r.Name)
		}
	}
	return err
}

// verifyChecks are what verify found as rows.
func verifyChecks(dir string, rep audit.Report) []wire.Check {
	out := []wire.Check{{Check: "audit_log", Target: dir, OK: rep.OK(), Detail: fmt.Sprintf("%s, %d confirmed by an anchor", text.Plural(rep.Size, "record", "records"), rep.Anchored())}}
	for _, b := range rep.Breaks {
		out = append(out, wire.Check{Check: string(b.Kind), Target: b.Segment, Detail: b.Error(), Remedy: b.Do})
	}
	for _, r := range rep.Anchors {
		c := wire.Check{Check: "anchor", Target: r.Name, OK: r.Err == nil, Detail: proves(r, rep.Size)}
		if errors.Is(r.Err, audit.ErrWriteOnly) {
			c.Unknown = lag.Unsupported
		}
		out = append(out, c)
	}
	return out
}

// verifyPage tells a person what verify found.
func (a *app) verifyPage(dir string, rep audit.Report) error {
	var b strings.Builder
	g := a.glyphs()
	if rep.Origin == "" && rep.OK() {
		b.WriteString("there is no audit log in " + g.Safe(dir) + "\n")
		for _, r := range rep.Anchors {
			if len(r.Others) > 0 {
				fmt.Fprintf(&b, "anchor    %s: holds checkpoints of logs of this host: %s. Was one of them here, it was removed\n", g.Safe(r.Name), g.Safe(strings.Join(r.Others, ", ")))
			}
		}
		return a.put([]byte(b.String()))
	}
	fmt.Fprintf(&b, "log       %s\norigin    %s\nkey       %s\nrecords   %d\n", g.Safe(dir), g.Safe(rep.Origin), g.Safe(rep.Key), rep.Size)
	for _, r := range rep.Anchors {
		fmt.Fprintf(&b, "anchor    %s: %s\n", g.Safe(r.Name), g.Safe(proves(r, rep.Size)))
		if len(r.Others) > 0 {
			fmt.Fprintf(&b, "          it also holds checkpoints of other logs of this host: %s. Was one of them this log, it was replaced\n", g.Safe(strings.Join(r.Others, ", ")))
		}
	}
	if n := rep.Anchored(); n < rep.Size {
		fmt.Fprintf(&b, "anchored  %s; were later ones cut off the end, this would not show\n", text.Plural(n, "record", "records"))
	}
	for _, t := range rep.Repaired {
		fmt.Fprintf(&b, "repaired  %s: bytes of an append that was cut off, named by a repair record\n", g.Safe(t.Segment))
	}
	for _, k := range rep.Breaks {
		fmt.Fprintf(&b, "BREAK     %s: %s\n          do: %s\n", k.Kind, g.Safe(k.Error()), g.Safe(k.Do))
	}
	if rep.OK() {
		b.WriteString("verified  every record and every signature\n")
	}
	return a.put([]byte(b.String()))
}

// anchors are those to hold the log of an origin against: the files given, or what is configured.
func (a *app) anchors(origin string, files []string) (all []audit.Anchored, closing func() error, err error) {
	for _, path := range files {
		if !exists(path) {
			return nil, nil, usage("--anchor %s: there is no such file", path)
		}
		all = append(all, audit.Anchored{Anchor: audit.NewFileAnchor(path)})
	}
	if len(files) > 0 {
		return all, func() error { return nil }, nil
	}
	out, err := a.outside()
	if err != nil {
		return nil, nil, err
	}
	all, closing, err = out.Anchors(origin)
	return all, closing, acted(err)
}

// proves tells what an anchor says of a log of so many records.
func proves(r audit.AnchorReport, size int64) string {
	switch {
	case errors.Is(r.Err, audit.ErrWriteOnly):
		return "can't be read back, and proves nothing here; hold the log against it by hand: journalctl -t weir-audit"
	case r.Err != nil:
		return "could not be read, and proves nothing: " + r.Err.Error()
	case r.Held == 0:
		return "holds no checkpoint of this log, and proves nothing"
	case r.Size == 0:
		return "holds " + text.Plural(r.Held, "checkpoint, and it does not agree", "checkpoints, and none agrees") + " with the log"
	}
	first := "agrees with the first " + text.Plural(r.Size, "record", "records")
	if r.Size == 1 {
		first = "agrees with the first record"
	}
	s := first + ": up to there nothing was cut off the end"
	if r.All {
		s = first + ", by " + text.Plural(r.Held, "checkpoint", "checkpoints") + ": up to there nothing was cut off the end, or rewritten since"
	}
	if r.Size < size {
		s += fmt.Sprintf("; of the %d after them it knows nothing", size-r.Size)
	}
	return s
}

func (a *app) verifyExport(path, key string) error {
	f, err := os.Open(path)
	if err != nil {
		return usage("--export: %w", err)
	}
	defer f.Close()
	entries, head, err := audit.CheckExport(f, key)
	if err != nil {
		return fault{int(actions.ErrAudit), fmt.Errorf("audit: %s does not verify: %w", path, err)}
	}
	if key == "" {
		a.note("the key is the export's own; give --key with the one that was noted elsewhere")
	}
	return a.write(fmt.Sprintf("verified  %s in the log of %s\n", text.Plural(len(entries), "entry stands", "entries stand"), text.Plural(head.Size, "record", "records")))
}
