package kafka

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/realkafka"
	"weir/lag"
)

func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }

// One broker of Apache's with every listener: all ways in, what a wrong one is told, and what doctor sees.
func TestRealBroker(t *testing.T) {
	k := realkafka.Start(t, realkafka.Options{Nodes: 1, SASL: true, ACL: true, TLS: true, Props: realkafka.Unhurried()})
	real := func(addrs []string) config.Cluster {
		c := cluster(addrs...)
		c.Timeout = 10 * time.Second
		return c
	}
	sasl := func(m config.Mechanism, user, pass string) config.Cluster {
		c := real(k.SASLSeeds())
		c.Security.SASL = config.SASL{Mechanism: m, Username: user, Password: config.Literal(pass)}
		return c
	}
	users := k.Users()
	alice := users[slices.IndexFunc(users, func(u realkafka.User) bool { return u.Name == "alice" })]
	mutual := real(k.TLSSeeds())
	mutual.Security.TLS = config.TLS{Enabled: true, CAFile: k.PKI().CA, CertFile: k.PKI().Cert, KeyFile: k.PKI().Key}
	ways := map[string]config.Cluster{"plaintext": real(k.Seeds()), "mutual TLS": mutual}
	for _, m := range []config.Mechanism{config.Plain, config.Scram256, config.Scram512} {
		ways[string(m)] = sasl(m, alice.Name, alice.Password)
	}
	for name, c := range ways {
		t.Run(name, func(t *testing.T) {
			id, err := dialed(t, c, Seeing, Options{}).ID(t.Context())
			if err != nil || id != k.ID() {
				t.Errorf("%q, %v: %s", id, err, Explain(err).Sentence)
			}
		})
	}
	noCert := mutual
	noCert.Security.TLS.CertFile, noCert.Security.TLS.KeyFile = "", ""
	oauth := real(k.SASLSeeds())
	oauth.Security.SASL = config.SASL{Mechanism: config.OAuthBearer, OAuth: config.OAuth{TokenFile: writeFile(t, "token", []byte("t"))}}
	tlsOnPlain := real(k.Seeds())
	tlsOnPlain.Security.TLS = config.TLS{Enabled: true}
	for name, x := range map[string]struct {
		c        config.Cluster
		kind     Kind
		reason   lag.Reason
		sentence string
	}{
		"wrong password, PLAIN": {sasl(config.Plain, alice.Name, "wr0ng"), KindPassword, lag.NotAuthorized, `the broker refused the login of user "alice" by PLAIN`},
		"wrong password, SCRAM": {sasl(config.Scram512, alice.Name, "wr0ng"), KindPassword, lag.NotAuthorized, `the broker refused the login of user "alice" by SCRAM-SHA-512`},
		"no certificate":        {noCert, KindClientCert, lag.NotAuthorized, "broker " + k.TLSSeeds()[0] + " did not accept the client certificate: "},
		"mechanism":             {oauth, KindMechanism, lag.NotAuthorized, "the broker does not offer SASL mechanism OAUTHBEARER, only PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"},
		"plaintext on TLS":      {real(k.TLSSeeds()), KindTLSWanted, lag.Unreachable, "broker " + k.TLSSeeds()[0] + " speaks TLS, and weir came in plaintext"},
		"TLS on plaintext":      {tlsOnPlain, KindTLSUnwanted, lag.Unreachable, "broker " + k.Seeds()[0] + " speaks plaintext, and weir came with TLS"},
		"no login on SASL":      {real(k.SASLSeeds()), KindSASLWanted, lag.NotAuthorized, "broker " + k.SASLSeeds()[0] + " closed the connection at the first request, as one does that wants a login"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dialed(t, x.c, Seeing, Options{}).ID(t.Context())
			if p := Explain(err); p.Kind != x.kind || p.Reason != x.reason || !strings.HasPrefix(p.Sentence, x.sentence) {
				t.Errorf("%s, %v, %q\n%v", p.Kind, p.Reason, p.Sentence, err)
			}
		})
	}
	t.Run("doctor as a super user", func(t *testing.T) {
		for _, c := range Diagnose(t.Context(), real(k.Seeds()), Acting, Options{}) {
			if !c.OK {
				t.Errorf("%+v", c)
			}
		}
	})
	t.Run("doctor without rights", func(t *testing.T) {
		all := Diagnose(t.Context(), sasl(config.Scram256, alice.Name, alice.Password), Seeing, Options{})
		for _, target := range []string{"list groups", "log dirs", "quorum", "broker configs"} {
			if c := find(t, all, "feature", target); c.OK || c.Unknown != lag.NoReason || !strings.HasPrefix(c.Remedy, "grant DESCRIBE") {
				t.Errorf("%+v", c)
			}
		}
	})
}
