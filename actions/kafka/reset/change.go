package reset

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/lag"
)

// field is what a reset changes.
const field = "committed"

// details is what a change carries besides its numbers.
type details struct {
	TopicID  string  `json:"topic_id"` // hex; all zero where the brokers are too old to tell
	Start    int64   `json:"start"`    // of the log when the plan was made
	End      int64   `json:"end"`
	Before   *extras `json:"before"` // null: there was no commit
	After    *extras `json:"after"`  // null: the commit is deleted
	BeforeAt string  `json:"before_at"`
	AfterAt  string  `json:"after_at"`
}

// extras is what a commit has besides its offset.
type extras struct {
	Epoch    int32  `json:"leader_epoch"`
	Metadata string `json:"metadata"`
}

// item is a change decoded.
type item struct {
	place         cluster.Place
	topicID       string
	start, end    int64
	before, after *cluster.Commit // nil: absent
	change        actions.Change
}

func (it item) encode(clusterName, group, note string, d details) (actions.Change, error) {
	d.TopicID, d.Start, d.End = it.topicID, it.start, it.end
	d.Before, d.After = extrasOf(it.before), extrasOf(it.after)
	data, err := json.Marshal(d)
	if err != nil {
		return actions.Change{}, &actions.Error{Kind: actions.ErrDefect, What: "a change", Err: err}
	}
	ref := lag.Ref{Cluster: clusterName, Kind: lag.KindPosition, Name: group, Sub: it.place.String()}
	return actions.Change{Ref: ref.String(), Field: field, Before: number(it.before), After: number(it.after), Note: note, Data: data}, nil
}

// from is the change with another commit before it; all else stays as the plan has it.
func (it item) from(before *cluster.Commit) (actions.Change, error) {
	var d details
	ch := it.change
	err := json.Unmarshal(ch.Data, &d)
	if err == nil {
		d.Before, d.BeforeAt = extrasOf(before), ""
		ch.Before = number(before)
		ch.Data, err = json.Marshal(d)
	}
	if err != nil {
		return ch, &actions.Error{Kind: actions.ErrDefect, What: "a change", Err: err}
	}
	return ch, nil
}

func extrasOf(c *cluster.Commit) *extras {
	if c == nil {
		return nil
	}
	return &extras{c.Epoch, c.Metadata}
}

func number(c *cluster.Commit) json.RawMessage {
	if c == nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(strconv.FormatInt(c.Offset, 10))
}

// decode reads a change of a plan or a journal. What was shown is what is done: the numbers are those of the change.
func decode(c actions.Change) (item, error) {
	bad := func(err error) (item, error) {
		return item{}, &actions.Error{Kind: actions.ErrUsage, What: "change of " + c.Ref, Err: err}
	}
	ref, err := lag.ParseRef(c.Ref)
	if err != nil {
		return bad(err)
	}
	i := strings.LastIndexByte(ref.Sub, ':')
	if ref.Kind != lag.KindPosition || c.Field != field || i < 0 {
		return bad(fmt.Errorf("not a committed offset"))
	}
	n, err := strconv.ParseInt(ref.Sub[i+1:], 10, 32)
	if err != nil {
		return bad(err)
	}
	var d details
	if err := json.Unmarshal(c.Data, &d); err != nil {
		return bad(err)
	}
	it := item{place: cluster.Place{Topic: ref.Sub[:i], Partition: int32(n)}, topicID: d.TopicID, start: d.Start, end: d.End, change: c}
	if it.before, err = commitOf(c.Before, d.Before); err != nil {
		return bad(err)
	}
	if it.after, err = commitOf(c.After, d.After); err != nil {
		return bad(err)
	}
	return it, nil
}

func commitOf(raw json.RawMessage, e *extras) (*cluster.Commit, error) {
	if len(raw) == 0 || string(raw) == "null" {
		if e != nil {
			return nil, fmt.Errorf("a commit without offset")
		}
		return nil, nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || e == nil {
		return nil, fmt.Errorf("%s is no commit", raw)
	}
	return &cluster.Commit{Offset: n, Epoch: e.Epoch, Metadata: e.Metadata}, nil
}

// same compares two commits, either of which may be absent.
func same(a, b *cluster.Commit) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// tell writes a commit for a person.
func tell(c *cluster.Commit) string {
	if c == nil {
		return "absent"
	}
	s := strconv.FormatInt(c.Offset, 10)
	if c.Metadata != "" {
		s += " with metadata"
	}
	return s
}

// at looks a commit up.
func at(m map[cluster.Place]cluster.Commit, p cluster.Place) *cluster.Commit {
	if c, ok := m[p]; ok {
		return &c
	}
	return nil
}

// move counts what a change makes of records: offsets read again, readable ones passed over, and ones already deleted
// that a consumer would have missed. Where nothing was committed, everything in the log counts as unread.
func (it item) move() (reread, skipped, gone int64) {
	if it.after == nil {
		return 0, 0, 0
	}
	to, from := it.after.Offset, it.start
	if it.before != nil {
		from = it.before.Offset
	}
	if to < from {
		return max(0, min(from, it.end)-max(to, it.start)), 0, 0
	}
	skipped = max(0, min(to, it.end)-max(from, it.start))
	return 0, skipped, max(0, min(to, it.start)-from)
}
