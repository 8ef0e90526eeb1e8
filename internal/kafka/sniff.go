package kafka

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Protocol is what a port speaks that did not answer as we spoke to it.
type Protocol string

// The protocols that are told apart; the empty Protocol is not known.
const (
	SpeaksTLS   Protocol = "tls"   // we came in plaintext
	SpeaksKafka Protocol = "kafka" // plaintext, we came with TLS
	SpeaksHTTP  Protocol = "http"
	SpeaksSSH   Protocol = "ssh"
)

const (
	sniffTimeout = 1500 * time.Millisecond // a try
	sniffAgain   = time.Minute             // a port is asked again after this long
)

// sniffed is what a port spoke, and when.
type sniffed struct {
	speaks Protocol
	at     time.Time
}

// sniffOnce finds out what the port behind addr speaks, at most once a minute.
func (c *Client) sniffOnce(ctx context.Context, addr string) Protocol {
	c.mu.Lock()
	old, ok := c.asked[addr]
	c.mu.Unlock()
	if ok && time.Since(old.at) < sniffAgain {
		return old.speaks
	}
	// The request's own time may be up; what is left to do is short and bounded.
	s := sniffed{c.dialer.sniff(context.WithoutCancel(ctx), addr), time.Now()}
	c.mu.Lock()
	c.asked[addr] = s
	c.mu.Unlock()
	return s.speaks
}

// sniff opens connections of its own to find out what a port speaks. It sends no secret and believes no certificate.
func (d *dialer) sniff(ctx context.Context, addr string) Protocol {
	tries := []func(context.Context, net.Conn) Protocol{sniffTLS, sniffHTTP}
	if d.tls != nil {
		tries = []func(context.Context, net.Conn) Protocol{sniffKafka, sniffHTTP}
	}
	for _, try := range tries {
		if p := d.try(ctx, addr, try); p != "" {
			return p
		}
	}
	return ""
}

func (d *dialer) try(ctx context.Context, addr string, f func(context.Context, net.Conn) Protocol) Protocol {
	ctx, cancel := context.WithTimeout(ctx, sniffTimeout)
	defer cancel()
	c, err := d.tcp(ctx, addr)
	if err != nil {
		return ""
	}
	defer c.Close()
	if t, ok := ctx.Deadline(); ok && c.SetDeadline(t) != nil {
		return ""
	}
	return f(ctx, c)
}

func sniffTLS(ctx context.Context, c net.Conn) Protocol {
	err := tls.Client(c, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}).HandshakeContext(ctx)
	if err == nil || isAlert(err) {
		return SpeaksTLS
	}
	if re, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return foreign(re.RecordHeader[:])
	}
	return ""
}

func sniffKafka(ctx context.Context, c net.Conn) Protocol {
	req := kmsg.NewPtrApiVersionsRequest() // version 0: every broker answers it
	if _, err := newExchange(c).ask(ctx, req); err == nil {
		return SpeaksKafka
	}
	return ""
}

func sniffHTTP(_ context.Context, c net.Conn) Protocol {
	if _, err := c.Write([]byte("HEAD / HTTP/1.0\r\n\r\n")); err != nil {
		return ""
	}
	var b [8]byte
	n, err := c.Read(b[:])
	if err != nil {
		return ""
	}
	return foreign(b[:n])
}

// foreign names the protocol of an answer's first bytes.
func foreign(b []byte) Protocol {
	switch {
	case bytes.HasPrefix(b, []byte("HTTP")):
		return SpeaksHTTP
	case bytes.HasPrefix(b, []byte("SSH-")):
		return SpeaksSSH
	case len(b) >= 2 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 3: // a TLS alert or handshake record
		return SpeaksTLS
	}
	return ""
}

// offered asks for the SASL mechanisms that the first reachable seed offers; nil when that can't be told.
func (c *Client) offered(ctx context.Context) []string {
	for _, seed := range c.cluster.Brokers {
		if names := c.dialer.offered(ctx, seed); names != nil {
			return names
		}
	}
	return nil
}

func (d *dialer) offered(ctx context.Context, addr string) []string {
	ctx, cancel := context.WithTimeout(ctx, 2*sniffTimeout)
	defer cancel()
	c, err := d.dial(ctx, "tcp", addr)
	if err != nil {
		return nil
	}
	defer c.Close()
	h, err := handshake(ctx, newExchange(c), string(security(d.cluster, d.role).SASL.Mechanism))
	if err != nil {
		return nil
	}
	return h.SupportedMechanisms
}

func handshake(ctx context.Context, x *exchange, mechanism string) (*kmsg.SASLHandshakeResponse, error) {
	req := kmsg.NewPtrSASLHandshakeRequest()
	req.Version, req.Mechanism = 1, mechanism
	resp, err := x.ask(ctx, req)
	if err != nil {
		return nil, err
	}
	h, ok := resp.(*kmsg.SASLHandshakeResponse)
	if !ok {
		return nil, errForeign
	}
	return h, nil
}
