package realkafka

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func listed(t *testing.T, c *Cluster) kadm.BrokerDetails {
	t.Helper()
	brokers, err := c.Admin(t).ListBrokers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return brokers
}

func TestOneNode(t *testing.T) {
	began := time.Now()
	c := Start(t, Options{})
	t.Logf("one node answered after %v", time.Since(began))
	if got := listed(t, c); len(got) != 1 || got[0].NodeID != 1 || got[0].Rack != nil {
		t.Fatalf("listed %+v", got)
	}
}

func TestThreeNodes(t *testing.T) {
	began := time.Now()
	c := Start(t, Options{Nodes: 3, Racks: []string{"a", "b", "c"}})
	t.Logf("three nodes answered after %v", time.Since(began))
	if got := listed(t, c); len(got) != 3 || got[2].Rack == nil || *got[2].Rack != "c" {
		t.Fatalf("listed %+v", got)
	}
}
