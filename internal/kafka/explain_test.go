package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/internal/config"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// told asks a cluster for its id and gives the Problem it must run into.
func told(t *testing.T, c config.Cluster, o Options) Problem {
	t.Helper()
	_, err := dialed(t, c, Seeing, o).ID(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	p := Explain(err)
	if p.Err == nil || strings.ContainsAny(p.Sentence, "\n\r") || strings.Contains(p.Sentence, "goroutine") {
		t.Errorf("%+v", p)
	}
	return p
}

func wantProblem(t *testing.T, p Problem, k Kind, r lag.Reason, sentence, hint string) {
	t.Helper()
	if p.Kind != k || p.Reason != r || p.Sentence != sentence || !strings.Contains(p.Hint, hint) {
		t.Errorf("got  %s, %v, %q\nwant %s, %v, %q\nhint %q (error %v)", p.Kind, p.Reason, p.Sentence, k, r, sentence, p.Hint, p.Err)
	}
}

func TestWrongAddress(t *testing.T) {
	noLeaks(t)
	p := told(t, cluster("no-such-broker.invalid:9092"), Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "no-such-broker.invalid", IsNotFound: true}}
	}})
	wantProblem(t, p, KindName, lag.Unreachable, "the name of broker no-such-broker.invalid:9092 does not resolve", "addresses")
}

func TestNothingListens(t *testing.T) {
	noLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := l.Addr().String()
	must(t, l.Close())
	wantProblem(t, told(t, cluster(addr), Options{}), KindRefused, lag.Unreachable,
		"broker "+addr+" refuses the connection: nothing listens there", "host and port")
	c := cluster("advertised:9092")
	c.Addresses = map[string]string{"advertised:9092": addr}
	wantProblem(t, told(t, c, Options{}), KindRefused, lag.Unreachable,
		"broker advertised:9092 (by way of "+addr+") refuses the connection: nothing listens there", "host and port")
}

func TestHTTPOnThePort(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	addr := s.Listener.Addr().String()
	c := cluster(addr)
	c.Timeout = 2 * time.Second
	wantProblem(t, told(t, c, Options{}), KindProtocol, lag.Unreachable, addr+" speaks HTTP, not Kafka", "port")
	c.Security.TLS = config.TLS{Enabled: true}
	wantProblem(t, told(t, c, Options{}), KindProtocol, lag.Unreachable, addr+" speaks HTTP, not Kafka", "port")
}

// A server that talks first, or answers garbage at once, is told at its first byte.
func TestOtherProtocols(t *testing.T) {
	noLeaks(t)
	for _, x := range []struct{ says, sentence string }{
		{"SSH-2.0-OpenSSH_9.6\r\n", " speaks SSH, not Kafka"},
		{"HTTP/1.1 400 Bad Request\r\n\r\n", " speaks HTTP, not Kafka"},
		{"-ERR unknown command\r\n", " does not speak Kafka"},
	} {
		addr := listen(t, func(c net.Conn) {
			_, _ = io.WriteString(c, x.says)
			_, _ = io.Copy(io.Discard, c)
		})
		wantProblem(t, told(t, cluster(addr), Options{}), KindProtocol, lag.Unreachable, addr+x.sentence, "port")
	}
}

func TestSilentPort(t *testing.T) {
	noLeaks(t)
	addr := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	c := cluster(addr)
	c.Timeout = 2 * time.Second
	wantProblem(t, told(t, c, Options{}), KindSilent, lag.Timeout, addr+" takes connections but does not answer", "hung")
}

func TestTLSOnPlaintextAndTheReverse(t *testing.T) {
	noLeaks(t)
	plain := fake(t).ListenAddrs()[0]
	c := cluster(plain)
	c.Timeout = 2 * time.Second
	c.Security.TLS = config.TLS{Enabled: true}
	wantProblem(t, told(t, c, Options{}), KindTLSUnwanted, lag.Unreachable,
		"broker "+plain+" speaks plaintext, and weir came with TLS", "security.tls.enabled = false")

	ca := newAuthority(t, "the cluster's")
	secure := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{ca.issue(time.Now().Add(time.Hour), "127.0.0.1").pair}})).ListenAddrs()[0]
	wantProblem(t, told(t, cluster(secure), Options{}), KindTLSWanted, lag.Unreachable,
		"broker "+secure+" speaks TLS, and weir came in plaintext", "security.tls.enabled = true")
}

