package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"weir/internal/config"
)

// FileError is a file of the configuration that can't be used: a certificate, key, token or credentials file.
type FileError struct {
	Path string // "" for PEM given in place
	Noun string // what the file should hold
	Err  error
}

func (e *FileError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s: %v", e.Noun, e.Err)
	}
	return fmt.Sprintf("%s: %s: %v", e.Noun, e.Path, e.Err)
}

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// tlsFiles makes TLS configurations of a cluster's settings, and reads its files again when they changed, so that a
// renewed certificate is used from the next connection on.
type tlsFiles struct {
	set config.TLS

	mu        sync.Mutex
	roots     *x509.CertPool
	rootsSeen stamp
	cert      *tls.Certificate
	certSeen  [2]stamp
}

// stamp tells whether a file is still the one that was read.
type stamp struct {
	at   time.Time
	size int64
}

func newTLSFiles(set config.TLS) *tlsFiles { return &tlsFiles{set: set} }

// config gives the settings for one connection to addr (host:port, as the broker advertises it).
func (f *tlsFiles) config(ctx context.Context, addr string) (*tls.Config, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(ctx); err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: f.roots, ServerName: f.set.ServerName}
	if c.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		c.ServerName = host
	}
	if f.cert != nil {
		cert := f.cert
		// Given whatever the server's list of authorities says: brokers often name none, or others.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	switch {
	case f.set.SkipVerify:
		c.InsecureSkipVerify = true
	case f.set.SkipName:
		c.InsecureSkipVerify = true
		c.VerifyConnection = chainOnly(f.roots)
	}
	return c, nil
}

// chainOnly verifies the chain up to a root and leaves the name out.
func chainOnly(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("tls: the broker sent no certificate")
		}
		between := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		if err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
		}
		return nil
	}
}

func (f *tlsFiles) load(ctx context.Context) error {
	if err := f.loadRoots(); err != nil {
		return err
	}
	return f.loadCert(ctx)
}

func (f *tlsFiles) loadRoots() error {
	if f.set.CAFile == "" && f.set.CAPEM == "" {
		return nil // the system's
	}
	seen, err := stampOf(f.set.CAFile)
	if err != nil {
		return &FileError{f.set.CAFile, "root certificates", err}
	}
	if f.roots != nil && seen == f.rootsSeen {
		return nil
	}
	pem, err := fileOr(f.set.CAFile, f.set.CAPEM)
	if err != nil {
		return &FileError{f.set.CAFile, "root certificates", err}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return &FileError{f.set.CAFile, "root certificates", errors.New("no PEM certificate in it")}
	}
	f.roots, f.rootsSeen = roots, seen
	return nil
}

func (f *tlsFiles) loadCert(ctx context.Context) error {
	if f.set.CertFile == "" && f.set.CertPEM == "" {
		return nil
	}
	seen, err := f.stampCert()
	if err != nil {
		return err
	}
	if f.cert != nil && seen == f.certSeen {
		return nil
	}
	cert, err := f.readCert(ctx)
	if err != nil {
		return err
	}
	f.cert, f.certSeen = cert, seen
	return nil
}

func (f *tlsFiles) stampCert() (s [2]stamp, err error) {
	if s[0], err = stampOf(f.set.CertFile); err != nil {
		return s, &FileError{f.set.CertFile, "client certificate", err}
	}
	if s[1], err = stampOf(f.set.KeyFile); err != nil {
		return s, &FileError{f.set.KeyFile, "client key", err}
	}
	return s, nil
}

func (f *tlsFiles) readCert(ctx context.Context) (*tls.Certificate, error) {
	certPEM, err := fileOr(f.set.CertFile, f.set.CertPEM)
	if err != nil {
		return nil, &FileError{f.set.CertFile, "client certificate", err}
	}
	inPlace, err := f.set.KeyPEM.Resolve(ctx)
	if err != nil {
		return nil, &FileError{"", "client key", err}
	}
	keyPEM, err := fileOr(f.set.KeyFile, inPlace)
	if err != nil {
		return nil, &FileError{f.set.KeyFile, "client key", err}
	}
	pass, err := f.set.KeyPass.Resolve(ctx)
	if err != nil {
		return nil, &FileError{f.set.KeyFile, "client key's password", err}
	}
	if keyPEM, err = openKey(keyPEM, pass); err != nil {
		return nil, &FileError{f.set.KeyFile, "client key", err}
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, &FileError{f.set.CertFile, "client certificate and key", err}
	}
	return &cert, nil
}

// stampOf is zero for no path: what stands in place never changes.
func stampOf(path string) (stamp, error) {
	if path == "" {
		return stamp{}, nil
	}
	i, err := os.Stat(path)
	if err != nil {
		return stamp{}, withoutPath(err)
	}
	return stamp{i.ModTime(), i.Size()}, nil
}

func fileOr(path, inPlace string) ([]byte, error) {
	if path == "" {
		return []byte(inPlace), nil
	}
	b, err := os.ReadFile(path)
	return b, withoutPath(err)
}

// withoutPath leaves out the path that FileError says already.
func withoutPath(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	return err
}
