package kafka

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"weir/internal/kafka/frame"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Stage is how far a connection to a broker came before it failed.
type Stage uint8

// The stages of a connection, in order.
const (
	StageConnect  Stage = iota // name resolution and TCP
	StageTLS                   // the TLS handshake
	StageGreeting              // the first request, ApiVersions
	StageSASL                  // authentication
	StageRequest               // anything after
)

// LinkError is a failed connection to a broker: where it led, how far it came, and why it failed.
type LinkError struct {
	Addr    string // host:port as configured or as the broker advertises it
	Reached string // host:port that was dialled, where the address map says another; else equal to Addr
	Proxy   string // the SOCKS5 proxy in between, "" without
	Stage   Stage
	TLS     bool   // whether we spoke TLS
	Served  bool   // whether anything but greeting and login was answered on this connection
	First   []byte // the first bytes of an answer that isn't Kafka's, at most 64
	Err     error
}

func (e *LinkError) Error() string { return fmt.Sprintf("kafka: broker %s: %v", e.Addr, e.Err) }

// Unwrap gives the cause.
func (e *LinkError) Unwrap() error { return e.Err }

var (
	errForeign = errors.New("the answer is not Kafka's protocol")
	errOldSASL = errors.New("the broker offers only SASL without KIP-152, as before Kafka 1.0")
)

// maxSizeByte is the highest first byte of a reply's length: no reply is longer than kgo's limit of 100 MiB.
const maxSizeByte = 100 << 20 >> 24

// link is a connection to a broker. It refuses what its role may not send, and its errors say how far it came.
type link struct {
	net.Conn
	where    LinkError
	role     Role
	greeting time.Duration // bound on the wait for the very first answer

	mu    sync.Mutex // the splitter, for Write
	split frame.Splitter

	lastKey  atomic.Int32
	answered atomic.Bool
	served   atomic.Bool
}

// Write sends whole requests; one that the role forbids is refused before any of p is sent.
func (l *link) Write(p []byte) (int, error) {
	l.mu.Lock()
	err := l.split.Feed(p, l.sending)
	l.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := l.Conn.Write(p)
	return n, l.failed(err)
}

func (l *link) sending(h frame.Header) error {
	if h.Key == int16(kmsg.SASLHandshake) && h.Version == 0 {
		// What follows would not be framed as requests, so nothing could check it.
		e := l.where
		e.Stage, e.Err = StageSASL, errOldSASL
		return &e
	}
	l.lastKey.Store(int32(h.Key))
	return l.role.permitKey(h.Key)
}

// Read receives; an answer that can't be Kafka's is an error at its first byte, before its length is believed.
func (l *link) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if n > 0 && !l.answered.Load() {
		if p[0] > maxSizeByte {
			e := l.where
			e.Stage, e.First, e.Err = StageGreeting, bytes.Clone(p[:min(n, 64)]), errForeign
			return 0, &e
		}
		l.answered.Store(true)
	}
	if n > 0 && l.stage() == StageRequest {
		l.served.Store(true)
	}
	return n, l.failed(err)
}

// SetReadDeadline keeps the wait for the very first answer short: a port that takes connections and says nothing is
// most often the wrong one.
func (l *link) SetReadDeadline(t time.Time) error {
	if !l.answered.Load() && l.greeting > 0 && !t.IsZero() {
		if latest := time.Now().Add(l.greeting); t.After(latest) {
			t = latest
		}
	}
	return l.Conn.SetReadDeadline(t)
}

func (l *link) failed(err error) error {
	if err == nil {
		return nil
	}
	e := l.where
	e.Stage, e.Served, e.Err = l.stage(), l.served.Load(), err
	return &e
}

func (l *link) stage() Stage {
	if !l.answered.Load() {
		return StageGreeting
	}
	switch kmsg.Key(l.lastKey.Load()) {
	case kmsg.ApiVersions:
		return StageGreeting
	case kmsg.SASLHandshake, kmsg.SASLAuthenticate:
		return StageSASL
	}
	return StageRequest
}
