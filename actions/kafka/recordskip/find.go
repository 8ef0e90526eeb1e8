package recordskip

import (
	"context"
	"fmt"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/reset"
	"weir/internal/kafka/records"
	"weir/internal/text"
)

// found is the record that a group has to get past.
type found struct {
	records.Record
	page  records.Page
	notes []string // what a person should know about it
}

// find reads the record at an offset, or the next one where there is none, and sees to it that it is what the group
// reads next: the commit stands at it, or nothing but holes lies between.
func find(ctx context.Context, c cluster.Conn, group string, pos reset.Position, offset int64) (found, error) {
	page, err := read(ctx, c, pos.Place, offset)
	if err != nil {
		return found{}, err
	}
	if err := readable(page, group); err != nil {
		return found{}, err
	}
	f := found{Record: page.Records[0], page: page}
	if f.Offset != offset {
		f.notes = append(f.notes, fmt.Sprintf("there is no record at %d (%s); the next one stands at %d", offset, absence(page.Where), f.Offset))
	}
	if err := f.next(ctx, c, group, pos, offset); err != nil {
		return found{}, err
	}
	f.warn()
	return f, nil
}

func absence(w records.Where) string {
	if w == records.Marker {
		return "the end of a transaction, which consumers pass by themselves"
	}
	return "compacted away, or the end of a transaction"
}

func read(ctx context.Context, c cluster.Conn, p cluster.Place, offset int64) (records.Page, error) {
	page, err := records.Forward(ctx, c, records.Place(p), offset, records.Limits{Records: 1})
	if err != nil {
		return page, cluster.Unseen(fmt.Sprintf("record %s@%d", p, offset), err)
	}
	return page, nil
}

// readable refuses where no record was read.
func readable(p records.Page, group string) error {
	at := fmt.Sprintf("%s@%d", p.Place, p.From)
	beyond := fmt.Sprintf("weir plan offset-reset %s --to ", group)
	switch {
	case p.Where == records.Deleted:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("there is no record %s any more, the log begins at %d", at, p.Start), beyond+"earliest")
	case p.Where == records.Ahead:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("there is no record %s yet, it is the log end", at), "nothing is to be skipped")
	case p.Where == records.Beyond:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("there is no record %s, the log ends at %d", at, p.End), "check the offset")
	case len(p.Records) > 0:
		return nil
	case p.Unread != nil:
		return &actions.Error{Kind: actions.ErrGuard, What: fmt.Sprintf("record %s can't be read by itself: it is in a batch of %d bytes with offsets %d to %d", at, p.Unread.Bytes, p.Unread.First, p.Unread.Last), Err: p.Unread.Err,
			Do: fmt.Sprintf("to pass the whole batch: %s%d -t %s", beyond, p.Unread.Last+1, p.Place)}
	}
	return actions.Fail(actions.ErrGuard, fmt.Sprintf("from %s to the log end at %d there is no record", at, p.End), "nothing is to be skipped")
}

// next refuses a group that has something else to read first, or is past the record.
func (f found) next(ctx context.Context, c cluster.Conn, group string, pos reset.Position, offset int64) error {
	commit := pos.Commit()
	here := fmt.Sprintf("%s@%d", pos.Place, f.Offset)
	all := fmt.Sprintf("weir plan offset-reset %s --to %d -t %s", group, f.Offset+1, pos.Place)
	switch {
	case commit == nil:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s has committed nothing on %s, so it doesn't stand at %s", group, pos.Place, here), all)
	case commit.Offset > f.Offset:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s stands at %d on %s, past %d already", group, commit.Offset, pos.Place, f.Offset), "nothing is to be skipped")
	case commit.Offset >= offset || commit.Offset == f.Offset:
		return nil // between the two there is nothing
	case commit.Offset < f.page.Start:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s stands at %d on %s, below the log start %d: where it reads on its auto.offset.reset decides", group, commit.Offset, pos.Place, f.page.Start), all)
	}
	before, err := read(ctx, c, pos.Place, commit.Offset)
	switch {
	case err != nil:
		return err
	case len(before.Records) > 0 && before.Records[0].Offset == f.Offset:
		return nil
	case len(before.Records) > 0 && before.Records[0].Txn == records.Aborted:
		return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s stands at %d on %s, with records of an aborted transaction between there and %d, which only some consumers pass by themselves", group, commit.Offset, pos.Place, f.Offset), "to pass them all: "+all)
	}
	return actions.Fail(actions.ErrGuard, fmt.Sprintf("group %s stands at %d on %s, %s before %d", group, commit.Offset, pos.Place, text.Plural(f.Offset-commit.Offset, "offset", "offsets"), f.Offset),
		fmt.Sprintf("name the record it stands at, %s@%d; to pass all of them: %s", pos.Place, commit.Offset, all))
}

// warn notes what the record's transaction means for who reads it.
func (f *found) warn() {
	switch {
	case f.Txn == records.Aborted:
		f.notes = append(f.notes, "the record belongs to an aborted transaction: consumers that read committed never see it, and are not stuck on it")
	case f.Txn == records.Undecided:
		f.notes = append(f.notes, fmt.Sprintf("the record belongs to a transaction that may be open (last stable offset %d): consumers that read committed don't get it before that ends", f.page.Stable))
	case f.page.Stable >= 0 && f.Offset >= f.page.Stable:
		f.notes = append(f.notes, fmt.Sprintf("an open transaction begins at %d: consumers that read committed wait for that, not for this record", f.page.Stable))
	}
}
