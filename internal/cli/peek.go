package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/actions"
	"weir/internal/config"
	"weir/internal/wire"
	"weir/lag"
)

// PeekAt says which records to read: N from an offset on, or the newest N where Offset is −1.
type PeekAt struct {
	Topic     string
	Partition int32
	Offset    int64
	N         int
}

// Peeked is what was read. What masks hide is hidden already.
type Peeked struct {
	Records []wire.Record
	Notes   []string // what a person should know: what stands at the offset, what can't be read, what it cost
	Past    bool     // the offset lies past the end of the log
}

// PeekError is why nothing was read, and whether it isn't there or couldn't be seen.
type PeekError struct {
	Reason lag.Reason
	Err    error
}

// Error tells why.
func (e *PeekError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *PeekError) Unwrap() error { return e.Err }

const (
	peekUsual = 10
	peekMost  = 10_000
)

// Characters of a key or a value in a table.
const (
	cutShort = 120
	cutWide  = 400
)

func (a *app) peek() *cobra.Command {
	var n int
	var decode string
	c := &cobra.Command{
		Use: "peek TOPIC:P[@OFFSET]", Short: "Read a few records of a partition, without a group", Args: exactly(1, "one TOPIC:P or TOPIC:P@OFFSET"),
		Long: `Read a few records of a partition: from an offset on, or the newest. It joins no group, commits nothing and takes nothing away.

What masks of the configuration hide is hidden in every form of output, and where policy says peek = false nothing is read.
Keys, values and headers are decoded as text where they are text, and else as hex; -o json has their bytes beside that.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := parsePeek(args[0], n)
			if err != nil {
				return err
			}
			if !slices.Contains(wire.Decodings(), decode) {
				return usage("--decode %q: want one of %s", decode, strings.Join(wire.Decodings(), ", "))
			}
			return a.runPeek(c.Context(), at, wire.Decoding(decode))
		},
	}
	c.Flags().IntVarP(&n, "number", "n", peekUsual, "how many records")
	c.Flags().StringVar(&decode, "decode", string(wire.DecodeAuto), "how keys, values and headers are told: "+strings.Join(wire.Decodings(), ", "))
	complete(c, "decode", wire.Decodings)
	return c
}

// parsePeek reads TOPIC:P[@OFFSET]. Names of topics hold neither colon nor at sign.
func parsePeek(s string, n int) (PeekAt, error) {
	place, offset, some := strings.Cut(s, "@")
	i := strings.LastIndexByte(place, ':')
	if i <= 0 {
		return PeekAt{}, usage("%q names no partition; write TOPIC:P or TOPIC:P@OFFSET, such as orders:3@1742", s)
	}
	p, err := strconv.ParseUint(place[i+1:], 10, 31)
	if err != nil {
		return PeekAt{}, usage("%q names no partition; write TOPIC:P or TOPIC:P@OFFSET, such as orders:3@1742", s)
	}
	at := PeekAt{Topic: place[:i], Partition: int32(p), Offset: -1, N: n}
	if some {
		o, err := strconv.ParseUint(offset, 10, 63)
		if err != nil {
			return PeekAt{}, usage("%q is no offset; want a whole number, 0 or more", offset)
		}
		at.Offset = int64(o)
	}
	if n < 1 || n > peekMost {
		return PeekAt{}, usage("-n %d: want 1 to %d", n, peekMost)
	}
	return at, nil
}

func (a *app) runPeek(ctx context.Context, at PeekAt, d wire.Decoding) error {
	format, err := a.format(wire.Short)
	if err != nil {
		return err
	}
	c, err := a.oneCluster(ctx, "read")
	if err != nil {
		return err
	}
	if !c.MayPeek() {
		return fault{int(actions.ErrRefused), fmt.Errorf("policy of cluster %s doesn't allow to show what is in records (peek = false)", c.Name)}
	}
	began := time.Now()
	got, err := a.sys.Peek(ctx, c, at)
	if err != nil {
		return peekFault(ctx, err)
	}
	if err := a.showRecords(c, got.Records, d, format, began); err != nil {
		return err
	}
	for _, n := range got.Notes {
		a.note("%s", n)
	}
	if got.Past {
		return unseen("there is no record %s:%d@%d", at.Topic, at.Partition, at.Offset)
	}
	return nil
}

func peekFault(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if e, ok := errors.AsType[*PeekError](err); ok && e.Reason == lag.Timeout {
		return fault{TimedOut, err}
	}
	return unseen("%w", err)
}

func (a *app) showRecords(c config.Cluster, all []wire.Record, d wire.Decoding, format wire.Format, began time.Time) error {
	cut := 0
	switch format {
	case wire.Short:
		cut = cutShort
	case wire.Wide, wire.Markdown:
		cut = cutWide
	}
	var out bytes.Buffer
	doc := wire.Document{Version: a.sys.Version, At: began, Complete: true, Clusters: []wire.Cluster{{Name: c.Name, Environment: c.Environment}}, Table: wire.Records(all, d, cut)}
	if err := wire.Write(&out, doc, format, a.style()); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return a.put(out.Bytes())
}
