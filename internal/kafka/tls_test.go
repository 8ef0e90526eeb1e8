package kafka

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"hash"
	"strings"
	"testing"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kfake"
)

// A renewed client certificate, and renewed roots, count from the next connection on.
func TestCertificatesAreReadAgain(t *testing.T) {
	noLeaks(t)
	old, renewed := newAuthority(t, "old"), newAuthority(t, "renewed")
	hour := time.Now().Add(time.Hour)
	addr := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{renewed.issue(hour, "127.0.0.1").pair},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: renewed.pool()})).ListenAddrs()[0]
	mine, next := old.issue(hour, "weir"), renewed.issue(hour, "weir")
	c := cluster(addr)
	c.Security.TLS = config.TLS{Enabled: true, CAFile: old.file, CertFile: mine.certFile, KeyFile: mine.keyFile}
	cl := dialed(t, c, Seeing, Options{})
	ask := func() Kind { _, err := cl.ID(t.Context()); return Explain(err).Kind }
	if got := ask(); got != KindAuthority {
		t.Errorf("with the old roots: %q", got)
	}
	rewrite(t, old.file, string(readFile(t, renewed.file)))
	if got := ask(); got != KindClientCert {
		t.Errorf("with the old certificate: %q", got)
	}
	rewrite(t, mine.certFile, string(next.certPEM))
	rewrite(t, mine.keyFile, string(next.keyPEM))
	wantID(t, cl)
}

func TestUnchangedFilesAreNotReadAgain(t *testing.T) {
	ca := newAuthority(t, "a")
	i := ca.issue(time.Now().Add(time.Hour), "weir")
	f := newTLSFiles(config.TLS{CAFile: ca.file, CertFile: i.certFile, KeyFile: i.keyFile})
	a, err := f.config(t.Context(), "h:1")
	must(t, err)
	cert := f.cert
	b, err := f.config(t.Context(), "h:2")
	must(t, err)
	if a.RootCAs != b.RootCAs || f.cert != cert || a.ServerName != "h" || b.ServerName != "h" {
		t.Error("read again")
	}
}

func TestBadFiles(t *testing.T) {
	ca := newAuthority(t, "a")
	i, other := ca.issue(time.Now().Add(time.Hour), "weir"), ca.issue(time.Now().Add(time.Hour), "weir")
	empty := writeFile(t, "empty", nil)
	for name, x := range map[string]struct {
		set  config.TLS
		want string
	}{
		"roots without a certificate": {config.TLS{CAFile: empty}, "root certificates: " + empty + ": no PEM certificate in it"},
		"no certificate":              {config.TLS{CertFile: "/nowhere", KeyFile: i.keyFile}, "client certificate: /nowhere: no such file or directory"},
		"no key":                      {config.TLS{CertFile: i.certFile, KeyFile: "/nowhere"}, "client key: /nowhere: no such file or directory"},
		"another's key":               {config.TLS{CertFile: i.certFile, KeyFile: other.keyFile}, "client certificate and key: " + i.certFile + ": tls: private key does not match public key"},
		"key in place, unset":         {config.TLS{CertPEM: string(i.certPEM), KeyPEM: config.FromEnv("WEIR_TEST_UNSET")}, "client key: secret: env:WEIR_TEST_UNSET: the environment variable WEIR_TEST_UNSET is not set"},
	} {
		if _, err := newTLSFiles(x.set).config(t.Context(), "h:1"); err == nil || err.Error() != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// encrypt makes a PKCS#8 key as openssl pkcs8 -topk8 -v2 aes256 does.
func encrypt(t *testing.T, der []byte, pass string, iterations int, prf asn1.ObjectIdentifier, h func() hash.Hash) []byte {
	t.Helper()
	salt, iv := []byte("saltsalt"), []byte("0123456789abcdef")
	key, err := pbkdf2.Key(h, pass, salt, min(max(iterations, 1), 1000), 32)
	must(t, err)
	block, err := aes.NewCipher(key)
	must(t, err)
	pad := 16 - len(der)%16
	data := append(append([]byte(nil), der...), strings.Repeat(string(rune(pad)), pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	raw := func(v any) asn1.RawValue {
		b, err := asn1.Marshal(v)
		must(t, err)
		return asn1.RawValue{FullBytes: b}
	}
	p := pbkdf2Params{Salt: salt, Iterations: iterations}
	if prf != nil {
		p.PRF = pkix.AlgorithmIdentifier{Algorithm: prf, Parameters: asn1.NullRawValue}
	}
	out, err := asn1.Marshal(encryptedKey{
		pkix.AlgorithmIdentifier{Algorithm: oidPBES2, Parameters: raw(pbes2{
			pkix.AlgorithmIdentifier{Algorithm: oidPBKDF2, Parameters: raw(p)},
			pkix.AlgorithmIdentifier{Algorithm: oidAES256, Parameters: raw(iv)},
		})}, data})
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: out})
}

func TestEncryptedKeys(t *testing.T) {
	ca := newAuthority(t, "a")
	i := ca.issue(time.Now().Add(time.Hour), "weir")
	b, _ := pem.Decode(i.keyPEM)
	for name, enc := range map[string][]byte{
		"sha256": encrypt(t, b.Bytes, "s3cret", 1000, oidSHA256, sha256.New),
		"sha1":   encrypt(t, b.Bytes, "s3cret", 1000, nil, sha1.New),
	} {
		set := config.TLS{CertFile: i.certFile, KeyFile: writeFile(t, "k.p8", enc), KeyPass: config.Literal("s3cret")}
		if _, err := newTLSFiles(set).config(t.Context(), "h:1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		set.KeyPass = config.Secret{}
		if _, err := newTLSFiles(set).config(t.Context(), "h:1"); err == nil || !strings.HasSuffix(err.Error(), "it is encrypted and no key_password is set") {
			t.Errorf("%s without a password: %v", name, err)
		}
		if der, err := openKey(enc, "wrong"); err == nil && fmt.Sprint(der) == fmt.Sprint(i.keyPEM) {
			t.Errorf("%s: opened by a wrong password", name)
		}
	}
	if _, err := openKey(encrypt(t, b.Bytes, "s", maxIterations+1, oidSHA256, sha256.New), "s"); err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("too much work: %v", err)
	}
	if _, err := openKey(encrypt(t, b.Bytes, "s", 1000, asn1.ObjectIdentifier{1, 2, 3}, sha256.New), "s"); err == nil || !strings.Contains(err.Error(), "1.2.3") {
		t.Errorf("an unknown hash: %v", err)
	}
	old := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES-128-CBC,00"}, Bytes: []byte{1}})
	if _, err := openKey(old, "s"); err == nil || !strings.Contains(err.Error(), "openssl pkcs8") {
		t.Errorf("the old way: %v", err)
	}
	if got, err := openKey(i.keyPEM, "unused"); err != nil || string(got) != string(i.keyPEM) {
		t.Errorf("a plain key: %v", err)
	}
}

func FuzzOpenKey(f *testing.F) {
	f.Add([]byte("x"), "p")
	f.Fuzz(func(t *testing.T, der []byte, pass string) {
		_, _ = openKey(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), pass)
	})
}
