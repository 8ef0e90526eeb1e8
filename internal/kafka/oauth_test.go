package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/config"
)

// tokenEndpoint stands in for an identity provider; each grant gives another token.
func tokenEndpoint(t *testing.T, answer func(n int32, w http.ResponseWriter)) (string, *atomic.Int32) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, ok := r.BasicAuth()
		if !ok || id != "we%2Fir" || secret != "se%2Bcret" || r.Method != http.MethodPost ||
			r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "kafka read" {
			t.Errorf("request %s %v %q %q", r.Method, r.Form, id, secret)
		}
		answer(n.Add(1), w)
	}))
	t.Cleanup(s.Close)
	return s.URL, &n
}

func clientCredentials(url string) config.OAuth {
	return config.OAuth{TokenURL: url, ClientID: "we/ir", ClientSecret: config.Literal("se+cret"), Scope: "kafka read",
		Extensions: map[string]string{"logicalCluster": "lkc-1"}}
}

func grant(n int32, w http.ResponseWriter) {
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":300}`, n)
}

func TestTokenIsKeptUntilShortlyBeforeItExpires(t *testing.T) {
	noLeaks(t)
	url, asked := tokenEndpoint(t, grant)
	s := newTokenSource(clientCredentials(url), config.TLS{})
	now := time.Unix(1_000_000, 0)
	s.now = func() time.Time { return now }
	for _, x := range []struct {
		after time.Duration
		want  string
	}{{0, "token-1"}, {239 * time.Second, "token-1"}, {240 * time.Second, "token-2"}, {241 * time.Second, "token-2"}} {
		now = time.Unix(1_000_000, 0).Add(x.after)
		if got, err := s.get(t.Context()); got != x.want || err != nil {
			t.Errorf("after %v: %q, %v", x.after, got, err)
		}
	}
	s.drop()
	if got, _ := s.get(t.Context()); got != "token-3" || asked.Load() != 3 {
		t.Errorf("after a refusal: %q, asked %d times", got, asked.Load())
	}
}

func TestKeep(t *testing.T) {
	for lives, want := range map[time.Duration]time.Duration{0: 0, 10 * time.Second: 0, 60 * time.Second: 30 * time.Second, time.Hour: 48 * time.Minute} {
		if got := keep(lives); got != want {
			t.Errorf("%v: %v", lives, got)
		}
	}
}

func TestTokenEndpointsRefusals(t *testing.T) {
	noLeaks(t)
	for name, x := range map[string]struct {
		answer func(http.ResponseWriter)
		want   string
	}{
		"refused": {func(w http.ResponseWriter) {
			w.WriteHeader(401)
			io.WriteString(w, `{"error":"invalid_client","error_description":"se+cret"}`)
		}, "refused with HTTP status 401, invalid_client"},
		"odd error": {func(w http.ResponseWriter) { w.WriteHeader(400); io.WriteString(w, `{"error":"se+cret is wrong"}`) }, "refused with HTTP status 400"},
		"redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(302)
		}, "refused with HTTP status 302"},
		"not JSON": {func(w http.ResponseWriter) { io.WriteString(w, "<html>") }, "the answer is not JSON"},
		"no token": {func(w http.ResponseWriter) { io.WriteString(w, `{}`) }, "the answer holds no access_token"},
		"too long": {func(w http.ResponseWriter) { io.WriteString(w, `{"access_token":"`+strings.Repeat("a", maxToken)+`"}`) }, "the answer is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := tokenEndpoint(t, func(_ int32, w http.ResponseWriter) { x.answer(w) })
			_, err := newTokenSource(clientCredentials(url), config.TLS{}).get(t.Context())
			if err == nil || !strings.HasSuffix(err.Error(), x.want) || strings.Contains(err.Error(), "se+cret") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTokenEndpointByTLSOfTheClustersAuthority(t *testing.T) {
	noLeaks(t)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { grant(1, w) }))
	t.Cleanup(s.Close)
	ca := writeFile(t, "ca.pem", pemOf(s.Certificate().Raw))
	if got, err := newTokenSource(clientCredentials(s.URL), config.TLS{CAFile: ca}).get(t.Context()); got != "token-1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := newTokenSource(clientCredentials(s.URL), config.TLS{}).get(t.Context()); err == nil {
		t.Error("an unknown authority is trusted")
	}
}

