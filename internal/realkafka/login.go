package realkafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// How a user may log in at the SASL listener.
const (
	PLAIN    = "PLAIN"
	SCRAM256 = "SCRAM-SHA-256"
	SCRAM512 = "SCRAM-SHA-512"
)

// User may log in at the SASL listener: one of Users by any mechanism, one of NewUser by SCRAM256. The principal is User:Name.
type User struct{ Name, Password string }

// The first is the super user, the second the subject of PKI's client certificate.
var users = []User{{"admin", "admin-secret"}, {"alice", "alice-secret"}, {"bob", "bob-secret"}, {"carol", "carol-secret"}}

// Users lists who may log in by any mechanism; the first is admin, a super user. All tests of a cluster share them: see NewUser.
func (c *Cluster) Users() []User { return append([]User{}, users...) }

// User finds one of Users by name.
func (c *Cluster) User(name string) User {
	c.t.Helper()
	for _, u := range users {
		if u.Name == name {
			return u
		}
	}
	c.t.Fatalf("no user %s", name)
	return User{}
}

// NewUser makes a user for this test alone, without any rights, who may log in by SCRAM256 at every broker.
func (c *Cluster) NewUser(t testing.TB) User {
	t.Helper()
	u := User{Name: Name("user"), Password: Name("secret")}
	c.admin(t, func(ctx context.Context, adm *kadm.Client) error {
		done, err := adm.AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{{User: u.Name, Mechanism: kadm.ScramSha256, Iterations: 4096, Password: u.Password}})
		if err == nil {
			err = done.Error()
		}
		if err != nil {
			return fmt.Errorf("make user: %w", err)
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for _, seed := range c.SASLSeeds() {
		cl := c.ClientAs(t, u, SCRAM256, kgo.SeedBrokers(seed))
		if err := until(ctx, "the login of "+u.Name, cl.Ping); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// Login is the client's side of a mechanism.
func (u User) Login(t testing.TB, mechanism string) sasl.Mechanism {
	t.Helper()
	secret := scram.Auth{User: u.Name, Pass: u.Password}
	switch mechanism {
	case PLAIN:
		return plain.Auth{User: u.Name, Pass: u.Password}.AsMechanism()
	case SCRAM256:
		return secret.AsSha256Mechanism()
	case SCRAM512:
		return secret.AsSha512Mechanism()
	}
	t.Fatalf("no mechanism %s at the SASL listener", mechanism)
	return nil
}

// ClientAs is a client of the SASL listener that logs in as the user, closed when the test ends.
func (c *Cluster) ClientAs(t testing.TB, u User, mechanism string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	own := []kgo.Opt{kgo.SeedBrokers(c.SASLSeeds()...), kgo.SASL(u.Login(t, mechanism)), kgo.DialTimeout(5 * time.Second)}
	return c.Client(t, append(own, opts...)...)
}
