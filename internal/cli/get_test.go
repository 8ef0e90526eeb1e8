package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"weir/lag"
	"weir/probes"
)

func TestGetEveryKind(t *testing.T) {
	s := newShell(t)
	s.want(0, "payments", "", "get groups -c prod")
	s.want(0, "10", "", "get positions -c prod -g payments")
	s.want(0, "settle", "", "get members -c prod")
	s.want(0, "events", "", "get topics -c prod")
	s.want(0, "orders", "", "get partitions -c prod")
	s.want(0, "kafka-1", "", "get brokers -c prod")
	s.want(0, "payments", "", "get group -c prod")
}

func TestGetEveryForm(t *testing.T) {
	s := newShell(t)
	for form, want := range map[string]string{
		"table": "GROUP ", "wide": "COORDINATOR", "json": `"schema":"weir.group/v1"`, "jsonl": `{"schema":"weir.end/v1"`,
		"csv": "ref,cluster,group,", "md": "| GROUP |", "name": "payments\n",
	} {
		s.want(0, want, "", "get groups -c prod -o "+form)
	}
	s.want(2, "", `-o "xml" is no form of output; write one of table|wide|json|jsonl|csv|md|name`, "get groups -c prod -o xml")
	s.run("get", "groups", "-c", "prod", "--no-headers")
	if strings.Contains(s.stdout.String(), "GROUP") {
		t.Errorf("heads with --no-headers:\n%s", &s.stdout)
	}
}

func TestGetNarrows(t *testing.T) {
	s := newShell(t)
	for line, want := range map[string]string{
		"get groups -c prod -o name payments audit":       "audit\npayments\n",
		"get groups -c prod -o name p*":                   "payments\n",
		"get groups -c prod -o name -t orders":            "payments\n",
		"get groups -c prod -o name -g audit -t o*":       "",
		"get topics -c prod -o name -g audit":             "events\n",
		"get topics -c prod -o name orders":               "orders\n",
		"get partitions -c prod -o name -t events":        "prod/partition/events/0\n",
		"get positions -c prod -o name -t orders":         "prod/position/payments/orders:0\nprod/position/payments/orders:1\n",
		"get brokers -c prod -o name 1":                   "1\n",
		"get groups -c prod -o name --limit 1":            "audit\n",
		"get groups -c prod -o name --sort -group":        "payments\nevil\\x1b]0;owned\\x07\naudit\n",
		"get groups -c prod -o name --filter pay":         "payments\n",
		"get groups -c prod -o name --filter lag>7":       "payments\n",
		"get groups -c prod -o name --filter !pay":        "audit\nevil\\x1b]0;owned\\x07\n",
		"get positions -c prod -o name --sort -lag,group": "prod/position/payments/orders:0\nprod/position/audit/events:0\nprod/position/payments/orders:1\n",
	} {
		if code := s.run(strings.Fields(line)...); code != 0 || s.stdout.String() != want {
			t.Errorf("weir %s: exit code %d\n%s%s\nwant\n%s", line, code, &s.stdout, &s.stderr, want)
		}
	}
}

func TestWhatASweepReads(t *testing.T) {
	s := newShell(t)
	s.run("get", "groups", "-c", "prod")
	s.run("get", "groups", "-c", "prod", "payments", "-t", "orders")
	s.run("get", "partitions", "-c", "prod", "orders")
	if len(s.wants) != 3 {
		t.Fatalf("%d sweeps, want 3", len(s.wants))
	}
	if w := s.wants[0]; w.Keep != nil || !w.Serial || !w.Due.Has(probes.Refresh|probes.Starts) {
		t.Errorf("get groups wants %+v: everything, in serial", w)
	}
	keep := s.wants[1].Keep
	if keep == nil || !keep(lag.KindGroup, "payments") || keep(lag.KindGroup, "audit") || !keep(lag.KindTopic, "events") {
		t.Error("get groups payments -t orders: want that group alone, on all of its topics")
	}
	keep = s.wants[2].Keep
	if keep == nil || keep(lag.KindGroup, "payments") || !keep(lag.KindTopic, "orders") || keep(lag.KindTopic, "events") {
		t.Error("get partitions orders: want no groups and that topic alone")
	}
}