func TestCertificates(t *testing.T) {
	noLeaks(t)
	ours, other := newAuthority(t, "the cluster's"), newAuthority(t, "another")
	ended := time.Now().Add(-time.Hour)
	for _, x := range []struct {
		name     string
		cert     issued
		kind     Kind
		sentence string // %s is the address
		hint     string
	}{
		{"expired", ours.issue(ended, "127.0.0.1"), KindExpired, "the certificate of broker %s expired on " + day(ended), "renew"},
		{"name", ours.issue(time.Now().Add(time.Hour), "kafka.example", "10.0.0.1"), KindCertName, "the certificate of broker %s is for kafka.example, 10.0.0.1, not for 127.0.0.1", "server_name"},
		{"authority", other.issue(time.Now().Add(time.Hour), "127.0.0.1"), KindAuthority, "the certificate of broker %s was issued by \"another\", which is not trusted here", "ca_file"},
	} {
		t.Run(x.name, func(t *testing.T) {
			addr := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{x.cert.pair}})).ListenAddrs()[0]
			c := cluster(addr)
			c.Security.TLS = config.TLS{Enabled: true, CAFile: ours.file}
			wantProblem(t, told(t, c, Options{}), x.kind, lag.Unreachable, fmt.Sprintf(x.sentence, addr), x.hint)
		})
	}
}

func TestClientCertificateMissingOrForeign(t *testing.T) {
	noLeaks(t)
	ours, other := newAuthority(t, "the cluster's"), newAuthority(t, "another")
	addr := fake(t, kfake.TLS(&tls.Config{
		Certificates: []tls.Certificate{ours.issue(time.Now().Add(time.Hour), "127.0.0.1").pair},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ours.pool(),
	})).ListenAddrs()[0]
	c := cluster(addr)
	c.Security.TLS = config.TLS{Enabled: true, CAFile: ours.file}
	wantProblem(t, told(t, c, Options{}), KindClientCert, lag.NotAuthorized,
		"broker "+addr+" did not accept the client certificate: certificate required", "cert_file")
	foreign := other.issue(time.Now().Add(time.Hour), "weir")
	c.Security.TLS.CertFile, c.Security.TLS.KeyFile = foreign.certFile, foreign.keyFile
	wantProblem(t, told(t, c, Options{}), KindClientCert, lag.NotAuthorized,
		"broker "+addr+" did not accept the client certificate: unknown certificate authority", "cert_file")
}

func TestWrongPassword(t *testing.T) {
	noLeaks(t)
	addr := fake(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "anna", "right")).ListenAddrs()[0]
	c := cluster(addr)
	c.Timeout = 2 * time.Second
	c.Security.SASL = config.SASL{Mechanism: config.Plain, Username: "anna", Password: config.Literal("wr0ng")}
	// kfake hangs up, as brokers before KIP-152 did; a broker's own words are in the table below.
	p := told(t, c, Options{})
	wantProblem(t, p, KindPassword, lag.NotAuthorized, `broker `+addr+` refused the login of user "anna" by PLAIN`, "user name and password")
	if strings.Contains(p.Err.Error()+p.Sentence+p.Hint, "wr0ng") {
		t.Error("the password is shown")
	}
}

func TestMechanismNotOffered(t *testing.T) {
	noLeaks(t)
	addr := fake(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "anna", "p")).ListenAddrs()[0]
	c := cluster(addr)
	c.Security.SASL = config.SASL{Mechanism: config.AWSMSKIAM, AWS: config.AWS{Region: "eu-west-1", AccessKey: "a", SecretKey: config.Literal("b")}}
	p := told(t, c, Options{})
	if p.Kind != KindMechanism || p.Reason != lag.NotAuthorized || !strings.HasPrefix(p.Sentence, "the broker does not offer SASL mechanism AWS_MSK_IAM, only ") ||
		!strings.Contains(p.Sentence, "SCRAM-SHA-256") {
		t.Errorf("%+v", p)
	}
}

func TestSecretThatCannotBeRead(t *testing.T) {
	noLeaks(t)
	addr := fake(t, kfake.EnableSASL()).ListenAddrs()[0]
	c := cluster(addr)
	c.Security.SASL = config.SASL{Mechanism: config.Plain, Username: "anna", Password: config.FromEnv("WEIR_TEST_UNSET")}
	wantProblem(t, told(t, c, Options{}), KindCredential, lag.NotAuthorized,
		"no login was tried, password: secret: env:WEIR_TEST_UNSET: the environment variable WEIR_TEST_UNSET is not set", "secret")
}

