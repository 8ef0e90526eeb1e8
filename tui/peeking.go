package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/internal/wire"
)

// Records is what was read of a log, around an offset.
type Records struct {
	From               int64
	Stands             string // what stands at From, when no record does: "compacted away" …; "" for a record
	Start, Stable, End int64
	Records            []wire.Record // what policy hides of them is hidden already
	Unread             string        // what could not be read, and why; "" for nothing
	Masked             string        // what policy hid; "" for nothing
	Opener             string        // who wrote in the oldest transaction that is open; "" none, or not seen
	Requests           int
	Fetched            int64 // bytes
}

// Peek says which records to read.
type Peek struct {
	Cluster, Topic string
	Partition      int32
	Offset         int64
	Before, After  int // as many records, from the offset on After
}

// Peeker reads records. It joins no group and commits nothing. It is called outside of Update, and may take its time.
type Peeker interface {
	Peek(context.Context, Peek) (Records, error)
}

// peekTimeout bounds one look.
const peekTimeout = 20 * time.Second

// peekedMsg is what came of a look.
type peekedMsg struct {
	peek Peek
	got  Records
	err  error
}

// peek reads records.
func (o *outside) peek(p Peek) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), peekTimeout)
		defer cancel()
		ended := make(chan struct{})
		defer close(ended)
		go o.cancelWhenDone(cancel, ended)
		got, err := o.peeker.Peek(ctx, p)
		return peekedMsg{p, got, err}
	}
}

// cancelWhenDone ends a look when the console ends.
func (o *outside) cancelWhenDone(cancel func(), ended <-chan struct{}) {
	select {
	case <-o.done:
		cancel()
	case <-ended:
	}
}

// fetch asks for what the view on top wants to read.
func (m *model) fetch() tea.Cmd {
	p, ok := m.top().(*peek)
	if !ok || p.asked || p.waits {
		return nil
	}
	p.asked = true
	if m.out.peeker == nil {
		p.refused = "records can't be read here"
		return nil
	}
	return m.out.peek(p.want)
}

// peeked gives what was read to the view that asked.
func (m *model) peeked(msg peekedMsg) {
	for _, v := range m.stack {
		if p, ok := v.(*peek); ok && p.want == msg.peek {
			p.take(msg)
		}
	}
}
