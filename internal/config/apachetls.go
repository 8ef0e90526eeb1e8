package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

func (a *apache) tls() TLS {
	t := TLS{Enabled: true}
	if a.has("ssl.endpoint.identification.algorithm") {
		switch algorithm := strings.ToLower(a.get("ssl.endpoint.identification.algorithm")); algorithm {
		case "":
			t.SkipName = true
			a.warn("ssl.endpoint.identification.algorithm", "the broker's name is not verified")
		case "https":
		default:
			a.refuse("ssl.endpoint.identification.algorithm", "want https, or nothing to skip the check of the name, got %q", algorithm)
		}
	}
	t.CAPEM = a.get("ssl.truststore.certificates")
	if file := a.store("truststore", t.CAPEM != ""); file != "" {
		t.CAFile = file
	}
	t.CertPEM, t.KeyPEM = a.get("ssl.keystore.certificate.chain"), a.secret("ssl.keystore.key", a.get("ssl.keystore.key"))
	if (t.CertPEM == "") != t.KeyPEM.IsZero() {
		a.refuse("ssl.keystore.key", "ssl.keystore.certificate.chain and ssl.keystore.key go together")
	}
	if file := a.store("keystore", t.CertPEM != "" || !t.KeyPEM.IsZero()); file != "" {
		t.CertFile, t.KeyFile = file, file
	}
	t.KeyPass = a.secret("ssl.key.password", a.get("ssl.key.password"))
	if !t.KeyPass.IsZero() && t.KeyFile == "" && t.KeyPEM.IsZero() {
		a.refuse("ssl.key.password", "there is no key that it could open; set ssl.keystore.location or ssl.keystore.key")
	}
	return t
}

// store gives the PEM file of the truststore or keystore, "" when there is none or it can't be used. inline tells that
// the PEM stands in the properties.
func (a *apache) store(which string, inline bool) string {
	location, kind := "ssl."+which+".location", "ssl."+which+".type"
	file, form := a.get(location), strings.ToUpper(a.get(kind))
	switch {
	case form == "" && file != "", form == "JKS":
		form = "JKS" // the default of Apache's clients
	case form == "PEM", form == "PKCS12", form == "":
	default:
		a.refuse(kind, "want PEM, got %q", form)
		return ""
	}
	switch {
	case file != "" && form != "PEM":
		a.refuse(location, "a %s store can't be read; convert it with: %s and set %s=PEM and %s=%s",
			form, conversion(which, form, file), kind, location, pemName(file))
		return ""
	case inline && form != "PEM":
		a.refuse(kind, "want PEM, since the certificates stand in this file")
	case file != "" && inline:
		a.refuse(location, "the certificates stand in this file too; keep one of the two")
		return ""
	}
	a.get("ssl." + which + ".password") // of a JKS or PKCS12 store; PEM has none
	return file
}

// conversion is the command line that makes PEM of a Java store. The key stays encrypted, for ssl.key.password.
func conversion(which, form, file string) string {
	in, out, p12 := shellQuote(file), shellQuote(pemName(file)), shellQuote(file+".p12")
	switch {
	case which == "truststore" && form == "JKS":
		return fmt.Sprintf("keytool -list -rfc -keystore %s > %s", in, out)
	case which == "truststore":
		return fmt.Sprintf("openssl pkcs12 -in %s -nokeys -out %s", in, out)
	case form == "JKS":
		return fmt.Sprintf("keytool -importkeystore -srckeystore %s -destkeystore %s -deststoretype PKCS12 && openssl pkcs12 -in %s -out %s", in, p12, p12, out)
	}
	return fmt.Sprintf("openssl pkcs12 -in %s -out %s", in, out)
}

func pemName(file string) string {
	for _, ext := range []string{".jks", ".p12", ".pfx", ".pkcs12"} {
		if cut, ok := strings.CutSuffix(file, ext); ok {
			return cut + ".pem"
		}
	}
	return file + ".pem"
}

// shellQuote writes a word for a POSIX shell; one that a terminal couldn't show is only readable.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return strconv.Quote(s)
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// nearProperty is the property that weir reads and whose name is nearest to key, "" when none is near.
func nearProperty(key string) string {
	best, least := "", 4
	for _, k := range readProperties {
		if d := distance(key, k); d < least {
			best, least = k, d
		}
	}
	return best
}

var readProperties = []string{
	"bootstrap.servers", "request.timeout.ms", "security.protocol",
	"sasl.mechanism", jaasKey, "sasl.client.callback.handler.class", "sasl.login.callback.handler.class",
	"sasl.oauthbearer.token.endpoint.url", oauthID, oauthSecret, oauthScope,
	"ssl.endpoint.identification.algorithm", "ssl.truststore.certificates", "ssl.truststore.location", "ssl.truststore.type",
	"ssl.keystore.certificate.chain", "ssl.keystore.key", "ssl.keystore.location", "ssl.keystore.type", "ssl.key.password",
}