func TestTooOldABroker(t *testing.T) {
	noLeaks(t)
	k := fake(t)
	cl := dialed(t, cluster(k.ListenAddrs()...), Seeing, Options{})
	_, err := cl.Broker(0).Request(t.Context(), kmsg.NewPtrDescribeQuorumRequest()) // kfake has none
	p := Explain(err)
	wantProblem(t, p, KindTooOld, lag.Unsupported, "the broker is too old for this request", "weir doctor")
}

func TestHungClusterAfterTheGreeting(t *testing.T) {
	noLeaks(t)
	k := fake(t)
	k.ControlKey(int16(kmsg.Metadata), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, nil, true })
	c := cluster(k.ListenAddrs()...)
	c.Timeout = time.Second
	wantProblem(t, told(t, c, Options{}), KindTimeout, lag.Timeout, "the cluster did not answer within 1s", "--timeout")
}

func TestCancelAnswersAtOnce(t *testing.T) {
	noLeaks(t)
	addr := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	cl := dialed(t, cluster(addr), Seeing, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := cl.ID(ctx)
	wantProblem(t, Explain(err), KindCancelled, lag.Unreachable, "interrupted before the cluster answered", "")
}

func TestExplainPure(t *testing.T) {
	link := func(stage Stage, err error) error {
		return &LinkError{Addr: "b1:9092", Stage: stage, Served: true, Err: err}
	}
	for name, x := range map[string]struct {
		err      error
		kind     Kind
		reason   lag.Reason
		sentence string
	}{
		"login": {&Failure{User: "anna", Mechanism: config.Scram256, Err: fmt.Errorf("%w: Authentication failed during authentication", kerr.SaslAuthenticationFailed)},
			KindPassword, lag.NotAuthorized, `the broker refused the login of user "anna" by SCRAM-SHA-256`},
		"login of a token": {&Failure{Mechanism: config.OAuthBearer, Err: kerr.SaslAuthenticationFailed},
			KindPassword, lag.NotAuthorized, "the broker refused the login by OAUTHBEARER"},
		"order of login": {kerr.IllegalSaslState, KindSASLWanted, lag.NotAuthorized,
			"the broker expects another order of login than this listener was configured for"},
		"mechanism, offers unknown": {&Failure{Mechanism: config.Plain, Err: kerr.UnsupportedSaslMechanism},
			KindMechanism, lag.NotAuthorized, "the broker does not offer SASL mechanism PLAIN"},
		"forbidden": {&Failure{Key: int16(kmsg.ListGroups), Err: kerr.ClusterAuthorizationFailed},
			KindAnswer, lag.NotAuthorized, "the broker answered ListGroups with CLUSTER_AUTHORIZATION_FAILED"},
		"code without context": {kerr.NotCoordinator, KindAnswer, lag.NoCoordinator, "the broker answered NOT_COORDINATOR"},
		"resolver down": {link(StageConnect, &net.DNSError{Err: "server misbehaving", IsTemporary: true}),
			KindName, lag.Unreachable, "the name of broker b1:9092 could not be resolved: the resolver failed"},
		"connect time-out": {link(StageConnect, context.DeadlineExceeded), KindConnect, lag.Timeout, "broker b1:9092 does not take the connection in time"},
		"broken":           {link(StageRequest, io.EOF), KindBroken, lag.Unreachable, "the connection to broker b1:9092 broke: EOF"},
		"silent after the greeting": {link(StageRequest, &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}), KindTimeout, lag.Timeout,
			"the cluster did not answer in time"},
		"wants a login": {&LinkError{Addr: "b1:9092", Stage: StageRequest, Err: io.EOF}, KindSASLWanted, lag.NotAuthorized,
			"broker b1:9092 closed the connection at the first request, as one does that wants a login"},
		"had a login": {&Failure{Mechanism: config.Plain, Err: &LinkError{Addr: "b1:9092", Stage: StageRequest, Err: io.EOF}}, KindBroken, lag.Unreachable,
			"the connection to broker b1:9092 broke: EOF"},
		"tls cut off": {link(StageTLS, io.EOF), KindTLS, lag.Unreachable, "b1:9092 closed the connection during the TLS handshake"},
		"tls version": {link(StageTLS, &net.OpError{Op: "remote error", Err: errors.New("tls: protocol version not supported")}),
			KindTLS, lag.Unreachable, "broker b1:9092 ended the TLS handshake: protocol version not supported"},
		"deadline":                   {context.DeadlineExceeded, KindTimeout, lag.Timeout, "the cluster did not answer in time"},
		"deadline with a cause":      {&Failure{Err: context.DeadlineExceeded, Cause: link(StageRequest, io.EOF)}, KindBroken, lag.Unreachable, "the connection to broker b1:9092 broke: EOF"},
		"old SASL":                   {link(StageSASL, errOldSASL), KindTooOld, lag.Unsupported, "the broker is too old for this request"},
		"anything":                   {errors.New("odd"), KindUnknownOther, lag.Unreachable, "the cluster could not be asked: odd"},
		"a Problem stays what it is": {Problem{Kind: KindProxy, Sentence: "s"}, KindProxy, lag.NoReason, "s"},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, Explain(fmt.Errorf("wrapped: %w", x.err)), x.kind, x.reason, x.sentence, "")
		})
	}
	if p := Explain(nil); p != (Problem{}) {
		t.Errorf("%+v", p)
	}
	if ReasonOfError(nil) != lag.NoReason || ReasonOfError(kerr.UnknownTopicID) != lag.Gone {
		t.Error("reasons of errors")
	}
}

