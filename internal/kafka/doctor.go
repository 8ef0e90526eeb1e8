package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"weir/internal/config"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Check is one thing that was looked at on the way to a cluster, or one thing that can be done with it.
type Check struct {
	Check   string // dns, tcp, tls, api_versions, sasl, cluster_id, listener or feature
	Target  string // host:port, or a feature's name
	OK      bool
	Unknown lag.Reason // not NoReason when it could not be found out, so that OK says nothing: NotMeasured for a hop left out, Unsupported for what the broker lacks
	Detail  string     // what was seen, without secrets; may hold names that brokers gave
	Remedy  string     // what to do; "" when nothing is to be done
	Took    time.Duration
}

// Diagnose goes the way to a cluster hop by hop, as the principal of role, and then tells what that principal and these
// brokers allow. It only reads, whatever the role. Every hop has a time-out of its own; a hop that needs a failed one is
// left out and says so. The checks come in the order of the way.
func Diagnose(ctx context.Context, c config.Cluster, role Role, o Options) []Check {
	c.Security, c.Act = security(c, role), nil
	if c.Timeout <= 0 {
		c.Timeout = config.DefaultTimeout
	}
	d := &doctor{cluster: c, dialer: newDialer(c, Seeing, o), options: o, role: role}
	for _, seed := range c.Brokers {
		d.seed(ctx, seed)
	}
	d.inside(ctx)
	return d.checks
}

type doctor struct {
	cluster config.Cluster
	role    Role
	options Options
	dialer  *dialer
	checks  []Check
	keys    map[kmsg.Key]int16 // highest versions of the first broker that told them; nil: none did
	through bool               // some seed let us in
}

// hop runs one check of the way and tells whether it went well.
func (d *doctor) hop(ctx context.Context, check, target string, f func(context.Context) (detail, remedy string, err error)) bool {
	ctx, cancel := context.WithTimeout(ctx, d.cluster.Timeout)
	defer cancel()
	began := time.Now()
	detail, remedy, err := f(ctx)
	if err == nil {
		d.checks = append(d.checks, Check{Check: check, Target: target, OK: true, Detail: detail, Remedy: remedy, Took: time.Since(began)})
		return true
	}
	p := d.dialer.explained(ctx, err)
	d.checks = append(d.checks, Check{Check: check, Target: target, Detail: p.Sentence, Remedy: p.Hint, Took: time.Since(began)})
	return false
}

func (d *doctor) skip(target, needs string, checks ...string) {
	for _, c := range checks {
		d.checks = append(d.checks, Check{Check: c, Target: target, Unknown: lag.NotMeasured, Detail: "left out: it needs " + needs + ", which failed"})
	}
}

// explained tells an error of a single hop as a client's request would have told it.
func (d *dialer) explained(ctx context.Context, err error) Problem {
	s := security(d.cluster, d.role).SASL
	f := &Failure{Mechanism: s.Mechanism, User: s.Username, Timeout: d.cluster.Timeout, Err: err}
	if m, ok := errors.AsType[*mechanismError](err); ok {
		f.Offered = m.offered
	}
	if l, ok := errors.AsType[*LinkError](err); ok && worthSniffing(l) {
		f.Speaks = d.sniff(context.WithoutCancel(ctx), l.Addr)
	}
	return Explain(f)
}

// seed goes the way to one configured address.
func (d *doctor) seed(ctx context.Context, addr string) {
	hops := d.hops()
	left := func(from string) []string { return hops[slices.Index(hops, from)+1:] }
	if !d.hop(ctx, "dns", addr, func(ctx context.Context) (string, string, error) { return d.resolve(ctx, addr) }) {
		d.skip(addr, "name resolution", left("dns")...)
		return
	}
	var conn net.Conn
	if !d.hop(ctx, "tcp", addr, func(ctx context.Context) (detail, _ string, err error) {
		if conn, err = d.dialer.tcp(ctx, addr); err != nil {
			return "", "", err
		}
		return "connected to " + conn.RemoteAddr().String(), "", nil
	}) {
		d.skip(addr, "the connection", left("tcp")...)
		return
	}
	defer func() { _ = conn.Close() }()
	if d.dialer.tls != nil && !d.hop(ctx, "tls", addr, func(ctx context.Context) (string, string, error) {
		secure, err := d.dialer.secure(ctx, conn, d.dialer.where(addr))
		if err != nil {
			return "", "", err
		}
		conn = secure
		return describeTLS(secure, d.cluster.Security.TLS, time.Now())
	}) {
		d.skip(addr, "TLS", left("tls")...)
		return
	}
	conn = &link{Conn: conn, where: d.dialer.where(addr), role: Seeing}
	x := newExchange(conn)
	if !d.hop(ctx, "api_versions", addr, func(ctx context.Context) (string, string, error) { return d.versions(ctx, x) }) {
		d.skip(addr, "an answer to the greeting", left("api_versions")...)
		return
	}
	d.through = !slices.Contains(hops, "sasl") ||
		d.hop(ctx, "sasl", addr, func(ctx context.Context) (string, string, error) { return d.logIn(ctx, x, addr) }) || d.through
}

