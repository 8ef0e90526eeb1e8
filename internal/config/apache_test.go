package config

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	plainLine = "sasl.mechanism=PLAIN\nsasl.jaas.config=" + plainModule + " required username=\"u\" password=\"hunter2\";\n"
	oauthLine = "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.jaas.config=" + oauthModule + " required"
	tokenLine = "sasl.oauthbearer.token.endpoint.url=https://x/t\n"
	handlers  = "sasl.client.callback.handler.class=software.amazon.msk.auth.iam."
)

func TestFromProperties(t *testing.T) {
	tls := TLS{Enabled: true}
	client := OAuth{TokenURL: "https://x/t", ClientID: "c", ClientSecret: Literal("s"), Scope: "a b"}
	withExtension := client
	withExtension.Extensions = map[string]string{"logicalCluster": "lkc"}
	for name, tt := range map[string]struct {
		text string
		want Security
	}{
		"nothing":   {"", Security{}},
		"plaintext": {"security.protocol=PLAINTEXT", Security{}},
		"ssl":       {"security.protocol = ssl", Security{TLS: tls}},
		"plain":     {"security.protocol=SASL_SSL\n" + plainLine, Security{tls, SASL{Mechanism: Plain, Username: "u", Password: Literal("hunter2")}}},
		"scram, continued": {"security.protocol=SASL_SSL\nsasl.mechanism: SCRAM-SHA-512\nsasl.jaas.config = " + scramModule + " required \\\n  username=\"u\" \\\n  password=\"p\\\\\"q\";\n",
			Security{tls, SASL{Mechanism: Scram512, Username: "u", Password: Literal(`p"q`)}}},
		"oauth": {oauthLine + " clientId=\"c\" clientSecret=\"s\" scope=\"a b\" extension_logicalCluster=\"lkc\";\n" + tokenLine +
			"sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
			Security{tls, SASL{Mechanism: OAuthBearer, OAuth: withExtension}}},
		"oauth, properties": {oauthLine + ";\n" + tokenLine + oauthID + "=c\n" + oauthSecret + "=s\n" + oauthScope + "=a b\n", Security{tls, SASL{Mechanism: OAuthBearer, OAuth: client}}},
		"oauth, file": {oauthLine + ";\nsasl.oauthbearer.token.endpoint.url=file:///run/token\nsasl.oauthbearer.jwt.retriever.class=org.apache.kafka.common.security.oauthbearer.FileJwtRetriever\n",
			Security{tls, SASL{Mechanism: OAuthBearer, OAuth: OAuth{TokenFile: "/run/token"}}}},
		"aws": {"security.protocol=SASL_SSL\nsasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config=" + awsModule + " required awsProfileName=\"ops\";\n" + handlers + "IAMClientCallbackHandler",
			Security{tls, SASL{Mechanism: AWSMSKIAM, AWS: AWS{Profile: "ops"}}}},
		"aws by oauth": {oauthLine + ";\nsasl.login.callback.handler.class=software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler\n",
			Security{tls, SASL{Mechanism: AWSMSKIAM}}},
		"pem files": {"security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=ca.pem\nssl.keystore.type=pem\nssl.keystore.location=/c.pem\nssl.key.password=k\nssl.endpoint.identification.algorithm=HTTPS",
			Security{TLS: TLS{Enabled: true, CAFile: "ca.pem", CertFile: "/c.pem", KeyFile: "/c.pem", KeyPass: Literal("k")}}},
		"pem inline": {"security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates=-A- \\\n b\nssl.keystore.type=PEM\nssl.keystore.certificate.chain=C\nssl.keystore.key=K",
			Security{TLS: TLS{Enabled: true, CAPEM: "-A- b", CertPEM: "C", KeyPEM: Literal("K")}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, warnings, err := fromProperties("c.properties", tt.text, "")
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%v, warnings %v", err, warnings)
			}
			want := Cluster{Mode: Confirm, Refresh: DefaultRefresh, Timeout: DefaultTimeout, Security: tt.want}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
		})
	}
	c, _, err := fromProperties("f", "bootstrap.servers=a:1, b:2,\nrequest.timeout.ms=1500", "")
	if err != nil || !slices.Equal(c.Brokers, []string{"a:1", "b:2"}) || c.Timeout != 1500*time.Millisecond {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestFromPropertiesErrors(t *testing.T) {
	const ssl, mechanisms = "security.protocol=SSL\n", "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM"
	sasl := "security.protocol=SASL_SSL\n"
	for name, tt := range map[string]struct{ text, want string }{
		"syntax":          {"\na=\\u1", `f: line 2: want four hexadecimal digits after \u`},
		"protocol":        {"security.protocol=TLS", `f:1:1: security.protocol: want PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, got "TLS"`},
		"brokers":         {"bootstrap.servers=k", `f:1:1: bootstrap.servers: brokers: want HOST:PORT, got "k" without a port (Kafka's is mostly 9092)`},
		"timeout":         {"request.timeout.ms=5s", `f:1:1: request.timeout.ms: want milliseconds, 100 or more, got "5s"`},
		"providers":       {"config.providers=env", `f:1:1: config.providers: config providers aren't run; use config.toml with "env:NAME", "file:PATH" or ["exec", …] instead`},
		"no mechanism":    {sasl, "f: sasl.mechanism: isn't set, and the default of Apache's clients, GSSAPI (Kerberos), isn't supported; want one of " + mechanisms},
		"mechanism":       {sasl + "sasl.mechanism=GSSAPI", `f:2:1: sasl.mechanism: want one of ` + mechanisms + `, got "GSSAPI"`},
		"no jaas":         {sasl + "sasl.mechanism=PLAIN", "f: sasl.jaas.config: isn't set; the credentials stand there (a separate JAAS file isn't read)"},
		"jaas":            {sasl + strings.TrimSuffix(plainLine, ";\n"), "f:3:1: sasl.jaas.config: want a semicolon at the end"},
		"module":          {sasl + strings.Replace(plainLine, "PLAIN", "SCRAM-SHA-256", 1), "f:3:1: sasl.jaas.config: the mechanism SCRAM-SHA-256 needs the login module " + scramModule},
		"no password":     {sasl + strings.Replace(plainLine, "hunter2", "", 1), `f:3:1: sasl.jaas.config: PLAIN needs username="…" and password="…"`},
		"handler":         {sasl + plainLine + "sasl.client.callback.handler.class=com.x.H", `f:4:1: sasl.client.callback.handler.class: the handler "com.x.H" can't be run; for OAUTHBEARER, a token file that another program keeps fresh does the same`},
		"aws role":        {sasl + "sasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config=" + awsModule + " required awsRoleArn=\"r\";", `f:3:1: sasl.jaas.config: the option "awsRoleArn" isn't supported`},
		"unsecured":       {oauthLine + " unsecuredLoginStringClaim_sub=\"x\" clientId=\"c\" clientSecret=\"s\";\n" + tokenLine, `f:3:1: sasl.jaas.config: the option "unsecuredLoginStringClaim_sub" isn't supported`},
		"no endpoint":     {oauthLine + ";", "f: sasl.oauthbearer.token.endpoint.url: isn't set; want an https: address, or a file: address of a token file"},
		"endpoint":        {oauthLine + " clientId=\"c\" clientSecret=\"s\";\nsasl.oauthbearer.token.endpoint.url=https://c:hunter2@x", "f:4:1: sasl.oauthbearer.token.endpoint.url: want an address such as https://login.example.com/oauth2/token or file:///run/secrets/token, without user name and password"},
		"no client":       {oauthLine + ";\n" + tokenLine, `f:3:1: sasl.jaas.config: the token endpoint needs clientId="…" and clientSecret="…"`},
		"jwt bearer":      {oauthLine + ";\nsasl.oauthbearer.jwt.retriever.class=org.apache.kafka.common.security.oauthbearer.JwtBearerJwtRetriever", "f:4:1: sasl.oauthbearer.jwt.retriever.class: the JWT bearer grant isn't supported; use client credentials or a token file"},
		"jks trust":       {ssl + "ssl.truststore.location=/e/t.jks", "f:2:1: ssl.truststore.location: a JKS store can't be read; convert it with: keytool -list -rfc -keystore /e/t.jks > /e/t.pem and set ssl.truststore.type=PEM and ssl.truststore.location=/e/t.pem"},
		"pkcs12 trust":    {ssl + "ssl.truststore.type=PKCS12\nssl.truststore.location=/e/my t.p12", "f:3:1: ssl.truststore.location: a PKCS12 store can't be read; convert it with: openssl pkcs12 -in '/e/my t.p12' -nokeys -out '/e/my t.pem' and set ssl.truststore.type=PEM and ssl.truststore.location=/e/my t.pem"},
		"jks key":         {ssl + "ssl.keystore.location=/e/k", "f:2:1: ssl.keystore.location: a JKS store can't be read; convert it with: keytool -importkeystore -srckeystore /e/k -destkeystore /e/k.p12 -deststoretype PKCS12 && openssl pkcs12 -in /e/k.p12 -out /e/k.pem and set ssl.keystore.type=PEM and ssl.keystore.location=/e/k.pem"},
		"pkcs12 key":      {ssl + "ssl.keystore.type=PKCS12\nssl.keystore.location=/e/k.pfx", "f:3:1: ssl.keystore.location: a PKCS12 store can't be read; convert it with: openssl pkcs12 -in /e/k.pfx -out /e/k.pem and set ssl.keystore.type=PEM and ssl.keystore.location=/e/k.pem"},
		"store type":      {ssl + "ssl.truststore.type=BKS", `f:2:1: ssl.truststore.type: want PEM, got "BKS"`},
		"inline type":     {ssl + "ssl.truststore.certificates=A", "f: ssl.truststore.type: want PEM, since the certificates stand in this file"},
		"inline and file": {ssl + "ssl.truststore.type=PEM\nssl.truststore.certificates=A\nssl.truststore.location=a", "f:4:1: ssl.truststore.location: the certificates stand in this file too; keep one of the two"},
		"chain only":      {ssl + "ssl.keystore.type=PEM\nssl.keystore.certificate.chain=A", "f: ssl.keystore.key: ssl.keystore.certificate.chain and ssl.keystore.key go together"},
		"key password":    {ssl + "ssl.key.password=hunter2", "f:2:1: ssl.key.password: there is no key that it could open; set ssl.keystore.location or ssl.keystore.key"},
		"identification":  {ssl + "ssl.endpoint.identification.algorithm=LDAPS", `f:2:1: ssl.endpoint.identification.algorithm: want https, or nothing to skip the check of the name, got "ldaps"`},
		"several at once": {"request.timeout.ms=0\nbootstrap.servers=", "f:1:1: request.timeout.ms: want milliseconds, 100 or more, got \"0\""},
		"two, in order":   {"security.protocol=X\nrequest.timeout.ms=0", "f:1:1: security.protocol: want PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, got \"X\"\nf:2:1: request.timeout.ms: want milliseconds, 100 or more, got \"0\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := fromProperties("f", tt.text, "")
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("the secret is shown")
			}
		})
	}
}

