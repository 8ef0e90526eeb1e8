package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
)

// audit are the commands on the audit log.
func (a *app) audit() *cobra.Command {
	return parent(&cobra.Command{Use: "audit", Short: "The audit log: list, show, verify, export",
		Long: "The audit log of this host: what was done, by whom, why, and from what to what. docs/audit.md tells what it proves."},
		a.auditList(), a.auditShow(), a.auditVerify(), a.auditExport())
}

// auditLog is the log for reading, and its directory.
func (a *app) auditLog() (*audit.Reader, string, error) {
	h, err := a.host()
	if err != nil {
		return nil, "", err
	}
	return audit.NewReader(h.AuditDir()), h.AuditDir(), nil
}

func (a *app) auditList() *cobra.Command {
	var run, since string
	var limit int
	c := &cobra.Command{Use: "list", Short: "List entries, oldest first", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f := audit.Filter{Run: run}
			if since != "" {
				from, err := moment(since, time.Now())
				if err != nil {
					return err
				}
				f.Since = from
			}
			if limit < 0 {
				return usage("--limit %d: want 0 or more", limit)
			}
			all, err := a.entries(c.Context(), f, func(audit.Entry) bool { return true }, limit)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				a.note("no entries")
			}
			return a.printTable(wire.Entries(all))
		}}
	c.Flags().StringVar(&run, "run", "", "only those of this run")
	c.Flags().StringVar(&since, "since", "", "only those since then: a duration such as 2h, or a time with its zone")
	c.Flags().IntVar(&limit, "limit", 0, "only the newest so many (0: all)")
	return c
}

// moment reads a time, or how long ago it was.
func moment(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	d, err := text.ParseDuration(s)
	if err != nil {
		return time.Time{}, usage("--since %q: want a duration such as 2h, or a time such as 2026-11-21T03:00:00Z", s)
	}
	return now.Add(-d), nil
}

// entries reads those that are wanted, the newest limit of them; 0 is all.
func (a *app) entries(ctx context.Context, f audit.Filter, want func(audit.Entry) bool, limit int) ([]audit.Entry, error) {
	log, _, err := a.auditLog()
	if err != nil {
		return nil, err
	}
	var out []audit.Entry
	for e, err := range log.Entries(ctx, f) {
		if err != nil {
			return nil, acted(err)
		}
		if !want(e) {
			continue
		}
		if out = append(out, e); limit > 0 && len(out) >= 2*limit {
			out = append(out[:0], out[len(out)-limit:]...)
		}
	}
	if limit > 0 && len(out) > limit {
		out = out[len(out)-limit:]
	}
	return out, nil
}

func (a *app) auditShow() *cobra.Command {
	return &cobra.Command{Use: "show SEQ|RUN", Short: "Tell all of one entry, or of every entry of a run", Args: exactly(1, "the number of an entry, or a run"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := a.format("")
			if err != nil {
				return err
			}
			f, want := audit.Filter{Run: args[0]}, func(audit.Entry) bool { return true }
			if seq, err := strconv.ParseInt(args[0], 10, 64); err == nil {
				f, want = audit.Filter{}, func(e audit.Entry) bool { return e.Seq == seq }
			}
			all, err := a.entries(c.Context(), f, want, 0)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				return unseen("the audit log has no entry and no run %q; see weir audit list", args[0])
			}
			if format != "" {
				return a.printTable(wire.Entries(all))
			}
			return a.entryPages(all)
		}}
}

// entryPages prints entries one below the other, every field on a line of its own.
func (a *app) entryPages(all []audit.Entry) error {
	var out bytes.Buffer
	for i := range all {
		if i > 0 {
			out.WriteByte('\n')
		}
		doc := wire.Document{Version: a.sys.Version, At: time.Now(), Complete: true, Table: wire.Entries(all[i : i+1])}
		if err := wire.Page(&out, doc, a.style()); err != nil {
			return fmt.Errorf("write the output: %w", fault{Unseen, err})
		}
	}
	return a.put(out.Bytes())
}