func TestHiddenRowsAreTold(t *testing.T) {
	s := newShell(t)
	s.want(0, "orders:0", "weir: positions hidden because a value they are filtered by is not known: 1", "get positions -c prod -o name --filter lag>=0,orders")
	s.want(0, "audit", "weir: groups beyond --limit: 2", "get groups -c prod -o name --limit 1")
	s.want(0, "audit", "", "get groups -c prod -o name --limit 1 -q")
	s.want(0, "", "weir: no groups", "get groups -c prod none*")
}

func TestNamesThatDoNotExist(t *testing.T) {
	s := newShell(t)
	s.want(3, "", `weir: no group "payment" on prod, or it may not be seen; did you mean payments?`, "get groups -c prod payment")
	s.want(3, "", `weir: no topic "order" on prod, or it may not be seen; did you mean orders?`, "get topics -c prod order")
	s.want(3, "", `weir: no broker "7" on prod`, "get brokers -c prod 7")
	s.want(0, "audit", `weir: no group "payment" on prod`, "get groups -c prod -o name payment audit")
	s.want(3, `"reason":"gone","detail":"no such group"`, "weir: no group", "get groups -c prod -o json payment")
	s.want(2, "", "empty", "get groups -c prod --group=")
}

func TestSeveralClusters(t *testing.T) {
	s := newShell(t)
	s.want(0, "prod     ", "weir: dead: cluster: unreachable: dial dead-1:9092: refused", "get groups -c prod -c dead -c prod")
	s.want(0, "payments", "weir: dead: cluster", "get groups -c dead -c prod payments -o name")
	s.want(3, "", "weir: dead: dial dead-1:9092: refused", "get groups -c dead")
	s.want(12, "", "weir: slow: context deadline exceeded", "get groups -c slow")
	s.want(3, "", "weir: slow", "get groups -c slow -c dead")
	s.want(3, `"complete":false`, "weir: dead: dial", "get groups -c dead -o json")
	var doc struct {
		Complete bool
		Clusters []struct {
			Name string
			Gaps []struct{ Reason string }
		}
	}
	s.run("get", "groups", "-c", "prod", "-c", "dead", "-o", "json")
	if err := json.Unmarshal(s.stdout.Bytes(), &doc); err != nil || doc.Complete || len(doc.Clusters) != 2 || doc.Clusters[1].Gaps[0].Reason != "unreachable" {
		t.Errorf("%v in %s", err, &s.stdout)
	}
}

func TestGapsAreToldOnce(t *testing.T) {
	s := newShell(t)
	s.clusters["kafka-1:9092"] = func(_ context.Context, want probes.Want) (*lag.Reading, error) {
		r := small()
		r.Complete = false
		for range 8 {
			r.Gaps = append(r.Gaps, lag.Gap{Ref: lag.Ref{Cluster: "prod", Kind: lag.KindTopic, Name: "x"}, Reason: lag.NotAuthorized})
		}
		r.Gaps[0] = lag.Gap{Ref: lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "payments"}, Reason: lag.NotAuthorized, Detail: "no Read"}
		return r, nil
	}
	s.want(0, "payments", "weir: prod: and 3 more that could not be seen; -o json lists them all", "get groups -c prod")
	s.want(3, "payments", "weir: group payments: not authorized: no Read", "get groups -c prod payments -o name")
	if n := strings.Count(s.stderr.String(), "payments"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &s.stderr)
	}
}

func TestHostileNames(t *testing.T) {
	s := newShell(t)
	for _, form := range []string{"table", "wide", "md", "name", "json", "jsonl", "csv"} {
		s.outTTY = true
		s.want(0, "owned", "", "get groups -c prod -o "+form)
		if strings.ContainsAny(s.stdout.String(), "\x1b\a") {
			t.Errorf("-o %s sends control characters to a terminal: %q", form, &s.stdout)
		}
	}
	if code := s.run("get", "groups", "-c", "prod", "no\x1b[31m"); code != 3 || strings.Contains(s.stderr.String(), "\x1b") {
		t.Errorf("exit code %d, stderr %q", code, &s.stderr)
	}
}