func TestFromPropertiesWarnings(t *testing.T) {
	for text, want := range map[string]string{
		"client.id=x":          "f:1:1: client.id: is ignored: weir doesn't use it",
		"bootstrap.server=k:1": "f:1:1: bootstrap.server: is ignored: weir doesn't use it; did you mean bootstrap.servers?",
		"\x1b=k":               `f:1:1: "\x1b": is ignored: weir doesn't use it`,
		"ssl.key.password=k":   "f:1:1: ssl.key.password: has no effect with security.protocol=PLAINTEXT (the default)",
		"security.protocol=SSL\nsasl.mechanism=PLAIN":                                           "f:2:1: sasl.mechanism: has no effect with security.protocol=SSL",
		"security.protocol=SASL_PLAINTEXT\n" + plainLine:                                        "f:1:1: security.protocol: SASL without TLS: what is sent crosses the network in clear text",
		"security.protocol=SSL\nssl.endpoint.identification.algorithm=":                         "f:2:1: ssl.endpoint.identification.algorithm: the broker's name is not verified",
		"security.protocol=SASL_SSL\n" + strings.Replace(plainLine, ";", " x=y;", 1):            `f:3:1: sasl.jaas.config: the option "x" is ignored`,
		oauthLine + " clientId=a clientSecret=b;\nsasl.oauthbearer.token.endpoint.url=http://x": "f:4:1: sasl.oauthbearer.token.endpoint.url: the client secret is sent across the network in clear text; use https",
	} {
		_, warnings, err := fromProperties("f", text, "")
		if got := Problems(warnings).Error(); got != want || err != nil {
			t.Errorf("%q: %v\ngot  %s\nwant %s", text, err, got, want)
		}
	}
	c, _, err := fromProperties("f", "security.protocol=SSL\nssl.endpoint.identification.algorithm=", "")
	if err != nil || !c.Security.TLS.SkipName || c.Security.TLS.SkipVerify {
		t.Errorf("got %+v, %v", c.Security.TLS, err)
	}
}