func (a *app) auditVerify() *cobra.Command {
	var key, export string
	var anchors []string
	c := &cobra.Command{Use: "verify", Short: "Check every line and signature of the audit log", Args: noArgs,
		Long: `Check every line and signature of the audit log, and hold it against anchors. Each break says where it is and what to do; the
exit code is then 11, as nothing is applied on such a log.

Without an anchor off this host a log that was cut back to an earlier state still verifies: how far an anchor confirms it is
said. With --export it checks a file that weir audit export wrote, without the log.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if export != "" {
				return a.verifyExport(export, key)
			}
			return a.runVerify(c.Context(), key, anchors)
		}}
	c.Flags().StringVar(&key, "key", "", "the verifier key as it was noted elsewhere, in place of the one beside the log")
	c.Flags().StringArrayVar(&anchors, "anchor", nil, "a file of checkpoints to hold the log against; may be repeated")
	c.Flags().StringVar(&export, "export", "", "check this export, and no log")
	return c
}

func (a *app) runVerify(ctx context.Context, key string, anchors []string) error {
	format, err := a.format("")
	if err != nil {
		return err
	}
	log, dir, err := a.auditLog()
	if err != nil {
		return err
	}
	o := audit.VerifyOptions{Pinned: key}
	for _, path := range anchors {
		if !exists(path) {
			return usage("--anchor %s: there is no such file", path)
		}
		o.Anchors = append(o.Anchors, audit.NewFileAnchor(path))
	}
	rep, err := log.Verify(ctx, o)
	if err != nil {
		return acted(err)
	}
	checks := verifyChecks(dir, rep)
	if format == "" {
		err = a.verifyPage(dir, rep)
	} else {
		err = a.printTable(wire.Checks(checks))
	}
	if err != nil {
		return err
	}
	if !rep.OK() {
		return fault{int(actions.ErrAudit), fmt.Errorf("audit: %s does not verify: breaks found: %d", dir, len(rep.Breaks))}
	}
	return nil
}

// verifyChecks are what verify found as rows.
func verifyChecks(dir string, rep audit.Report) []wire.Check {
	out := []wire.Check{{Check: "audit_log", Target: dir, OK: rep.OK(), Detail: fmt.Sprintf("%d records, %d confirmed by an anchor", rep.Size, rep.Anchored())}}
	for _, b := range rep.Breaks {
		out = append(out, wire.Check{Check: string(b.Kind), Target: b.Segment, Detail: b.Error(), Remedy: b.Do})
	}
	for _, r := range rep.Anchors {
		c := wire.Check{Check: "anchor", Target: r.Name, OK: r.Err == nil, Detail: fmt.Sprintf("agrees with the first %d records", r.Size)}
		if r.Err != nil {
			c.Detail = r.Err.Error()
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
		return a.put([]byte(b.String()))
	}
	fmt.Fprintf(&b, "log       %s\norigin    %s\nkey       %s\nrecords   %d\n", g.Safe(dir), g.Safe(rep.Origin), g.Safe(rep.Key), rep.Size)
	for _, r := range rep.Anchors {
		switch {
		case r.Err != nil:
			fmt.Fprintf(&b, "anchor    %s: %s\n", g.Safe(r.Name), g.Safe(r.Err.Error()))
		default:
			fmt.Fprintf(&b, "anchor    %s: agrees with the first %d records\n", g.Safe(r.Name), r.Size)
		}
	}
	if n := rep.Anchored(); n < rep.Size {
		fmt.Fprintf(&b, "anchored  %d records; were later ones cut off the end, this would not show\n", n)
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
	return a.write(fmt.Sprintf("verified  %d entries stand in the log of %d records\n", len(entries), head.Size))
}

func (a *app) auditExport() *cobra.Command {
	return &cobra.Command{Use: "export [RUN]", Short: "Write a run, or the whole log, with proofs that can be checked without it",
		Long: `Write a run, or the whole log, as JSON lines with the newest checkpoint and a proof for each entry. weir audit verify
--export checks it anywhere.`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usage("%s takes one run, got %d arguments", c.CommandPath(), len(args))
			case a.flag.output != "":
				return usage("-o does not apply here: there is one form only")
			}
			log, _, err := a.auditLog()
			if err != nil {
				return err
			}
			err = log.Export(c.Context(), a.Stdout, strings.Join(args, ""))
			if errors.Is(err, audit.ErrBroken) || errors.Is(err, audit.ErrUnwritable) {
				return acted(err)
			}
			if err != nil {
				return fmt.Errorf("audit: %w", fault{Unseen, err})
			}
			return nil
		}}
}
