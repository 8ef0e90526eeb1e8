package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Options are what a client needs beside the cluster's configuration. The zero value is fit for use.
type Options struct {
	Version string // weir's, told to brokers; "" is "unknown"
	// DialContext opens TCP connections in place of the system's, under the proxy, TLS and the address map.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// WrapConn sees every new connection to a broker, inside TLS, where requests can be read; addr is as advertised.
	WrapConn func(addr string, c net.Conn) net.Conn
}

// Client speaks to one cluster in one role. It is safe for concurrent use.
type Client struct {
	cluster config.Cluster
	role    Role
	kgo     *kgo.Client
	dialer  *dialer
	login   *login
	meter   *meter
	forgets sync.WaitGroup // of layouts, under way

	mu     sync.Mutex
	closed bool
	last   error // of the newest failed connection
	lastAt time.Time
	asked  map[string]sniffed
}

const (
	retries     = 3
	idleTimeout = 5 * time.Minute // longer than any refresh, shorter than the brokers' 10 min
)

// Dial builds a client. It connects at the first request, so a dead cluster is no error here; a setting that can't work
// is, such as a certificate file that isn't there.
func Dial(ctx context.Context, c config.Cluster, role Role, o Options) (*Client, error) {
	if c.Timeout <= 0 {
		c.Timeout = config.DefaultTimeout
	}
	cl := &Client{cluster: c, role: role, dialer: newDialer(c, role, o), meter: newMeter(), asked: map[string]sniffed{}}
	if cl.dialer.tls != nil {
		if _, err := cl.dialer.tls.config(ctx, "localhost:0"); err != nil {
			return nil, fmt.Errorf("kafka: cluster %s: %w", c.Name, err)
		}
	}
	var err error
	if cl.login, err = newLogin(security(c, role)); err != nil {
		return nil, fmt.Errorf("kafka: cluster %s: %w", c.Name, err)
	}
	cl.meter.failed = cl.connectFailed
	if cl.kgo, err = kgo.NewClient(cl.options(o)...); err != nil {
		return nil, fmt.Errorf("kafka: cluster %s: %w", c.Name, err)
	}
	return cl, nil
}

func (c *Client) options(o Options) []kgo.Opt {
	out := []kgo.Opt{
		kgo.SeedBrokers(c.cluster.Brokers...),
		kgo.Dialer(c.dialer.dial),
		// The client id has no version in it, so that a quota set for it outlives an upgrade of weir.
		kgo.ClientID("weir"),
		kgo.SoftwareNameAndVersion("weir", softwareVersion(o.Version)),
		kgo.DisableClientMetrics(), // pushing telemetry would be a write
		kgo.RequestTimeoutOverhead(c.cluster.Timeout),
		kgo.RetryTimeout(c.cluster.Timeout),
		kgo.RequestRetries(retries),
		kgo.RetryBackoffFn(func(n int) time.Duration { return min(time.Second, 100*time.Millisecond<<min(n, 4)) }),
		kgo.ConnIdleTimeout(idleTimeout),
		kgo.MetadataMinAge(500 * time.Millisecond),
		kgo.WithHooks(c.meter),
	}
	if c.role == appending {
		out = append(out, c.appendOptions()...)
	}
	if c.login != nil {
		out = append(out, kgo.SASL(c.login.mechanism))
	}
	return out
}

// softwareVersion keeps to what brokers accept (KIP-511): letters, digits, dots and dashes.
func softwareVersion(v string) string {
	v = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '.', r == '-':
			return r
		}
		return '-'
	}, v), ".-")
	if v == "" {
		return "unknown"
	}
	return v
}

// Request sends req to whichever broker it belongs to and waits for the answer, at most the cluster's time-out. What any
// broker can answer is asked of another too when the first takes long. Large requests are split and merged by franz-go. An error is about the exchange; codes inside the answer are the caller's.
func (c *Client) Request(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	if Twin(req) == nil {
		return c.do(ctx, req, c.kgo.Request)
	}
	resp, err := c.do(ctx, req, c.anyone)
	if all, ok := req.(*kmsg.MetadataRequest); ok && all.Topics == nil && err == nil && c.role != appending {
		c.forget(resp.(*kmsg.MetadataResponse))
	}
	return resp, err
}

// forget has franz-go drop its copy of a layout, which it keeps for as long as the client lives: of 100,000 partitions 23 MB
// that nobody asks it for.
func (c *Client) forget(meta *kmsg.MetadataResponse) {
	var topics []string
	for i := range meta.Topics {
		if name := meta.Topics[i].Topic; name != nil {
			topics = append(topics, *name)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed { // nobody waits for it any more
		return
	}
	c.forgets.Go(func() { c.kgo.PurgeTopicsFromClient(topics...) }) // it waits for the client's own rounds, which nothing here does
}

// Broker is one broker of the cluster, by its node id.
type Broker struct {
	c  *Client
	id int32
}

// Broker gives the broker with a node id; that it exists is found out by its first request.
func (c *Client) Broker(id int32) Broker { return Broker{c, id} }

// Request sends req to this broker, once, and waits for the answer, at most the cluster's time-out.
func (b Broker) Request(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	resp, err := b.c.do(ctx, req, b.c.kgo.Broker(int(b.id)).Request)
	if f, ok := errors.AsType[*Failure](err); ok {
		f.One = true
	}
	return resp, err
}

func (c *Client) do(ctx context.Context, req kmsg.Request,
	send func(context.Context, kmsg.Request) (kmsg.Response, error)) (kmsg.Response, error) {
	if err := c.role.permit(req); err != nil {
		return nil, err
	}
	began := time.Now()
	bounded, cancel := context.WithTimeout(ctx, c.cluster.Timeout)
	defer cancel()
	resp, err := send(bounded, req)
	if err != nil {
		return nil, c.failure(ctx, req.Key(), began, err)
	}
	return resp, nil
}

// ID asks for the cluster's id.
func (c *Client) ID(ctx context.Context) (string, error) {
	m, err := c.brokers(ctx)
	if err != nil {
		return "", err
	}
	if m.ClusterID == nil || *m.ClusterID == "" {
		return "", errors.New("kafka: cluster id: the broker doesn't tell one")
	}
	return *m.ClusterID, nil
}

// Meter tells what the client's traffic came to so far.
func (c *Client) Meter() Cost { return c.meter.cost() }

// Role tells what the client may do.
func (c *Client) Role() Role { return c.role }

// Close ends all connections. Requests that wait fail.
func (c *Client) Close() {
	c.kgo.Close()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.forgets.Wait()
}

// connectFailed remembers why the newest connection failed, for a request that runs out of time over it.
func (c *Client) connectFailed(err error) {
	if errors.Is(err, kerr.SaslAuthenticationFailed) && c.login != nil {
		c.login.refused()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if tellsLess(err, c.last) && time.Since(c.lastAt) < c.cluster.Timeout {
		return
	}
	c.last, c.lastAt = err, time.Now()
}

// tellsLess reports whether a failed connection came less far than the one before: one that was given up on the way, as
// another was made beside it or time was up, says nothing of the broker.
func tellsLess(err, before error) bool {
	now, ok := errors.AsType[*LinkError](err)
	was, had := errors.AsType[*LinkError](before)
	return ok && had && now.Stage < was.Stage
}

// lastFailure returns why a connection failed since then; of a cluster that was never reached, why the newest did, for
// between two tries the client waits longer than a request may take.
func (c *Client) lastFailure(since time.Time) error {
	reached := c.meter.connected()
	c.mu.Lock()
	defer c.mu.Unlock()
	if reached && c.lastAt.Before(since) {
		return nil
	}
	return c.last
}
