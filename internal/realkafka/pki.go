package realkafka

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// PKI is an authority made for one cluster, with the files that clients of its TLS listener need.
type PKI struct {
	CA   string // file: the authority's certificate, PEM
	Cert string // file: a client certificate for alice, PEM
	Key  string // file: its key, PKCS#8 PEM

	dir         string
	brokerStore string // file: key and certificate of the brokers, as Kafka's PEM store wants them
	authority   *x509.Certificate
	signer      *ecdsa.PrivateKey
}

// newPKI writes an authority, a certificate for the brokers, which ended an hour ago if it is to be expired, and one for a client.
func newPKI(dir string, expired bool) (*PKI, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	p := &PKI{dir: dir, CA: filepath.Join(dir, "ca.pem"), brokerStore: filepath.Join(dir, "broker-store.pem")}
	if err := p.found(); err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	end := time.Now().Add(24 * time.Hour)
	brokerEnd := end
	if expired {
		brokerEnd = time.Now().Add(-time.Hour)
	}
	cert, key, err := p.issue("broker", brokerEnd)
	if err == nil {
		err = os.WriteFile(p.brokerStore, append(key, cert...), 0o600)
	}
	if err == nil {
		p.Cert, p.Key, err = p.write(users[1].Name, end)
	}
	if err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	return p, nil
}

// found makes the authority.
func (p *PKI) found() error {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &signer.PublicKey, signer)
	if err != nil {
		return err
	}
	if p.authority, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	p.signer = signer
	return os.WriteFile(p.CA, block("CERTIFICATE", der), 0o644)
}

// issue signs a certificate for 127.0.0.1 and localhost, good for servers and clients, from two days ago until end.
func (p *PKI) issue(commonName string, end time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName},
		NotBefore: time.Now().Add(-47 * time.Hour), NotAfter: end,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.authority, &private.PublicKey, p.signer)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8), nil
}

func (p *PKI) write(commonName string, end time.Time) (certFile, keyFile string, err error) {
	cert, key, err := p.issue(commonName, end)
	if err != nil {
		return "", "", err
	}
	base := filepath.Join(p.dir, commonName+"-"+newID())
	if err := os.WriteFile(base+".pem", cert, 0o644); err != nil {
		return "", "", err
	}
	return base + ".pem", base + ".key", os.WriteFile(base+".key", key, 0o600)
}

// Client writes a client certificate for the principal User:commonName that is good until end, which may be past.
func (p *PKI) Client(t testing.TB, commonName string, end time.Time) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile, err := p.write(commonName, end)
	if err != nil {
		t.Fatalf("make client certificate: %v", err)
	}
	return certFile, keyFile
}

// Config is a client's TLS configuration with these files; without names the client shows no certificate.
func (p *PKI) Config(t testing.TB, certFile, keyFile string) *tls.Config {
	t.Helper()
	ca, err := os.ReadFile(p.CA)
	if err != nil {
		t.Fatalf("read authority: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	config := &tls.Config{RootCAs: pool}
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			t.Fatalf("read client certificate: %v", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func block(kind string, der []byte) []byte {
	var b bytes.Buffer
	pem.Encode(&b, &pem.Block{Type: kind, Bytes: der})
	return b.Bytes()
}
