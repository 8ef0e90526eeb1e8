package kafka

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"weir/internal/config"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func wantID(t *testing.T, cl *Client) {
	t.Helper()
	id, err := cl.ID(t.Context())
	if err != nil {
		t.Fatalf("%v: %s", err, Explain(err).Sentence)
	}
	if id != "test-cluster" {
		t.Errorf("id %q", id)
	}
}

func TestPlaintextAndItsCost(t *testing.T) {
	noLeaks(t)
	cl := dialed(t, cluster(fake(t, kfake.NumBrokers(3)).ListenAddrs()...), Seeing, Options{Version: "1.2.3+dirty"})
	wantID(t, cl)
	first := cl.Meter()
	if first.Requests < 2 || first.Connects != 1 || first.FailedConnects != 0 || first.BytesIn == 0 || first.BytesOut == 0 {
		t.Errorf("first: %+v", first)
	}
	_, err := cl.Broker(2).Request(t.Context(), kmsg.NewPtrListGroupsRequest())
	must(t, err)
	d := cl.Meter().Sub(first)
	if d.Requests != 2 || d.Connects != 1 { // a greeting and the request
		t.Errorf("difference: %+v", d)
	}
	var of2 BrokerCost
	for _, b := range d.Brokers {
		if b.ID == 2 {
			of2 = b
		}
	}
	if of2.Requests != 2 || of2.Samples != 1 || of2.P50 <= 0 || of2.P99 != of2.P50 {
		t.Errorf("broker 2: %+v", of2)
	}
	if d.Brokers[0].ID != SeedID {
		t.Errorf("no seed first: %+v", d.Brokers)
	}
}

func TestThrottleAndLatencyAreShown(t *testing.T) {
	m := newMeter()
	meta := kgo.BrokerMetadata{NodeID: 7, Host: "h", Port: 1}
	m.OnBrokerThrottle(meta, 300*time.Millisecond, true)
	before := m.cost()
	if b := before.Brokers[0]; b.P50 >= 0 || b.P99 >= 0 || b.Samples != 0 {
		t.Errorf("unmeasured: %+v", b)
	}
	for i := range 1000 {
		m.OnBrokerE2E(meta, int16(kmsg.ListOffsets), kgo.BrokerE2E{BytesWritten: 1, BytesRead: 2, TimeToRead: time.Duration(i)})
	}
	m.OnBrokerE2E(meta, int16(kmsg.Fetch), kgo.BrokerE2E{BytesWritten: 1, TimeToRead: time.Hour})
	m.OnBrokerE2E(meta, int16(kmsg.ListOffsets), kgo.BrokerE2E{WriteErr: net.ErrClosed})
	m.OnBrokerThrottle(meta, 200*time.Millisecond, true)
	d := m.cost().Sub(before)
	want := BrokerCost{ID: 7, Addr: "h:1", Requests: 1001, BytesOut: 1001, BytesIn: 2000, Throttle: 200 * time.Millisecond,
		P50: 871, P99: 997, Samples: LatencyWindow} // of 744…999
	if d.Brokers[0] != want || d.Throttle != 200*time.Millisecond || d.Requests != 1001 {
		t.Errorf("%+v", d)
	}
}

func TestLogins(t *testing.T) {
	noLeaks(t)
	for _, m := range []config.Mechanism{config.Plain, config.Scram256, config.Scram512} {
		t.Run(string(m), func(t *testing.T) {
			addrs := fake(t, kfake.EnableSASL(), kfake.Superuser(string(m), "anna", "s3cret")).ListenAddrs()
			c := cluster(addrs...)
			c.Security.SASL = config.SASL{Mechanism: m, Username: "anna", Password: config.Literal("s3cret")}
			wantID(t, dialed(t, c, Seeing, Options{}))
		})
	}
}

// A rotated password is found: the one that a broker refused is not used again.
func TestPasswordIsReadAgainAfterRefusal(t *testing.T) {
	noLeaks(t)
	f := writeFile(t, "pw", []byte("old\n"))
	l, err := newLogin(config.Security{SASL: config.SASL{Mechanism: config.Plain, Username: "u", Password: config.FromFile(f)}})
	must(t, err)
	say := func() string {
		_, b, err := l.mechanism.Authenticate(t.Context(), "h:1")
		must(t, err)
		return string(b)
	}
	if got := say(); got != "\x00u\x00old" {
		t.Errorf("first %q", got)
	}
	rewrite(t, f, "new")
	if got := say(); got != "\x00u\x00old" {
		t.Errorf("kept %q", got)
	}
	cl := &Client{login: l}
	cl.connectFailed(kerr.SaslAuthenticationFailed)
	if got := say(); got != "\x00u\x00new" {
		t.Errorf("after a refusal %q", got)
	}
}

