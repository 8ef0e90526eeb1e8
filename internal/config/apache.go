package config

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FromProperties reads a client.properties file as the --command-config of Apache's tools. The Cluster has no name, no
// brokers unless the file says bootstrap.servers, and the defaults for what such a file doesn't hold; paths in it start
// at the working directory, as there. What the file says and weir doesn't use is in the warnings. Errors are Problems,
// all at once. A literal secret is refused if others can read the file.
func FromProperties(path string) (Cluster, []Problem, error) {
	text, exposed, err := readPrivate(path)
	if err != nil {
		return Cluster{}, nil, fmt.Errorf("command-config: %w", err)
	}
	return fromProperties(path, string(text), exposed)
}

func fromProperties(path, text, exposed string) (Cluster, []Problem, error) {
	props, err := parseProperties(text)
	if err != nil {
		return Cluster{}, nil, Problems{{File: path, Message: err.Error()}}
	}
	a := &apache{file: path, exposed: exposed, props: props, used: map[string]bool{}}
	c := Cluster{Mode: Confirm, Refresh: DefaultRefresh, Timeout: DefaultTimeout}
	a.brokers(&c)
	a.timeout(&c)
	protocol := strings.ToUpper(a.get("security.protocol"))
	switch protocol {
	case "", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL":
	default:
		a.refuse("security.protocol", "want PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, got %q", protocol)
	}
	if strings.HasSuffix(protocol, "SSL") {
		c.Security.TLS = a.tls()
	}
	if strings.HasPrefix(protocol, "SASL_") {
		c.Security.SASL = a.sasl()
	}
	if protocol == "SASL_PLAINTEXT" {
		a.warn("security.protocol", "SASL without TLS: what is sent crosses the network in clear text")
	}
	if p, ok := props["config.providers"]; ok && p.value != "" {
		a.refuse("config.providers", "config providers aren't run; use config.toml with \"env:NAME\", \"file:PATH\" or [\"exec\", …] instead")
	}
	a.unused(protocol)
	a.warnings.sort()
	if len(a.problems) > 0 {
		a.problems.sort()
		return Cluster{}, nil, a.problems
	}
	return c, a.warnings, nil
}

// apache turns the properties of Apache's clients into settings.
type apache struct {
	file, exposed      string
	props              map[string]property
	used               map[string]bool
	problems, warnings Problems
}

// get gives a property without surrounding space, as Apache's clients take it, and "" for one that isn't set.
func (a *apache) get(key string) string {
	a.used[key] = true
	return strings.TrimSpace(a.props[key].value)
}

func (a *apache) has(key string) bool {
	_, ok := a.props[key]
	return ok
}

func (a *apache) problem(key, format string, args ...any) Problem {
	p := Problem{File: a.file, Key: printable(key), Message: fmt.Sprintf(format, args...)}
	if prop, ok := a.props[key]; ok {
		p.Line, p.Column = prop.line, 1
	}
	return p
}

func (a *apache) refuse(key, format string, args ...any) {
	a.problems = append(a.problems, a.problem(key, format, args...))
}

func (a *apache) warn(key, format string, args ...any) {
	a.warnings = append(a.warnings, a.problem(key, format, args...))
}

// secret is a literal of the file, which others must not be able to read. key tells where it stands.
func (a *apache) secret(key, value string) Secret {
	if value != "" && a.exposed != "" {
		a.refuse(key, "a secret stands in the file, and %s", a.exposed)
	}
	return Literal(value)
}

func (a *apache) brokers(c *Cluster) {
	const key = "bootstrap.servers"
	servers := a.get(key)
	if servers == "" {
		return
	}
	brokers, err := ParseBrokers(strings.Trim(servers, ", "))
	if err != nil {
		a.refuse(key, "%v", err)
	}
	c.Brokers = brokers
}

func (a *apache) timeout(c *Cluster) {
	const key = "request.timeout.ms"
	text := a.get(key)
	if text == "" {
		return
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < MinTimeout.Milliseconds() {
		a.refuse(key, "want milliseconds, %d or more, got %q", MinTimeout.Milliseconds(), text)
		return
	}
	c.Timeout = time.Duration(n) * time.Millisecond
}

// tokenEndpoint reads sasl.oauthbearer.token.endpoint.url, which names a file when it is a file: address.
func (a *apache) tokenEndpoint(o *OAuth) {
	const key = "sasl.oauthbearer.token.endpoint.url"
	u, err := url.Parse(a.get(key))
	switch {
	case err == nil && u.Scheme == "file" && u.Path != "" && u.Host == "":
		o.TokenFile = u.Path
	case err != nil || u.User != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		a.refuse(key, "want an address such as https://login.example.com/oauth2/token or file:///run/secrets/token, without user name and password")
	default:
		o.TokenURL = u.String()
		if u.Scheme == "http" {
			a.warn(key, "the client secret is sent across the network in clear text; use https")
		}
	}
}

// unused warns of every property that had no effect.
func (a *apache) unused(protocol string) {
	for _, key := range slices.Sorted(maps.Keys(a.props)) {
		switch {
		case a.used[key] || key == "config.providers":
		case strings.HasPrefix(key, "ssl.") && !strings.HasSuffix(protocol, "SSL"),
			strings.HasPrefix(key, "sasl.") && !strings.HasPrefix(protocol, "SASL_"):
			a.warn(key, "has no effect with security.protocol=%s", cmp.Or(protocol, "PLAINTEXT (the default)"))
		default:
			hint := ""
			if near := nearProperty(key); near != "" {
				hint = "; did you mean " + near + "?"
			}
			a.warn(key, "is ignored: weir doesn't use it%s", hint)
		}
	}
}
