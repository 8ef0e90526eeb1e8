package config

import (
	"maps"
	"slices"
	"strings"
)

// The properties of OAUTHBEARER, whose values may also be options of the login module.
const (
	oauthID     = "sasl.oauthbearer.client.credentials.client.id"
	oauthSecret = "sasl.oauthbearer.client.credentials.client.secret"
	oauthScope  = "sasl.oauthbearer.scope"
	jaasKey     = "sasl.jaas.config"
)

// The login modules of Apache's clients and of AWS's signer, by class.
const (
	plainModule = "org.apache.kafka.common.security.plain.PlainLoginModule"
	scramModule = "org.apache.kafka.common.security.scram.ScramLoginModule"
	oauthModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
	awsModule   = "software.amazon.msk.auth.iam.IAMLoginModule"
)

func (a *apache) sasl() SASL {
	s := SASL{Mechanism: Mechanism(a.get("sasl.mechanism"))}
	if !slices.Contains(mechanisms, s.Mechanism) {
		a.mechanismProblem(string(s.Mechanism))
		return SASL{}
	}
	l, ok := a.jaas()
	if !ok {
		return SASL{}
	}
	aws := a.awsHandlers()
	if aws && s.Mechanism == OAuthBearer {
		s.Mechanism = AWSMSKIAM // MSK takes the same signature by either mechanism
	} else if want := moduleOf(s.Mechanism); l.module != want {
		a.refuse(jaasKey, "the mechanism %s needs the login module %s", s.Mechanism, want)
		return SASL{}
	}
	known := map[string]bool{}
	switch s.Mechanism {
	case OAuthBearer:
		s.OAuth = a.oauth(l, known)
	case AWSMSKIAM:
		s.AWS = AWS{Profile: l.options["awsProfileName"]}
		known["awsProfileName"] = true
	default:
		known["username"], known["password"] = true, true
		s.Username, s.Password = l.options["username"], a.secret(jaasKey, l.options["password"])
		if s.Username == "" || l.options["password"] == "" {
			a.refuse(jaasKey, "%s needs username=\"…\" and password=\"…\"", s.Mechanism)
		}
	}
	a.jaasOptions(l, known)
	return s
}

func moduleOf(m Mechanism) string {
	switch m {
	case Plain:
		return plainModule
	case OAuthBearer:
		return oauthModule
	case AWSMSKIAM:
		return awsModule
	}
	return scramModule
}

func (a *apache) mechanismProblem(got string) {
	if got == "" {
		a.refuse("sasl.mechanism", "isn't set, and the default of Apache's clients, GSSAPI (Kerberos), isn't supported; want one of %s", listed(mechanisms))
		return
	}
	a.refuse("sasl.mechanism", "want one of %s, got %q", listed(mechanisms), got)
}

func (a *apache) jaas() (login, bool) {
	text := a.get(jaasKey)
	if text == "" {
		a.refuse(jaasKey, "isn't set; the credentials stand there (a separate JAAS file isn't read)")
		return login{}, false
	}
	l, err := parseJAAS(text)
	if err != nil {
		a.refuse(jaasKey, "%v", err)
	}
	return l, err == nil
}

// awsHandlers tells whether the callback handlers are those of AWS's signer. Other handlers are programs that can't be
// run here, save Apache's own for OAUTHBEARER.
func (a *apache) awsHandlers() bool {
	aws := false
	for _, key := range []string{"sasl.client.callback.handler.class", "sasl.login.callback.handler.class"} {
		switch class := a.get(key); {
		case class == "", strings.HasPrefix(class, "org.apache.kafka.common.security.oauthbearer.") &&
			strings.HasSuffix(class, ".OAuthBearerLoginCallbackHandler"):
		case strings.HasPrefix(class, "software.amazon.msk.auth.iam.IAM"):
			aws = true
		default:
			a.refuse(key, "the handler %q can't be run; for OAUTHBEARER, a token file that another program keeps fresh does the same", class)
		}
	}
	return aws
}

func (a *apache) oauth(l login, known map[string]bool) OAuth {
	var o OAuth
	if class := a.get("sasl.oauthbearer.jwt.retriever.class"); strings.HasSuffix(class, ".JwtBearerJwtRetriever") {
		a.refuse("sasl.oauthbearer.jwt.retriever.class", "the JWT bearer grant isn't supported; use client credentials or a token file")
		return o
	}
	if a.get("sasl.oauthbearer.token.endpoint.url") == "" {
		a.refuse("sasl.oauthbearer.token.endpoint.url", "isn't set; want an https: address, or a file: address of a token file")
		return o
	}
	a.tokenEndpoint(&o)
	option := func(key, name string) (string, string) {
		known[name] = true
		if v := a.get(key); v != "" {
			return v, key
		}
		return l.options[name], jaasKey
	}
	id, _ := option(oauthID, "clientId")
	secret, at := option(oauthSecret, "clientSecret")
	scope, _ := option(oauthScope, "scope")
	for _, name := range slices.Sorted(maps.Keys(l.options)) {
		if ext, ok := strings.CutPrefix(name, "extension_"); ok {
			known[name] = true
			if o.Extensions == nil {
				o.Extensions = map[string]string{}
			}
			o.Extensions[ext] = l.options[name]
		}
	}
	if o.TokenURL == "" {
		return o
	}
	o.ClientID, o.ClientSecret, o.Scope = id, a.secret(at, secret), scope
	if id == "" || secret == "" {
		a.refuse(jaasKey, `the token endpoint needs clientId="…" and clientSecret="…"`)
	}
	return o
}

// jaasOptions refuses options that would change who signs in, and warns of the rest that has no effect.
func (a *apache) jaasOptions(l login, known map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(l.options)) {
		switch {
		case known[name]:
		case strings.HasPrefix(name, "awsRole"), strings.HasPrefix(name, "unsecured"), name == "tokenauth":
			a.refuse(jaasKey, "the option %q isn't supported", name)
		default:
			a.warn(jaasKey, "the option %q is ignored", name)
		}
	}
}