func TestActUsesItsOwnPrincipal(t *testing.T) {
	noLeaks(t)
	addrs := fake(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "writer", "w"), kfake.EnableACLs(), kfake.User("PLAIN", "reader", "r")).ListenAddrs()
	c := cluster(addrs...)
	c.Security.SASL = config.SASL{Mechanism: config.Plain, Username: "reader", Password: config.Literal("r")}
	c.Act = &config.Security{SASL: config.SASL{Mechanism: config.Plain, Username: "writer", Password: config.Literal("w")}}
	req := kmsg.NewPtrMetadataRequest()
	topic, name := kmsg.NewMetadataRequestTopic(), "orders"
	topic.Topic = &name
	req.Topics = append(req.Topics, topic)
	for _, x := range []struct {
		role Role
		want lag.Reason
	}{{Seeing, lag.NotAuthorized}, {Acting, lag.NoReason}} {
		resp, err := dialed(t, c, x.role, Options{}).Request(t.Context(), req)
		must(t, err)
		if got := ReasonOf(resp.(*kmsg.MetadataResponse).Topics[0].ErrorCode); got != x.want {
			t.Errorf("%v: %v", x.role, got)
		}
	}
}

func TestTLSAndMutualTLS(t *testing.T) {
	noLeaks(t)
	ca := newAuthority(t, "the cluster's")
	server, client := ca.issue(time.Now().Add(time.Hour), "127.0.0.1"), ca.issue(time.Now().Add(time.Hour), "weir")
	addrs := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{server.pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool()})).ListenAddrs()
	c := cluster(addrs...)
	c.Security.TLS = config.TLS{Enabled: true, CAFile: ca.file, CertFile: client.certFile, KeyFile: client.keyFile}
	t.Run("files", func(t *testing.T) { wantID(t, dialed(t, c, Seeing, Options{})) })
	t.Run("in place", func(t *testing.T) {
		c.Security.TLS = config.TLS{Enabled: true, CAPEM: string(readFile(t, ca.file)), CertPEM: string(client.certPEM), KeyPEM: config.Literal(string(client.keyPEM))}
		wantID(t, dialed(t, c, Seeing, Options{}))
	})
}

func TestNameChecks(t *testing.T) {
	noLeaks(t)
	ca := newAuthority(t, "the cluster's")
	server := ca.issue(time.Now().Add(time.Hour), "kafka.example")
	addrs := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{server.pair}})).ListenAddrs()
	for name, set := range map[string]config.TLS{
		"server name": {Enabled: true, CAFile: ca.file, ServerName: "kafka.example"},
		"skip name":   {Enabled: true, CAFile: ca.file, SkipName: true},
		"skip all":    {Enabled: true, SkipVerify: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := cluster(addrs...)
			c.Security.TLS = set
			wantID(t, dialed(t, c, Seeing, Options{}))
		})
	}
	c := cluster(addrs...)
	c.Security.TLS = config.TLS{Enabled: true, SkipName: true} // the system's roots don't know this authority
	if _, err := dialed(t, c, Seeing, Options{}).ID(t.Context()); Explain(err).Kind != KindAuthority {
		t.Errorf("skipping the name must not skip the chain: %+v", Explain(err))
	}
}

func TestAddressMap(t *testing.T) {
	noLeaks(t)
	real := fake(t).ListenAddrs()[0]
	c := cluster("broker.internal:9092")
	c.Addresses = map[string]string{"broker.internal:9092": real}
	wantID(t, dialed(t, c, Seeing, Options{}))
}

func TestDialSaysWhatCannotWork(t *testing.T) {
	c := cluster("h:1")
	c.Security.TLS = config.TLS{Enabled: true, CAFile: "/nowhere/ca.pem"}
	_, err := Dial(t.Context(), c, Seeing, Options{})
	if p := Explain(err); p.Kind != KindFile || p.Sentence != "root certificates: /nowhere/ca.pem: no such file or directory" {
		t.Errorf("%+v", p)
	}
	c.Security = config.Security{SASL: config.SASL{Mechanism: "GSSAPI"}}
	if _, err := Dial(t.Context(), c, Seeing, Options{}); err == nil || !strings.Contains(err.Error(), `"GSSAPI"`) {
		t.Errorf("%v", err)
	}
}

func TestSoftwareVersion(t *testing.T) {
	for in, want := range map[string]string{"": "unknown", "1.2.3": "1.2.3", "v0.1.0+dirty": "v0.1.0-dirty", "(devel)": "devel", "+": "unknown"} {
		if got := softwareVersion(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
