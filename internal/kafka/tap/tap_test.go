package tap_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/tap"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fake(t *testing.T, opts ...kfake.Opt) []string {
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(2), kfake.SeedTopics(1, "orders")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()
}

func TestRecordsWhatWeirSends(t *testing.T) {
	addrs := fake(t)
	var r tap.Recorder
	cl, err := kafka.Dial(t.Context(), config.Cluster{Name: "t", Brokers: addrs[:1], Timeout: 5 * time.Second}, kafka.Seeing, kafka.Options{WrapConn: r.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := cl.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := r.Count()
	if len(got) != 2 || got["ApiVersions"] != 1 || got["Metadata"] != 1 {
		t.Errorf("%v", got)
	}
	cost := cl.Meter()
	if out, in := r.Bytes(); out != cost.BytesOut || in != cost.BytesIn {
		t.Errorf("%d bytes out and %d in, the meter says %d and %d", out, in, cost.BytesOut, cost.BytesIn)
	}
	q := r.Requests()[1]
	if q.Key != int16(kmsg.Metadata) || q.Broker != addrs[0] || q.Conn != 1 || q.Version < 9 || q.Correlation != 1 || q.At.IsZero() {
		t.Errorf("%+v", q)
	}
	r.Reset()
	if len(r.Requests()) != 0 || r.Conns() != 1 {
		t.Errorf("after a reset: %v, %d connections", r.Requests(), r.Conns())
	}
}

// A consumer that joins a group is seen doing so: the proof that nobody joins would be worth nothing otherwise.
func TestSeesAJoiningConsumer(t *testing.T) {
	cert := selfSigned(t)
	addrs := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
	var r tap.Recorder
	cl, err := kgo.NewClient(kgo.SeedBrokers(addrs...), kgo.ConsumerGroup("g"), kgo.ConsumeTopics("orders"),
		kgo.Dialer(r.Dialer(nil, &tls.Config{InsecureSkipVerify: true})))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("x")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if n := cl.PollFetches(t.Context()).NumRecords(); n != 1 {
		t.Fatalf("%d records", n)
	}
	got := r.Count()
	if got["JoinGroup"] == 0 || got["SyncGroup"] == 0 || got["Produce"] != 1 || len(r.Errs()) != 0 {
		t.Errorf("%v, errors %v", got, r.Errs())
	}
}

func TestSaysWhatItCouldNotUnderstand(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	go func() { _, _ = b.Read(make([]byte, 64)) }()
	var r tap.Recorder
	c := r.Wrap("h:1", a)
	defer c.Close()
	if _, err := c.Write(bytes.Repeat([]byte{0xff}, 16)); err != nil {
		t.Fatal(err)
	}
	if len(r.Errs()) != 1 || len(r.Requests()) != 0 {
		t.Errorf("%v, %v", r.Errs(), r.Requests())
	}
}

func TestDialErrorsPass(t *testing.T) {
	var r tap.Recorder
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Dialer(nil, nil)(ctx, "tcp", "127.0.0.1:1"); err == nil {
		t.Error("no error")
	}
	hangUp := func(context.Context, string, string) (net.Conn, error) {
		a, b := net.Pipe()
		return a, b.Close()
	}
	if _, err := r.Dialer(hangUp, &tls.Config{})(t.Context(), "tcp", "h:1"); err == nil {
		t.Error("a handshake with nobody")
	}
	if r.Conns() != 0 {
		t.Error("a failed connection counts")
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
