package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// expiresSoon is when doctor begins to say that a certificate ends.
const expiresSoon = 14 * 24 * time.Hour

// inDays tells when something ends: in 2 days.
func inDays(n int) string {
	if n == 1 {
		return "in 1 day"
	}
	return fmt.Sprintf("in %d days", n)
}

// describeTLS tells the broker's certificate and what is to be done about it.
func describeTLS(c net.Conn, set config.TLS, now time.Time) (detail, remedy string, err error) {
	t, ok := c.(*tls.Conn)
	if !ok {
		return "", "", fmt.Errorf("%T is not a TLS connection", c)
	}
	s := t.ConnectionState()
	if len(s.PeerCertificates) == 0 {
		return "", "", errors.New("the broker sent no certificate")
	}
	cert := s.PeerCertificates[0]
	left := cert.NotAfter.Sub(now)
	detail = fmt.Sprintf("%s; certificate for %s, issued by %q, ends %s, %s", tls.VersionName(s.Version), certNames(cert),
		cert.Issuer.CommonName, day(cert.NotAfter), inDays(int(left.Hours()/24)))
	var todo []string
	if left < expiresSoon {
		todo = append(todo, "renew the broker's certificate")
	}
	switch {
	case set.SkipVerify:
		detail += "; not verified"
		todo = append(todo, "set security.tls.ca_file and take skip_verify out: anyone in between could pose as the broker")
	case set.SkipName:
		detail += "; its name was not verified"
	}
	return detail, strings.Join(todo, "; "), nil
}

// mechanismError is a handshake for a mechanism that is not enabled.
type mechanismError struct{ offered []string }

func (e *mechanismError) Error() string { return kerr.UnsupportedSaslMechanism.Error() }

// Unwrap gives the broker's code.
func (e *mechanismError) Unwrap() error { return kerr.UnsupportedSaslMechanism }

// logIn authenticates on x (KIP-152) as a client would.
func (d *doctor) logIn(ctx context.Context, x *exchange, addr string) (detail, remedy string, err error) {
	set := d.cluster.Security.SASL
	l, err := newLogin(d.cluster.Security)
	if err != nil {
		return "", "", err
	}
	h, err := handshake(ctx, x, string(set.Mechanism))
	if err != nil {
		return "", "", err
	}
	if e := kerr.ErrorForCode(h.ErrorCode); e != nil {
		if errors.Is(e, kerr.UnsupportedSaslMechanism) {
			return "", "", &mechanismError{h.SupportedMechanisms}
		}
		return "", "", e
	}
	session, out, err := l.mechanism.Authenticate(ctx, addr)
	if err != nil {
		return "", "", err
	}
	lives, err := converse(ctx, x, session, out)
	if err != nil {
		return "", "", err
	}
	detail = "logged in by " + string(set.Mechanism)
	if set.Username != "" {
		detail += fmt.Sprintf(" as %q", set.Username)
	}
	if lives > 0 {
		detail += fmt.Sprintf(", to be renewed within %s", lives)
	}
	return detail, "", nil
}

// converse exchanges the mechanism's messages and gives the session's life, 0 without end (KIP-368).
func converse(ctx context.Context, x *exchange, s interface {
	Challenge([]byte) (bool, []byte, error)
}, out []byte) (time.Duration, error) {
	for done := false; !done || len(out) > 0; {
		req := kmsg.NewPtrSASLAuthenticateRequest()
		req.Version, req.SASLAuthBytes = 1, out
		resp, err := x.ask(ctx, req)
		if err != nil {
			return 0, err
		}
		a, ok := resp.(*kmsg.SASLAuthenticateResponse)
		if !ok {
			return 0, errForeign
		}
		if err := kerr.ErrorForCode(a.ErrorCode); err != nil {
			return 0, err
		}
		if done {
			return time.Duration(a.SessionLifetimeMillis) * time.Millisecond, nil
		}
		if done, out, err = s.Challenge(a.SASLAuthBytes); err != nil {
			return 0, err
		}
		if done && len(out) == 0 {
			return time.Duration(a.SessionLifetimeMillis) * time.Millisecond, nil
		}
	}
	return 0, nil
}
