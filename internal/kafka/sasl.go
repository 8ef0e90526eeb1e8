package kafka

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// login is one principal's SASL mechanism. Secrets are resolved at the first authentication and kept until a broker
// refuses one, so that a slow password program runs once and a rotated password is found.
type login struct {
	mechanism sasl.Mechanism
	password  *credential // nil where the mechanism has none
	token     *tokenSource
}

// newLogin gives nil without a mechanism.
func newLogin(s config.Security) (*login, error) {
	c := s.SASL
	l := &login{password: &credential{secret: c.Password}}
	switch c.Mechanism {
	case "":
		return nil, nil
	case config.Plain:
		l.mechanism = plain.Plain(func(ctx context.Context) (plain.Auth, error) {
			pass, err := l.password.get(ctx)
			return plain.Auth{User: c.Username, Pass: pass}, err
		})
	case config.Scram256, config.Scram512:
		auth := func(ctx context.Context) (scram.Auth, error) {
			pass, err := l.password.get(ctx)
			return scram.Auth{User: c.Username, Pass: pass}, err
		}
		l.mechanism = scram.Sha256(auth)
		if c.Mechanism == config.Scram512 {
			l.mechanism = scram.Sha512(auth)
		}
	case config.OAuthBearer:
		l.token = newTokenSource(c.OAuth, s.TLS)
		l.mechanism = oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
			t, err := l.token.get(ctx)
			return oauth.Auth{Token: t, Extensions: c.OAuth.Extensions}, err
		})
	case config.AWSMSKIAM:
		l.mechanism = newMSKIAM(c.AWS)
	default:
		return nil, fmt.Errorf("kafka: sasl mechanism %q: not supported", c.Mechanism)
	}
	return l, nil
}

// refused drops what a broker did not accept.
func (l *login) refused() {
	l.password.drop()
	if l.token != nil {
		l.token.drop()
	}
}

// CredentialError is a secret, token or key that could not be had, so that no authentication was tried.
type CredentialError struct {
	Noun string
	Err  error
}

func (e *CredentialError) Error() string { return fmt.Sprintf("%s: %v", e.Noun, e.Err) }

// Unwrap gives the cause.
func (e *CredentialError) Unwrap() error { return e.Err }

// credential is a secret resolved once.
type credential struct {
	secret config.Secret
	mu     sync.Mutex
	value  string
	known  bool
}

func (c *credential) get(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known {
		return c.value, nil
	}
	v, err := c.secret.Resolve(ctx)
	if err != nil {
		return "", &CredentialError{"password", err}
	}
	c.value, c.known = v, true
	return v, nil
}

func (c *credential) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.value, c.known = "", false
}

// httpClient asks a token endpoint: bounded, without keep-alive, and never following a redirect, which could carry the
// client secret elsewhere.
func httpClient(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     t,
		Timeout:       tokenTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

const tokenTimeout = 10 * time.Second
