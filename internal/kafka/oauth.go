package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"weir/internal/config"
)

// tokenSource gives OAUTHBEARER tokens: from a file that another program keeps fresh, read anew each time, or from a
// token endpoint by client credentials (RFC 6749 §4.4), kept until shortly before it expires.
type tokenSource struct {
	set config.OAuth
	tls config.TLS
	now func() time.Time

	mu    sync.Mutex
	token string
	until time.Time // when to ask again
}

const maxToken = 64 << 10 // bytes of a token file or of the endpoint's answer

func newTokenSource(set config.OAuth, t config.TLS) *tokenSource {
	return &tokenSource{set: set, tls: t, now: time.Now}
}

func (s *tokenSource) get(ctx context.Context) (string, error) {
	if s.set.TokenFile != "" {
		t, err := readToken(s.set.TokenFile)
		if err != nil {
			return "", &CredentialError{"token", &FileError{s.set.TokenFile, "token file", err}}
		}
		return t, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.now().Before(s.until) {
		return s.token, nil
	}
	asked := s.now()
	t, lives, err := s.ask(ctx)
	if err != nil {
		return "", &CredentialError{"token", err}
	}
	s.token, s.until = t, asked.Add(keep(lives))
	return t, nil
}

// keep is how long a token is used: four fifths of its life, and at least 30 s less than it, so that it does not expire
// on its way. A life the endpoint doesn't tell is taken as none.
func keep(lives time.Duration) time.Duration {
	return max(0, min(lives*4/5, lives-30*time.Second))
}

func (s *tokenSource) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
}

func readToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", withoutPath(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxToken+1))
	if err != nil {
		return "", withoutPath(err)
	}
	t := strings.TrimSpace(string(b))
	switch {
	case len(b) > maxToken:
		return "", fmt.Errorf("longer than %d bytes", maxToken)
	case t == "":
		return "", errors.New("empty")
	}
	return t, nil
}

// ask fetches a token and tells its life, 0 where the endpoint doesn't say.
func (s *tokenSource) ask(ctx context.Context) (string, time.Duration, error) {
	req, err := s.request(ctx)
	if err != nil {
		return "", 0, err
	}
	transport, err := s.transport()
	if err != nil {
		return "", 0, err
	}
	defer transport.CloseIdleConnections()
	resp, err := httpClient(transport).Do(req)
	if err != nil {
		// The text of a url.Error holds the URL, which may hold more than should be shown.
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return "", 0, fmt.Errorf("token endpoint %s: %w", req.URL.Host, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken+1))
	if err != nil {
		return "", 0, fmt.Errorf("token endpoint %s: %w", req.URL.Host, err)
	}
	t, lives, err := parseToken(resp.StatusCode, body)
	if err != nil {
		return "", 0, fmt.Errorf("token endpoint %s: %w", req.URL.Host, err)
	}
	return t, lives, nil
}

func (s *tokenSource) request(ctx context.Context) (*http.Request, error) {
	secret, err := s.set.ClientSecret.Resolve(ctx)
	if err != nil {
		return nil, fmt.Errorf("client secret: %w", err)
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if s.set.Scope != "" {
		form.Set("scope", s.set.Scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.set.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, errors.New("token_url is not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	// RFC 6749 §2.3.1: both are form-encoded before they become a basic credential.
	req.SetBasicAuth(url.QueryEscape(s.set.ClientID), url.QueryEscape(secret))
	return req, nil
}

// transport trusts the system's roots, and the cluster's beside them: in-house endpoints often share its authority.
func (s *tokenSource) transport() (*http.Transport, error) {
	t := &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if s.tls.CAFile == "" && s.tls.CAPEM == "" {
		return t, nil
	}
	pem, err := fileOr(s.tls.CAFile, s.tls.CAPEM)
	if err != nil {
		return nil, &FileError{s.tls.CAFile, "root certificates", err}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(pem)
	t.TLSClientConfig.RootCAs = roots
	return t, nil
}

// parseToken reads a token endpoint's answer (RFC 6749 §5). Of a refusal it shows the error code only if that is one of
// the RFC's plain words, so that nothing of the exchange leaks.
func parseToken(status int, body []byte) (string, time.Duration, error) {
	var a struct {
		Token   string          `json:"access_token"`
		Expires json.RawMessage `json:"expires_in"`
		Error   string          `json:"error"`
	}
	bad := json.Unmarshal(body, &a) != nil || len(body) > maxToken
	switch {
	case status != http.StatusOK && !bad && plainWord(a.Error):
		return "", 0, fmt.Errorf("refused with HTTP status %d, %s", status, a.Error)
	case status != http.StatusOK:
		return "", 0, fmt.Errorf("refused with HTTP status %d", status)
	case bad:
		return "", 0, errors.New("the answer is not JSON")
	case a.Token == "":
		return "", 0, errors.New("the answer holds no access_token")
	}
	return a.Token, seconds(a.Expires), nil
}

// seconds reads expires_in, which some endpoints give as a string; 0 where it can't be read.
func seconds(raw json.RawMessage) time.Duration {
	var n json.Number
	if json.Unmarshal([]byte(strings.Trim(string(raw), `"`)), &n) != nil {
		return 0
	}
	v, err := n.Float64()
	if err != nil || v < 0 {
		return 0
	}
	return time.Duration(min(v, 365*24*3600) * float64(time.Second))
}

func plainWord(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}
