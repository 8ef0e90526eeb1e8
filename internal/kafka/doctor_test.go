package kafka

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/config"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

func names(all []Check) []string {
	var out []string
	for _, c := range all {
		if c.Check != "feature" {
			out = append(out, c.Check)
		}
	}
	return out
}

func find(t *testing.T, all []Check, check, target string) Check {
	t.Helper()
	for _, c := range all {
		if c.Check == check && (target == "" || c.Target == target) {
			return c
		}
	}
	t.Fatalf("no %s %s in %+v", check, target, all)
	return Check{}
}

func TestDoctorOnAWellCluster(t *testing.T) {
	noLeaks(t)
	ca := newAuthority(t, "the cluster's")
	until := time.Now().Add(5*24*time.Hour + time.Hour)
	k := fake(t, kfake.NumBrokers(2), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "anna", "s3cret"),
		kfake.TLS(&tls.Config{Certificates: []tls.Certificate{ca.issue(until, "127.0.0.1").pair}}))
	c := cluster(k.ListenAddrs()[0])
	c.Security.TLS = config.TLS{Enabled: true, CAFile: ca.file}
	c.Security.SASL = config.SASL{Mechanism: config.Scram256, Username: "anna", Password: config.Literal("s3cret")}
	all := Diagnose(t.Context(), c, Seeing, Options{})
	if got := names(all); !slices.Equal(got, []string{"dns", "tcp", "tls", "api_versions", "sasl", "cluster_id", "listener", "listener"}) {
		t.Errorf("%v", got)
	}
	for _, x := range all {
		if !x.OK && x.Unknown != lag.Unsupported {
			t.Errorf("%+v", x)
		}
		if strings.Contains(x.Detail+x.Remedy, "s3cret") {
			t.Errorf("the password is shown: %+v", x)
		}
	}
	if x := find(t, all, "tls", ""); !strings.Contains(x.Detail, `TLS 1.3; certificate for 127.0.0.1, issued by "the cluster's", ends `) ||
		!strings.HasSuffix(x.Detail, "in 5 days") || x.Remedy != "renew the broker's certificate" {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "sasl", ""); x.Detail != `logged in by SCRAM-SHA-256 as "anna"` {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "cluster_id", ""); x.Detail != "test-cluster" {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "api_versions", ""); !strings.Contains(x.Detail, "APIs, by which it looks like Kafka ") {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "feature", "quorum"); x.Unknown != lag.Unsupported || x.OK {
		t.Errorf("kfake has no quorum: %+v", x)
	}
}

func TestDoctorLeavesOutWhatAFailedHopCarries(t *testing.T) {
	noLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := l.Addr().String()
	must(t, l.Close())
	c := cluster(addr)
	c.Security.SASL = config.SASL{Mechanism: config.Plain, Username: "u", Password: config.Literal("p")}
	all := Diagnose(t.Context(), c, Seeing, Options{})
	if got := names(all); !slices.Equal(got, []string{"dns", "tcp", "api_versions", "sasl", "cluster_id", "listener"}) {
		t.Errorf("%v", got)
	}
	if x := find(t, all, "tcp", addr); x.OK || x.Unknown != lag.NoReason || !strings.Contains(x.Detail, "nothing listens there") {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "sasl", addr); x.OK || x.Unknown != lag.NotMeasured || x.Detail != "left out: it needs the connection, which failed" {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "feature", ""); x.Unknown != lag.NotMeasured {
		t.Errorf("%+v", x)
	}
}

func TestDoctorNamesAnotherProtocol(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	addr := s.Listener.Addr().String()
	c := cluster(addr)
	c.Timeout = time.Second
	all := Diagnose(t.Context(), c, Seeing, Options{})
	if x := find(t, all, "api_versions", addr); x.OK || x.Detail != addr+" speaks HTTP, not Kafka" {
		t.Errorf("%+v", x)
	}
}

func TestDoctorListsTheMechanismsOffered(t *testing.T) {
	noLeaks(t)
	addr := fake(t, kfake.EnableSASL()).ListenAddrs()[0]
	c := cluster(addr)
	c.Security.SASL = config.SASL{Mechanism: config.OAuthBearer, OAuth: config.OAuth{TokenFile: "/nowhere"}}
	all := Diagnose(t.Context(), c, Seeing, Options{})
	if x := find(t, all, "sasl", addr); x.OK || !strings.HasPrefix(x.Detail, "the broker does not offer SASL mechanism OAUTHBEARER, only ") {
		t.Errorf("%+v", x)
	}
}

