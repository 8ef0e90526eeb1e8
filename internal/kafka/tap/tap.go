// Package tap records the requests that a Kafka client writes, on its own connections: what was sent to whom, in which
// version and how many bytes. Tests prove by it that observing changes nothing and joins no group; benchmarks count by
// it. It sees inside TLS, since it sits above it, and needs no proxy between.
package tap

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"

	"weir/internal/kafka/frame"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Request is one recorded request.
type Request struct {
	At          time.Time // when its header was written
	Broker      string    // host:port as dialled by the client
	Conn        int       // number of the connection, from 1, in the order they were opened
	Key         int16     // API key
	Name        string    // the key's name, as kmsg has it
	Version     int16
	Correlation int32
	Bytes       int // of the whole frame, its length bytes included
}

// Recorder records the requests of every connection it wraps. The zero value is ready; it is safe for concurrent use.
type Recorder struct {
	mu       sync.Mutex
	conns    int
	requests []Request
	errs     []error
	in       int64
}

// Wrap records what is written to c. It fits weir's own client option WrapConn.
func (r *Recorder) Wrap(broker string, c net.Conn) net.Conn {
	r.mu.Lock()
	r.conns++
	n := r.conns
	r.mu.Unlock()
	return &conn{Conn: c, r: r, broker: broker, n: n}
}

// Dialer is a dial function for kgo.Dialer. Both arguments may be nil: dial then is the system's, and without TLS
// settings the connection is plaintext.
func (r *Recorder) Dialer(dial func(ctx context.Context, network, addr string) (net.Conn, error), t *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if t != nil {
			if c, err = secure(ctx, c, t, addr); err != nil {
				return nil, err
			}
		}
		return r.Wrap(addr, c), nil
	}
}

func secure(ctx context.Context, c net.Conn, t *tls.Config, addr string) (net.Conn, error) {
	t = t.Clone()
	if t.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			_ = c.Close()
			return nil, err
		}
		t.ServerName = host
	}
	s := tls.Client(c, t)
	if err := s.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return s, nil
}

// Requests gives what was recorded since the last Reset, in the order of writing.
func (r *Recorder) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Count tells how many requests of each key were recorded, by name.
func (r *Recorder) Count() map[string]int {
	out := map[string]int{}
	for _, q := range r.Requests() {
		out[q.Name]++
	}
	return out
}

// Bytes tells how many bytes of requests were recorded, and how many bytes were received.
func (r *Recorder) Bytes() (out, in int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.requests {
		out += int64(q.Bytes)
	}
	return out, r.in
}

// Conns tells how many connections were opened.
func (r *Recorder) Conns() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conns
}

// Errs gives what could not be understood as requests; while it isn't empty the record isn't complete.
func (r *Recorder) Errs() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.errs)
}

// Reset forgets what was recorded; connections stay wrapped.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests, r.errs, r.in = nil, nil, 0
}

// conn records one connection's writes. A request counts when its header was handed to the connection, so one that was
// cut off on its way is recorded too.
type conn struct {
	net.Conn
	r      *Recorder
	broker string
	n      int

	mu    sync.Mutex // orders writes as the splitter sees them
	split frame.Splitter
	lost  bool
}

// Write records and sends.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.Conn.Write(p)
	if !c.lost {
		if bad := c.split.Feed(p[:n], c.record); bad != nil {
			c.lost = true
			c.r.mu.Lock()
			c.r.errs = append(c.r.errs, bad)
			c.r.mu.Unlock()
		}
	}
	return n, err
}

// Read receives and counts.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.r.mu.Lock()
	c.r.in += int64(n)
	c.r.mu.Unlock()
	return n, err
}

func (c *conn) record(h frame.Header) error {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.requests = append(c.r.requests, Request{
		At: time.Now(), Broker: c.broker, Conn: c.n, Key: h.Key, Name: kmsg.NameForKey(h.Key),
		Version: h.Version, Correlation: h.Correlation, Bytes: h.Size,
	})
	return nil
}