func TestPropertiesSecretsNeedPrivateFile(t *testing.T) {
	p := write(t, filepath.Join(t.TempDir(), "c.properties"), "security.protocol=SASL_SSL\n"+plainLine, 0o604)
	_, _, err := FromProperties(p)
	if want := p + ":3:1: sasl.jaas.config: a secret stands in the file, and others can read the file (mode 0604): run chmod 600 " + p; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	write(t, p, "security.protocol=SASL_SSL\n"+plainLine, 0o600)
	if c, _, err := FromProperties(p); err != nil || c.Security.SASL.Password.String() != "(set)" {
		t.Errorf("got %+v, %v", c, err)
	}
	write(t, p, "security.protocol=SSL\n", 0o644)
	if _, _, err := FromProperties(p); err != nil {
		t.Errorf("a readable file without secrets: %v", err)
	}
	if _, _, err := FromProperties(p + "x"); err == nil || err.Error() != "command-config: open "+p+"x: no such file or directory" {
		t.Errorf("got %v", err)
	}
}

// TestReadPropertiesAreRead keeps the list that suggestions come from in step with what is read.
func TestReadPropertiesAreRead(t *testing.T) {
	a := &apache{props: map[string]property{}, used: map[string]bool{}}
	for _, text := range []string{oauthLine + " clientId=a clientSecret=b;\n" + tokenLine, plainLine + "ssl.endpoint.identification.algorithm=https"} {
		props, err := parseProperties(text)
		if err != nil {
			t.Fatal(err)
		}
		a.props = props
		var c Cluster
		a.brokers(&c)
		a.timeout(&c)
		a.get("security.protocol")
		a.tls()
		a.sasl()
	}
	for _, key := range readProperties {
		if !a.used[key] {
			t.Errorf("%s is suggested and not read", key)
		}
		delete(a.used, key)
	}
	delete(a.used, "sasl.oauthbearer.jwt.retriever.class") // refused, never wanted
	for key := range maps.Keys(a.used) {
		if !strings.HasSuffix(key, "store.password") {
			t.Errorf("%s is read and not suggested", key)
		}
	}
}

func FuzzFromProperties(f *testing.F) {
	f.Add("security.protocol=SASL_SSL\n" + plainLine)
	f.Add(oauthLine + ";\n" + tokenLine)
	f.Add("security.protocol=SSL\nssl.keystore.location=x")
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := fromProperties("f", text, "others can read it")
		if err != nil {
			return
		}
		s := c.Security
		for _, secret := range []Secret{s.TLS.KeyPass, s.TLS.KeyPEM, s.SASL.Password, s.SASL.OAuth.ClientSecret} {
			if !secret.IsZero() {
				t.Errorf("a literal was taken from a file that others can read: %+v", s)
			}
		}
	})
}
