package demo

import (
	"context"
	"net"
	"sync"
)

// network is how brokers listen and clients dial: the loopback interface, or one in memory.
type network struct {
	listen func(network, address string) (net.Listener, error)
	dial   dialFunc // nil: the client's own
}

// node is a broker's listener. It corrects replies on their way out and can be taken down as a killed process is:
// connections are cut and new ones are refused.
type node struct {
	net.Listener
	edit *editor

	closed chan struct{}
	once   sync.Once

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]struct{}
}

func newNode(ln net.Listener, edit *editor) *node {
	return &node{Listener: ln, edit: edit, closed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
}

// Accept waits for a client. After kill it waits until the listener is closed: the broker behind it must not learn
// that its socket is gone, for it could not be asked for its state any more.
func (n *node) Accept() (net.Conn, error) {
	for {
		c, err := n.Listener.Accept()
		if err != nil {
			if n.isDown() {
				<-n.closed
			}
			return nil, err
		}
		if tracked, ok := n.track(c); ok {
			return tracked, nil
		}
	}
}

// track wraps a new connection, or closes it when the broker died in between.
func (n *node) track(c net.Conn) (net.Conn, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		_ = c.Close()
		return nil, false
	}
	n.conns[c] = struct{}{}
	return &conn{Conn: c, edit: n.edit, gone: n.forget}, true
}

func (n *node) forget(c net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.conns, c)
}

func (n *node) isDown() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.down
}

// Close stops listening.
func (n *node) Close() error {
	n.once.Do(func() { close(n.closed) })
	return n.Listener.Close()
}

// kill cuts every connection and refuses new ones, as a process that died does. There is no way back.
func (n *node) kill() {
	n.mu.Lock()
	n.down = true
	conns := n.conns
	n.conns = map[net.Conn]struct{}{}
	n.mu.Unlock()
	_ = n.Listener.Close()
	for c := range conns {
		_ = c.Close()
	}
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)
