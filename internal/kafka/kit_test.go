package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"
)

// authority issues certificates for the tests.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // PEM
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{t: t, key: newKey(t)}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, a.key.Public(), a.key)
	must(t, err)
	a.cert, err = x509.ParseCertificate(der)
	must(t, err)
	a.file = writeFile(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return k
}

type issued struct {
	pair              tls.Certificate
	certPEM, keyPEM   []byte
	certFile, keyFile string
}

// issue gives a certificate for names and addresses that ends at until.
func (a *authority) issue(until time.Time, names ...string) issued {
	key := newKey(a.t)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, key.Public(), a.key)
	must(a.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	must(a.t, err)
	i := issued{
		certPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		keyPEM:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}
	i.pair, err = tls.X509KeyPair(i.certPEM, i.keyPEM)
	must(a.t, err)
	i.certFile, i.keyFile = writeFile(a.t, "cert.pem", i.certPEM), writeFile(a.t, "key.pem", i.keyPEM)
	return i
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func writeFile(t *testing.T, name string, b []byte) string {
	p := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(p, b, 0o600))
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// noLeaks checks that the test leaves no goroutine; to be called before anything is started.
func noLeaks(t *testing.T) {
	now := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		err := goleak.Find(now)
		for range 20 { // a busy machine takes long to run what only has to end: the fake fills the size that a foreign protocol tells
			if err == nil {
				return
			}
			err = goleak.Find(now)
		}
		t.Error(err)
	})
}

func fake(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.ClusterID("test-cluster"), kfake.SeedTopics(2, "orders")}, opts...)...)
	must(t, err)
	t.Cleanup(c.Close)
	return c
}

func cluster(addrs ...string) config.Cluster {
	return config.Cluster{Name: "test", Brokers: addrs, Timeout: 5 * time.Second}
}

func dialed(t *testing.T, c config.Cluster, role Role, o Options) *Client {
	t.Helper()
	cl, err := Dial(t.Context(), c, role, o)
	must(t, err)
	t.Cleanup(cl.Close)
	return cl
}

// listen serves every connection on loopback with f, which must return when the connection is closed.
func listen(t *testing.T, f func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	var ctx, cancel = context.WithCancel(context.Background())
	go func() {
		defer close(done)
		serve(ctx, l, f)
	}()
	t.Cleanup(func() { cancel(); _ = l.Close(); <-done })
	return l.Addr().String()
}

func serve(ctx context.Context, l net.Listener, f func(net.Conn)) {
	running := make(chan struct{}, 1024)
	n := 0
	for {
		c, err := l.Accept()
		if err != nil {
			break
		}
		n++
		stop := context.AfterFunc(ctx, func() { _ = c.Close() })
		go func() {
			defer func() { stop(); _ = c.Close(); running <- struct{}{} }()
			f(c)
		}()
	}
	for range n {
		<-running
	}
}

func readFile(t *testing.T, p string) []byte {
	b, err := os.ReadFile(p)
	must(t, err)
	return b
}

// rewrite changes a file and its time, which some file systems keep in coarse steps.
func rewrite(t *testing.T, p, text string) {
	must(t, os.WriteFile(p, []byte(text), 0o600))
	later := time.Now().Add(time.Minute)
	must(t, os.Chtimes(p, later, later))
}
