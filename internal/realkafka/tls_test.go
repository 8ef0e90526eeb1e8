package realkafka

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// tlsPing logs in with these files, none if empty, and tells what came of it.
func tlsPing(t *testing.T, c *Cluster, certFile, keyFile string) error {
	t.Helper()
	cl := c.Client(t, kgo.SeedBrokers(c.TLSSeeds()...), kgo.DialTLSConfig(c.PKI().Config(t, certFile, keyFile)),
		kgo.RequestRetries(0), kgo.RetryTimeout(5*time.Second))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return cl.Ping(ctx)
}

func TestTLS(t *testing.T) {
	c := Start(t, Options{TLS: true})
	pki := c.PKI()
	if err := tlsPing(t, c, pki.Cert, pki.Key); err != nil {
		t.Errorf("with the certificate of the cluster: %v", err)
	}
	cert, key := pki.Client(t, "dave", time.Now().Add(time.Hour))
	if err := tlsPing(t, c, cert, key); err != nil {
		t.Errorf("with a certificate of the test: %v", err)
	}
	cert, key = pki.Client(t, "erin", time.Now().Add(-time.Hour))
	if err := tlsPing(t, c, cert, key); err == nil {
		t.Error("an expired certificate was accepted")
	} else {
		t.Logf("expired: %v", err)
	}
	if err := tlsPing(t, c, "", ""); err == nil {
		t.Error("no certificate was accepted")
	} else {
		t.Logf("none: %v", err)
	}
}

func TestExpiredTLS(t *testing.T) {
	c := Start(t, Options{TLS: true, ExpiredTLS: true})
	err := tlsPing(t, c, c.PKI().Cert, c.PKI().Key)
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Fatalf("want an expired certificate, got %v", err)
	}
}