func TestTokenFileIsReadAgain(t *testing.T) {
	f := writeFile(t, "token", []byte(" one\n"))
	s := newTokenSource(config.OAuth{TokenFile: f}, config.TLS{})
	for _, want := range []string{"one", "two"} {
		if got, err := s.get(t.Context()); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		rewrite(t, f, "two\n")
	}
	rewrite(t, f, " \n")
	if _, err := s.get(t.Context()); err == nil || !strings.Contains(err.Error(), f+": empty") {
		t.Errorf("%v", err)
	}
}

func TestSeconds(t *testing.T) {
	for in, want := range map[string]time.Duration{`300`: 300 * time.Second, `"300"`: 300 * time.Second, `0.5`: 500 * time.Millisecond, `-1`: 0, `null`: 0, `"x"`: 0, ``: 0, `1e300`: 365 * 24 * time.Hour} {
		if got := seconds(json.RawMessage(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"a","expires_in":300}`))
	f.Add(400, []byte(`{"error":"invalid_scope"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		tok, lives, err := parseToken(status, body)
		if (err == nil) != (tok != "") || lives < 0 {
			t.Fatalf("%q, %v, %v", tok, lives, err)
		}
	})
}

// What a broker is shown: RFC 7628's message with token and extensions, through a client's whole login.
func TestOAuthBearerAtABroker(t *testing.T) {
	noLeaks(t)
	url, _ := tokenEndpoint(t, grant)
	said := make(chan string, 8)
	addr := listen(t, func(c net.Conn) { saslServer(c, "OAUTHBEARER", said) })
	c := cluster(addr)
	c.Security.SASL = config.SASL{Mechanism: config.OAuthBearer, OAuth: clientCredentials(url)}
	wantID(t, dialed(t, c, Seeing, Options{}))
	if got := <-said; got != "n,,\x01auth=Bearer token-1\x01logicalCluster=lkc-1\x01\x01" {
		t.Errorf("%q", got)
	}
}

func TestSOCKS5(t *testing.T) {
	noLeaks(t)
	broker := fake(t).ListenAddrs()[0]
	proxied := make(chan string, 8)
	c := cluster("broker.inside:9092")
	c.Addresses = map[string]string{"broker.inside:9092": broker}
	c.SOCKS5 = listen(t, func(c net.Conn) { socks5(c, "anna", "s3cret", proxied) })
	c.SOCKS5User, c.SOCKS5Pass = config.Literal("anna"), config.Literal("s3cret")
	wantID(t, dialed(t, c, Seeing, Options{}))
	if got := <-proxied; got != broker {
		t.Errorf("the proxy was asked for %s", got)
	}
	c.SOCKS5Pass = config.Literal("wrong")
	_, err := dialed(t, c, Seeing, Options{}).ID(t.Context())
	p := Explain(err)
	if p.Kind != KindProxy || p.Sentence != "broker broker.inside:9092 (by way of "+broker+") through the SOCKS5 proxy "+c.SOCKS5+" can't be reached: username/password authentication failed" {
		t.Errorf("%+v", p)
	}
	c.SOCKS5 = "127.0.0.1:1"
	_, err = dialed(t, c, Seeing, Options{}).ID(t.Context())
	if p := Explain(err); p.Kind != KindProxy || !strings.HasSuffix(p.Sentence, "can't be reached: connection refused") {
		t.Errorf("%+v", p)
	}
}

func TestSOCKS5IsCancelled(t *testing.T) {
	noLeaks(t)
	c := cluster("b:1")
	c.SOCKS5 = listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(30*time.Millisecond, cancel)
	if _, err := newDialer(c, Seeing, Options{}).dial(ctx, "tcp", "b:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