// The classic: the seed answers, and the address that the broker advertises leads nowhere from here.
func TestDoctorFindsAnAdvertisedAddressThatLeadsNowhere(t *testing.T) {
	noLeaks(t)
	k := fake(t)
	k.ControlKey(int16(kmsg.Metadata), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		resp := req.ResponseKind().(*kmsg.MetadataResponse)
		id := "test-cluster"
		resp.ClusterID = &id
		b := kmsg.NewMetadataResponseBroker()
		b.NodeID, b.Host, b.Port = 7, "127.0.0.1", 1
		resp.Brokers = append(resp.Brokers, b)
		return resp, nil, true
	})
	all := Diagnose(t.Context(), cluster(k.ListenAddrs()...), Seeing, Options{})
	x := find(t, all, "listener", "127.0.0.1:1")
	if x.OK || x.Detail != "broker 7 advertises this address, and from here broker 127.0.0.1:1 refuses the connection: nothing listens there" ||
		!strings.Contains(x.Remedy, `[clusters.test.addresses]: "127.0.0.1:1" = "HOST:PORT"`) {
		t.Errorf("%+v", x)
	}
}

func TestDoctorTellsWhatThePrincipalLacks(t *testing.T) {
	noLeaks(t)
	k := fake(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "admin", "a"), kfake.EnableACLs(), kfake.User("PLAIN", "reader", "r"))
	c := cluster(k.ListenAddrs()...)
	c.Security.SASL = config.SASL{Mechanism: config.Plain, Username: "reader", Password: config.Literal("r")}
	all := Diagnose(t.Context(), c, Seeing, Options{})
	if x := find(t, all, "feature", "list groups"); x.OK {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "feature", "log ends"); !x.OK || !strings.Contains(x.Detail, "DESCRIBE on each topic") {
		t.Errorf("%+v", x)
	}
	for _, x := range all {
		if x.Target == "elect leaders" {
			t.Error("acting is looked at for the seeing principal")
		}
	}
	c.Act = &config.Security{SASL: config.SASL{Mechanism: config.Plain, Username: "admin", Password: config.Literal("a")}}
	if x := find(t, Diagnose(t.Context(), c, Acting, Options{}), "feature", "elect leaders"); !x.OK {
		t.Errorf("%+v", x)
	}
}

func TestDoctorOnAnOldBroker(t *testing.T) {
	noLeaks(t)
	all := Diagnose(t.Context(), cluster(fake(t, kfake.MaxVersions(kversion.FromString("2.8"))).ListenAddrs()...), Seeing, Options{})
	if x := find(t, all, "feature", "consumer groups of KIP-848"); x.OK || x.Unknown != lag.Unsupported || x.Remedy == "" {
		t.Errorf("%+v", x)
	}
	if x := find(t, all, "feature", "committed offsets"); x.OK || !strings.Contains(x.Detail, "up to version 7 and 8 is needed") {
		t.Errorf("%+v", x)
	}
}

func TestFeatureTable(t *testing.T) {
	d := &doctor{keys: map[kmsg.Key]int16{kmsg.ListGroups: 5, kmsg.OffsetFetch: 7}}
	f := features[0]
	describe := clusterOps{bits: 1 << kmsg.ACLOperationDescribe, known: true}
	for name, x := range map[string]struct {
		f       feature
		ops     clusterOps
		ok      bool
		unknown lag.Reason
	}{
		"granted":    {f, describe, true, lag.NoReason},
		"lacking":    {f, clusterOps{bits: 1 << kmsg.ACLOperationAlter, known: true}, false, lag.NoReason},
		"not told":   {f, clusterOps{why: Problem{Reason: lag.Timeout, Sentence: "s"}}, false, lag.Timeout},
		"too old":    {features[1], describe, false, lag.Unsupported},
		"not there":  {features[8], describe, false, lag.Unsupported},
		"one by one": {feature{name: "x", key: kmsg.ListGroups}, clusterOps{}, true, lag.NoReason},
	} {
		if c := d.feature(x.f, x.ops); c.OK != x.ok || c.Unknown != x.unknown || c.Detail == "" {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for _, f := range features {
		if f.acting != (Seeing.permitKey(f.key.Int16()) != nil) {
			t.Errorf("%s: a seeing client may not do what it is told to", f.name)
		}
	}
}
