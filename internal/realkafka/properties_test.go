package realkafka

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// laid makes a cluster that is planned but not started.
func laid(o Options) *core {
	c := &core{options: o, slot: &slot{dir: "/d"}, pki: &PKI{brokerStore: "/store", CA: "/ca"}}
	c.plan()
	for _, n := range c.nodes {
		n.ports.plain, n.ports.controller, n.ports.sasl, n.ports.tls = n.id*10, n.id*10+1, n.id*10+2, n.id*10+3
	}
	return c
}

func TestProperties(t *testing.T) {
	for _, test := range []struct {
		name    string
		o       Options
		node    int
		has     []string
		without []string
	}{
		{"one combined node", Options{Nodes: 1}, 1, []string{
			"process.roles=broker,controller", "node.id=1", "listeners=PLAINTEXT://127.0.0.1:10,CONTROLLER://127.0.0.1:11",
			"advertised.listeners=PLAINTEXT://127.0.0.1:10", "controller.quorum.voters=1@127.0.0.1:11",
			"offsets.topic.replication.factor=1", "transaction.state.log.min.isr=1", "log.dirs=/d/node-1/data",
		}, []string{"broker.rack", "authorizer", "sasl.", "ssl."}},
		{"second of three, with a rack", Options{Nodes: 3, Racks: []string{"a", "b"}}, 2, []string{
			"controller.quorum.voters=1@127.0.0.1:11,2@127.0.0.1:21,3@127.0.0.1:31", "broker.rack=b",
			"offsets.topic.replication.factor=3", "transaction.state.log.min.isr=2",
		}, nil},
		{"third of three, without a rack", Options{Nodes: 3, Racks: []string{"a", "b"}}, 3, nil, []string{"broker.rack"}},
		{"broker beside a controller", Options{Nodes: 1, SeparateController: true}, 1, []string{
			"process.roles=broker", "listeners=PLAINTEXT://127.0.0.1:10", "controller.quorum.voters=2@127.0.0.1:21",
		}, nil},
		{"controller", Options{Nodes: 1, SeparateController: true, Racks: []string{"a", "b"}, SASL: true, TLS: true}, 2, []string{
			"process.roles=controller", "listeners=CONTROLLER://127.0.0.1:21",
		}, []string{"advertised.listeners", "broker.rack"}},
		{"SASL and ACL", Options{Nodes: 1, SASL: true, ACL: true}, 1, []string{
			"advertised.listeners=PLAINTEXT://127.0.0.1:10,SASL_PLAINTEXT://127.0.0.1:12",
			`user_alice="alice-secret"`, "super.users=User:admin;User:ANONYMOUS",
		}, []string{"ssl."}},
		{"TLS", Options{Nodes: 1, TLS: true}, 1, []string{
			"advertised.listeners=PLAINTEXT://127.0.0.1:10,SSL://127.0.0.1:13", "ssl.keystore.location=/store", "ssl.truststore.location=/ca",
			"ssl.client.auth=required",
		}, []string{"sasl."}},
		{"the caller's wins", Options{Nodes: 1, Props: map[string]string{"node.id": "7", "x": `a\b`}}, 1, []string{"node.id=7", `x=a\\b`}, []string{"node.id=1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := laid(test.o)
			got := "\n" + string(c.properties(c.nodes[test.node-1]))
			for _, want := range test.has {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in%s", want, got)
				}
			}
			for _, no := range test.without {
				if strings.Contains(got, "\n"+no) {
					t.Errorf("%s in%s", no, got)
				}
			}
		})
	}
}

func TestUnpack(t *testing.T) {
	storage := t.TempDir()
	text := "#\nversion=1\ncluster.id=old\nnode.id=1\ndirectory.id=old\n"
	if err := os.WriteFile(filepath.Join(storage, metaName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := (Jars{storage: storage}).unpack(dir, "new", 2); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, metaName))
	if err != nil || !strings.HasPrefix(string(got), "#\nversion=1\ncluster.id=new\nnode.id=2\ndirectory.id=") || strings.Contains(string(got), "old") {
		t.Errorf("error %v:\n%s", err, got)
	}
}

func TestRewriteAddsNothing(t *testing.T) {
	if got := rewrite("a=1\nb=2", map[string]string{"a": "3", "c": "4"}); got != "a=3\nb=2" {
		t.Errorf("%q", got)
	}
}

func TestNames(t *testing.T) {
	if a, b := Name("orders"), Name("orders"); a == b || !strings.HasPrefix(a, "orders-") {
		t.Errorf("%s, %s", a, b)
	}
	for range 500 {
		if id := newID(); len(id) != 22 || id[0] == '-' {
			t.Fatalf("id %q", id)
		}
	}
}

func TestTail(t *testing.T) {
	n := &node{dir: t.TempDir()}
	if n.logged() != 0 {
		t.Error("a log before the first start")
	}
	if err := os.WriteFile(n.log(), []byte(strings.Repeat("old\n", tailBytes)+"new\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := n.tail(0); len(got) > tailBytes || !strings.HasSuffix(got, "old\nnew") {
		t.Errorf("%d bytes, ends in %q", len(got), got[len(got)-8:])
	}
	if got := n.tail(n.logged() - 4); got != "new" {
		t.Errorf("since then: %q", got)
	}
}