// hops are the hops of this cluster's way, in order.
func (d *doctor) hops() []string {
	out := []string{"dns", "tcp"}
	if d.dialer.tls != nil {
		out = append(out, "tls")
	}
	out = append(out, "api_versions")
	if d.cluster.Security.SASL.Mechanism != "" {
		out = append(out, "sasl")
	}
	return out
}

func (d *doctor) resolve(ctx context.Context, addr string) (detail, remedy string, err error) {
	reached := d.dialer.reached(addr)
	if d.cluster.SOCKS5 != "" {
		return "left to the SOCKS5 proxy " + d.cluster.SOCKS5, "", nil
	}
	if d.options.DialContext != nil {
		return "left to the dialer", "", nil
	}
	e := d.dialer.where(addr)
	host, _, err := net.SplitHostPort(reached)
	if err == nil {
		var ips []string
		if ips, err = net.DefaultResolver.LookupHost(ctx, host); err == nil {
			detail = strings.Join(ips, ", ")
			if reached != addr {
				detail += " (by way of " + reached + ")"
			}
			return detail, "", nil
		}
	}
	e.Err = err
	return "", "", &e
}

func (d *doctor) versions(ctx context.Context, x *exchange) (detail, remedy string, err error) {
	resp, err := x.ask(ctx, kmsg.NewPtrApiVersionsRequest()) // version 0: every broker answers it
	if err != nil {
		return "", "", err
	}
	v, ok := resp.(*kmsg.ApiVersionsResponse)
	if !ok || v.ErrorCode != 0 {
		return "", "", errForeign
	}
	if d.keys == nil {
		d.keys = map[kmsg.Key]int16{}
		for _, k := range v.ApiKeys {
			d.keys[kmsg.Key(k.ApiKey)] = k.MaxVersion
		}
	}
	return fmt.Sprintf("%d APIs, by which it looks like Kafka %s", len(v.ApiKeys), strings.ReplaceAll(kversion.FromApiVersionsResponse(v).VersionGuess(), "v", "")), "", nil
}

// inside looks at what can be seen once a broker has let us in.
func (d *doctor) inside(ctx context.Context) {
	if !d.through {
		d.skip(d.cluster.Name, "a way to some broker", "cluster_id", "listener", "feature")
		return
	}
	cl, err := Dial(ctx, d.cluster, Seeing, d.options)
	if err != nil {
		p := Explain(err)
		d.checks = append(d.checks, Check{Check: "cluster_id", Target: d.cluster.Name, Detail: p.Sentence, Remedy: p.Hint})
		return
	}
	defer cl.Close()
	var meta *kmsg.MetadataResponse
	if !d.hop(ctx, "cluster_id", d.cluster.Name, func(ctx context.Context) (detail, _ string, err error) {
		if meta, err = cl.brokers(ctx); err != nil {
			return "", "", err
		}
		if meta.ClusterID == nil || *meta.ClusterID == "" {
			return "", "", errors.New("the broker tells no cluster id")
		}
		return *meta.ClusterID, "", nil
	}) {
		d.skip(d.cluster.Name, "the cluster's metadata", "listener", "feature")
		return
	}
	d.listeners(ctx, meta.Brokers)
	d.features(ctx, cl)
}

// brokers asks for the brokers and the cluster's id, and for no topic.
func (c *Client) brokers(ctx context.Context) (*kmsg.MetadataResponse, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // none; nil would be all
	resp, err := c.Request(ctx, req)
	if err != nil {
		return nil, err
	}
	m, ok := resp.(*kmsg.MetadataResponse)
	if !ok {
		return nil, errForeign
	}
	return m, nil
}

const listenersAtOnce = 8

// listeners goes to the address that each broker advertises for itself: to reach the seeds is not enough.
func (d *doctor) listeners(ctx context.Context, brokers []kmsg.MetadataResponseBroker) {
	out := make([]Check, len(brokers))
	free := make(chan struct{}, listenersAtOnce)
	var wg sync.WaitGroup
	for i, b := range brokers {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			out[i] = d.listener(ctx, b)
		})
	}
	wg.Wait()
	d.checks = append(d.checks, out...)
}

func (d *doctor) listener(ctx context.Context, b kmsg.MetadataResponseBroker) Check {
	ctx, cancel := context.WithTimeout(ctx, d.cluster.Timeout)
	defer cancel()
	addr := net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))
	c := Check{Check: "listener", Target: addr}
	began := time.Now()
	conn, err := d.dialer.dial(ctx, "tcp", addr)
	c.Took = time.Since(began)
	if err != nil {
		p := d.dialer.explained(ctx, err)
		c.Detail, c.Remedy = fmt.Sprintf("broker %d advertises this address, and from here %s", b.NodeID, p.Sentence), p.Hint
		if l, ok := errors.AsType[*LinkError](err); ok && l.Stage == StageConnect {
			c.Remedy = fmt.Sprintf("if the broker is reached by another address from here, set it under [clusters.%s.addresses]: %q = \"HOST:PORT\"", d.cluster.Name, addr)
		}
		return c
	}
	_ = conn.Close()
	c.OK, c.Detail = true, fmt.Sprintf("broker %d is reached by the address it advertises", b.NodeID)
	if to := d.dialer.reached(addr); to != addr {
		c.Detail = fmt.Sprintf("broker %d is reached by way of %s", b.NodeID, to)
	}
	return c
}
