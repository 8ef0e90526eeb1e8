package kafkatest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"syscall"

	"weir/internal/kafka/frame"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Wire is the network between weir and the brokers. It loses answers that brokers have sent, and cuts brokers off. The
// zero value lets everything through; it is safe for concurrent use.
type Wire struct {
	mu     sync.Mutex
	losses []*loss
	gone   map[string]bool
	conns  map[*wired]bool
}

type loss struct {
	key    int16
	after  func()
	claims bool // a request on its way is the one whose answer gets lost
	done   bool
}

// Lose loses the answer to the next request of a kind: the broker has done what it was asked and has said so, then after
// is called, if it isn't nil, and the connection breaks before weir hears of it.
func (w *Wire) Lose(key kmsg.Key, after func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.losses = append(w.losses, &loss{key: int16(key), after: after})
}

// Lost tells how many answers were lost.
func (w *Wire) Lost() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.losses {
		if l.done {
			n++
		}
	}
	return n
}

// Cut ends the connections to a broker, by its host:port, and lets nothing more through to it until Mend.
func (w *Wire) Cut(addr string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone == nil {
		w.gone = map[string]bool{}
	}
	w.gone[addr] = true
	for c := range w.conns {
		if c.addr == addr {
			_ = c.Conn.Close()
		}
	}
}

// Mend ends every Cut, and forgets what was to be lost.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone, w.losses = nil, nil
}

func (w *Wire) wrap(addr string, c net.Conn) net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conns == nil {
		w.conns = map[*wired]bool{}
	}
	k := &wired{Conn: c, w: w, addr: addr, awaited: map[int32]*loss{}}
	w.conns[k] = true
	return k
}

// dial connects, unless the broker is cut off: that is as if nobody listened there.
func (w *Wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	gone := w.gone[addr]
	w.mu.Unlock()
	if gone {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// claim tells whether the answer to a request that goes out now is to be lost.
func (w *Wire) claim(key int16) *loss {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.losses {
		if l.key == key && !l.claims {
			l.claims = true
			return l
		}
	}
	return nil
}

func (w *Wire) lost(l *loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l.done = true
}

// wired is one connection.
type wired struct {
	net.Conn
	w     *Wire
	addr  string
	split frame.Splitter // of what is written; only the writer uses it
	mu    sync.Mutex
	// awaited are the requests whose answers are to be lost, by correlation id.
	awaited map[int32]*loss
	rest    []byte // of an answer that is being read; only the reader uses it
}

// Write lets requests through. kgo writes one at a time.
func (c *wired) Write(p []byte) (int, error) {
	if err := c.split.Feed(p, func(h frame.Header) error {
		if l := c.w.claim(h.Key); l != nil {
			c.mu.Lock()
			c.awaited[h.Correlation] = l
			c.mu.Unlock()
		}
		return nil
	}); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Read gives answers whole, or ends the connection over one that is lost.
func (c *wired) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if err := c.answer(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *wired) answer() error {
	const lengthBytes = 4
	head := make([]byte, 2*lengthBytes) // length, correlation id
	if _, err := io.ReadFull(c.Conn, head); err != nil {
		return err
	}
	size := int32(binary.BigEndian.Uint32(head))
	if size < lengthBytes {
		return frame.ErrShort
	}
	body := make([]byte, size-lengthBytes)
	if _, err := io.ReadFull(c.Conn, body); err != nil {
		return err
	}
	c.mu.Lock()
	l := c.awaited[int32(binary.BigEndian.Uint32(head[lengthBytes:]))]
	c.mu.Unlock()
	if l != nil {
		c.w.lost(l)
		if l.after != nil {
			l.after()
		}
		_ = c.Conn.Close()
		return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	c.rest = append(head, body...)
	return nil
}

// Close ends the connection.
func (c *wired) Close() error {
	c.w.mu.Lock()
	delete(c.w.conns, c)
	c.w.mu.Unlock()
	return c.Conn.Close()
}
