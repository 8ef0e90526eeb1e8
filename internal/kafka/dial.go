package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"weir/internal/config"

	"golang.org/x/net/proxy"
)

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// dialer opens connections to brokers by the way that a cluster's configuration says.
type dialer struct {
	cluster config.Cluster
	role    Role
	tls     *tlsFiles // nil without TLS
	base    dialFunc
	wrap    func(addr string, c net.Conn) net.Conn // nil: none
	connect time.Duration                          // bound on TCP and on the TLS handshake, each
}

func newDialer(c config.Cluster, role Role, o Options) *dialer {
	d := &dialer{cluster: c, role: role, base: o.DialContext, wrap: o.WrapConn, connect: connectTimeout(c.Timeout)}
	if d.base == nil {
		d.base = (&net.Dialer{Timeout: d.connect, KeepAlive: 30 * time.Second}).DialContext
	}
	if s := security(c, role); s.TLS.Enabled {
		d.tls = newTLSFiles(s.TLS)
	}
	return d
}

// connectTimeout leaves room within one request round for a second try elsewhere.
func connectTimeout(round time.Duration) time.Duration {
	return min(max(round/2, time.Second), 5*time.Second)
}

func security(c config.Cluster, role Role) config.Security {
	if role == Acting && c.Act != nil {
		return *c.Act
	}
	return c.Security
}

// dial gives a connection on which Kafka's protocol can start.
func (d *dialer) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	raw, err := d.tcp(ctx, addr)
	if err != nil {
		return nil, err
	}
	where := d.where(addr)
	if d.tls != nil {
		if raw, err = d.secure(ctx, raw, where); err != nil {
			return nil, err
		}
	}
	if d.wrap != nil {
		raw = d.wrap(addr, raw)
	}
	return &link{Conn: raw, where: where, role: d.role, greeting: d.connect}, nil
}

func (d *dialer) where(addr string) LinkError {
	return LinkError{Addr: addr, Reached: d.reached(addr), Proxy: d.cluster.SOCKS5, TLS: d.tls != nil}
}

func (d *dialer) reached(addr string) string {
	if to, ok := d.cluster.Addresses[addr]; ok {
		return to
	}
	return addr
}

// tcp resolves and connects, through the proxy where there is one.
func (d *dialer) tcp(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.connect)
	defer cancel()
	e := d.where(addr)
	e.Stage = StageConnect
	to, err := d.route(ctx)
	if err != nil {
		e.Err = err
		return nil, &e
	}
	c, err := to(ctx, "tcp", e.Reached)
	if err != nil {
		e.Err = err
		if errors.Is(ctx.Err(), context.Canceled) {
			e.Err = ctx.Err() // the proxy's dialer says time-out for it
		}
		return nil, &e
	}
	return c, nil
}

func (d *dialer) route(ctx context.Context) (dialFunc, error) {
	if d.cluster.SOCKS5 == "" {
		return d.base, nil
	}
	user, err := d.cluster.SOCKS5User.Resolve(ctx)
	if err != nil {
		return nil, fmt.Errorf("socks5 user name: %w", err)
	}
	pass, err := d.cluster.SOCKS5Pass.Resolve(ctx)
	if err != nil {
		return nil, fmt.Errorf("socks5 password: %w", err)
	}
	var auth *proxy.Auth
	if user != "" {
		auth = &proxy.Auth{User: user, Password: pass}
	}
	p, err := proxy.SOCKS5("tcp", d.cluster.SOCKS5, auth, forward(d.base))
	if err != nil {
		return nil, fmt.Errorf("socks5 proxy: %w", err)
	}
	cd, ok := p.(proxy.ContextDialer)
	if !ok {
		return nil, fmt.Errorf("socks5 proxy: %T can't be cancelled", p)
	}
	return cd.DialContext, nil
}

// forward makes a dial function the way to a proxy.
type forward dialFunc

func (f forward) Dial(network, addr string) (net.Conn, error) {
	return f(context.Background(), network, addr)
}

func (f forward) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f(ctx, network, addr)
}

// secure shakes hands over raw and closes it on failure.
func (d *dialer) secure(ctx context.Context, raw net.Conn, e LinkError) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.connect)
	defer cancel()
	e.Stage = StageTLS
	conf, err := d.tls.config(ctx, e.Addr)
	if err != nil {
		_ = raw.Close()
		e.Err = err
		return nil, &e
	}
	c := tls.Client(raw, conf)
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		e.Err = err
		return nil, &e
	}
	return c, nil
}
