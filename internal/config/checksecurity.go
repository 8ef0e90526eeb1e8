package config

import (
	"net/url"
	"slices"
)

var mechanisms = []Mechanism{Plain, Scram256, Scram512, OAuthBearer, AWSMSKIAM}

// security checks the combination of settings of one principal.
func (c *checker) security(at path, s *Security) {
	c.tls(at.with("tls"), &s.TLS)
	c.sasl(at.with("sasl"), s.SASL)
	switch {
	case s.SASL.Mechanism == "" || s.TLS.Enabled:
	case s.SASL.Mechanism == Plain || s.SASL.Mechanism == OAuthBearer:
		c.warn(at.with("sasl"), "%s without TLS sends the credentials across the network in clear text", s.SASL.Mechanism)
	default:
		c.warn(at.with("sasl"), "%s without TLS: what is read and written crosses the network in clear text", s.SASL.Mechanism)
	}
}

func (c *checker) tls(at path, t *TLS) {
	if c.given(at) && !c.given(at.with("enabled")) {
		t.Enabled = true
	}
	if !t.Enabled && (t.CAFile != "" || t.CertFile != "" || t.ServerName != "" || t.SkipVerify || t.SkipName) {
		c.warn(at.with("enabled"), "TLS is off, so the other settings of it don't count")
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		c.refuse(at, "cert_file and key_file go together (they may name the same file)")
	}
	if !t.KeyPass.IsZero() && t.KeyFile == "" {
		c.refuse(at.with("key_password"), "key_password without key_file")
	}
	if t.Enabled && t.SkipVerify {
		c.warn(at.with("skip_verify"), "any certificate is accepted, so anyone on the way can read and change what is sent")
	}
	if t.Enabled && t.SkipName && !t.SkipVerify {
		c.warn(at.with("skip_name_check"), "the broker's name is not verified: any certificate of the same authority is accepted")
	}
}

func (c *checker) sasl(at path, s SASL) {
	if c.given(at) && s.Mechanism == "" {
		c.refuse(at, "set mechanism: one of %s", listed(mechanisms))
		return
	}
	login := s.Mechanism == Plain || s.Mechanism == Scram256 || s.Mechanism == Scram512
	switch {
	case s.Mechanism != "" && !slices.Contains(mechanisms, s.Mechanism):
		c.refuse(at.with("mechanism"), "want one of %s, got %q", listed(mechanisms), s.Mechanism)
		return
	case login && (s.Username == "" || s.Password.IsZero()):
		c.refuse(at, "%s needs username and password", s.Mechanism)
	case s.Mechanism == OAuthBearer:
		c.oauth(at.with("oauth"), s.OAuth)
	case s.Mechanism == AWSMSKIAM:
		c.aws(at.with("aws"), s.AWS)
	}
	for key, used := range map[string]bool{
		"username": login, "password": login, "oauth": s.Mechanism == OAuthBearer, "aws": s.Mechanism == AWSMSKIAM,
	} {
		if c.given(at.with(key)) && !used {
			c.refuse(at.with(key), "%s doesn't use this; take it out or change mechanism", s.Mechanism)
		}
	}
}

func listed(ms []Mechanism) string {
	text := string(ms[0])
	for _, m := range ms[1:] {
		text += ", " + string(m)
	}
	return text
}

func (c *checker) oauth(at path, o OAuth) {
	switch {
	case (o.TokenURL == "") == (o.TokenFile == ""):
		c.refuse(at, "OAUTHBEARER needs exactly one of token_url and token_file")
		return
	case o.TokenFile != "":
		if o.ClientID != "" || !o.ClientSecret.IsZero() || o.Scope != "" {
			c.refuse(at, "client_id, client_secret and scope are for token_url, not for token_file")
		}
		return
	case o.ClientID == "" || o.ClientSecret.IsZero():
		c.refuse(at, "token_url needs client_id and client_secret")
	}
	c.tokenURL(at.with("token_url"), o.TokenURL)
}

// tokenURL checks the address of a token endpoint. It is not repeated: it may hold credentials.
func (c *checker) tokenURL(at path, raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		c.refuse(at, "want an address such as https://login.example.com/oauth2/token")
	case u.User != nil:
		c.refuse(at, "want an address without user name and password: they go into client_id and client_secret")
	case u.Scheme == "http":
		c.warn(at, "the client secret is sent across the network in clear text; use https")
	}
}

func (c *checker) aws(at path, a AWS) {
	if (a.AccessKey == "") != a.SecretKey.IsZero() {
		c.refuse(at, "access_key and secret_key go together: set both, or neither to use the environment's or a profile's")
	}
	if a.AccessKey == "" && !a.Token.IsZero() {
		c.refuse(at.with("token"), "token needs access_key and secret_key")
	}
	if a.AccessKey != "" && a.Profile != "" {
		c.refuse(at.with("profile"), "set profile or access_key, not both")
	}
}
