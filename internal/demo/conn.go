package demo

import (
	"encoding/binary"
	"net"
	"sync"
)

// headerLen is what a request starts with: its length (4 bytes), key (2), version (2) and correlation id (4).
const headerLen = 12

// request is a request whose reply is corrected.
type request struct {
	key, version int16
	frame        []byte // whole, from its length on; nil for keys whose reply is corrected without looking at it
}

// conn is the broker's end of a connection. It notes the requests whose replies need a correction and makes it when the
// reply is written.
type conn struct {
	net.Conn
	edit *editor
	gone func(net.Conn)

	head  []byte // first bytes of the request being read
	frame []byte // the request being read, when it is kept
	keep  bool
	left  int // bytes of it that are still to come

	mu   sync.Mutex
	open map[int32]request // by correlation id
}

// Read passes a client's bytes on and follows the frames in them.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for b := p[:n]; len(b) > 0; {
		b = b[c.follow(b):]
	}
	return n, err
}

// follow takes bytes of one frame and returns how many it took.
func (c *conn) follow(b []byte) int {
	if len(c.head) < headerLen {
		n := min(headerLen-len(c.head), len(b))
		c.head = append(c.head, b[:n]...)
		if len(c.head) == headerLen {
			c.begin()
		}
		return n
	}
	n := min(c.left, len(b))
	if c.keep {
		c.frame = append(c.frame, b[:n]...)
	}
	c.left -= n
	if c.left == 0 {
		c.end()
	}
	return n
}

// begin starts a frame whose header is complete.
func (c *conn) begin() {
	c.left = int(binary.BigEndian.Uint32(c.head)) + 4 - headerLen
	c.keep = c.edit.wants(int16(binary.BigEndian.Uint16(c.head[4:])))
	if c.keep {
		c.frame = append([]byte(nil), c.head...)
	}
	if c.left <= 0 {
		c.end()
	}
}

// end remembers a request that needs a correction; its reply can't be on its way before the broker has read it.
func (c *conn) end() {
	if c.keep {
		c.mu.Lock()
		if c.open == nil {
			c.open = map[int32]request{}
		}
		c.open[int32(binary.BigEndian.Uint32(c.frame[8:]))] = request{
			key:     int16(binary.BigEndian.Uint16(c.frame[4:])),
			version: int16(binary.BigEndian.Uint16(c.frame[6:])),
			frame:   c.frame,
		}
		c.mu.Unlock()
	}
	c.head, c.frame, c.keep, c.left = c.head[:0], nil, false, 0
}

// Write sends a reply; the fake broker writes each in one call.
func (c *conn) Write(p []byte) (int, error) {
	out := p
	if len(p) >= 8 {
		corr := int32(binary.BigEndian.Uint32(p[4:]))
		c.mu.Lock()
		req, ok := c.open[corr]
		delete(c.open, corr)
		c.mu.Unlock()
		if ok {
			out = c.edit.reply(req, p)
		}
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close closes the connection.
func (c *conn) Close() error {
	c.gone(c.Conn)
	return c.Conn.Close()
}