func TestReasonOfEveryCode(t *testing.T) {
	for code := int16(-1); code < 150; code++ {
		if got := ReasonOf(code); (got == lag.NoReason) != (code == 0) {
			t.Errorf("code %d: %v", code, got)
		}
	}
	for code, want := range map[int16]lag.Reason{29: lag.NotAuthorized, 30: lag.NotAuthorized, 31: lag.NotAuthorized, 53: lag.NotAuthorized,
		14: lag.NoCoordinator, 15: lag.NoCoordinator, 16: lag.NoCoordinator, 5: lag.NoLeader, 6: lag.NoLeader, 3: lag.Gone, 100: lag.Gone, 69: lag.Gone,
		7: lag.Timeout, 35: lag.Unsupported, -1: lag.Unreachable} {
		if got := ReasonOf(code); got != want {
			t.Errorf("code %d: %v, want %v", code, got, want)
		}
	}
}

// A refresh whose time is up is not kept waiting to find out what a hung port speaks; a first contact is.
func TestOnlyAFirstContactIsLookedIntoPastItsTime(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	cl := dialed(t, cluster("b:1"), Seeing, Options{})
	cl.dialer.cluster.Addresses = map[string]string{"b:1": s.Listener.Addr().String()}
	over, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	speaks := func() Protocol {
		f, _ := errors.AsType[*Failure](cl.failure(over, 3, time.Now(), &LinkError{Addr: "b:1", Stage: StageGreeting, Err: io.EOF}))
		return f.Speaks
	}
	cl.meter.OnBrokerConnect(kgo.BrokerMetadata{}, 0, nil, nil)
	if got := speaks(); got != "" {
		t.Errorf("a known cluster: %q", got)
	}
	clear(cl.meter.brokers)
	if got := speaks(); got != SpeaksHTTP {
		t.Errorf("a first contact: %q", got)
	}
}

// Between two tries to connect a client waits, and a request that ends meanwhile has met no failure of its own: as long as
// the cluster was never reached the one before is why.
func TestRequestBetweenTwoTriesIsToldWhy(t *testing.T) {
	noLeaks(t)
	cl := dialed(t, cluster("b:1"), Seeing, Options{})
	refused := &LinkError{Addr: "b:1", Stage: StageConnect, Err: syscall.ECONNREFUSED}
	cl.connectFailed(refused)
	why := func() error {
		f, _ := errors.AsType[*Failure](cl.failure(t.Context(), 3, time.Now().Add(time.Second), context.DeadlineExceeded))
		return f.Cause
	}
	if got := why(); !errors.Is(got, syscall.ECONNREFUSED) {
		t.Errorf("never reached: %v", got)
	}
	cl.meter.OnBrokerConnect(kgo.BrokerMetadata{}, 0, nil, nil)
	if got := why(); got != nil {
		t.Errorf("reached before: %v", got)
	}
}
