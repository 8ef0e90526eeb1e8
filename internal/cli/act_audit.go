package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/actions/audit"
	"weir/internal/text"
	"weir/internal/wire"
)

// audit are the commands on the audit log.
func (a *app) audit() *cobra.Command {
	return parent(&cobra.Command{Use: "audit", Short: "The audit log: list, show, verify, export, anchor",
		Long: "The audit log of this host: what was done, by whom, why, and from what to what. docs/audit.md tells what it proves."},
		a.auditList(), a.auditShow(), a.auditVerify(), a.auditExport(), a.auditAnchor())
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
