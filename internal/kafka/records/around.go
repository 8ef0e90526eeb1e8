package records

import (
	"context"
	"slices"
)

// Around reads up to before records that come before an offset, and up to after from the offset on. The limit in bytes
// counts for either side.
func Around(ctx context.Context, c Conn, p Place, offset int64, before, after int, l Limits) (Page, error) {
	l.Records = max(after, 1)
	page, err := Forward(ctx, c, p, offset, l)
	if err != nil {
		return Page{}, err
	}
	if after <= 0 {
		page.Records, page.Next = nil, offset
	}
	earlier, err := backward(ctx, c, &page, min(offset, page.End), before, l)
	if err != nil {
		return Page{}, err
	}
	page.Records = append(earlier, page.Records...)
	return page, nil
}

// tries bounds how far back holes are followed: each try looks twice as far.
const tries = 12

// backward reads the last n records below an offset. Where they begin isn't known, since offsets have holes: it looks
// back as many offsets as records are wanted, then in front of that, twice as far each time.
func backward(ctx context.Context, c Conn, page *Page, below int64, n int, l Limits) ([]Record, error) {
	var got []Record
	reach := int64(n)
	for range tries {
		from := max(page.Start, below-reach)
		if len(got) >= n || from >= below {
			break
		}
		more, err := between(ctx, c, page, from, below, n-len(got), l)
		if err != nil {
			return nil, err
		}
		got = lighten(append(more, got...), l.orDefaults().Bytes)
		below, reach = from, 2*reach
	}
	return got, nil
}

// between reads the last n records from one offset up to another.
func between(ctx context.Context, c Conn, page *Page, from, below int64, n int, l Limits) ([]Record, error) {
	var got []Record
	for l.Records, l.until = n, below; from < below; {
		part, err := Forward(ctx, c, page.Place, from, l)
		if err != nil {
			return nil, err
		}
		page.Requests, page.Fetched = page.Requests+part.Requests, page.Fetched+part.Fetched
		got = append(got, part.Records...)
		got = lighten(got[max(0, len(got)-n):], l.orDefaults().Bytes)
		if from = part.Next; part.Unread != nil {
			page.Unread, from = part.Unread, part.Unread.Last+1
		}
	}
	return slices.Clip(got), nil
}

// lighten leaves out the oldest records where all together are too many bytes.
func lighten(all []Record, limit int) []Record {
	for i := len(all) - 1; i >= 0; i-- {
		if limit -= all[i].Size(); limit < 0 && i < len(all)-1 {
			return all[i+1:]
		}
	}
	return all
}
