package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const twoClusters = "[clusters.a]\nbrokers = [\"k:9092\"]\n[clusters.ops]\nbrokers = [\"o:9092\"]\n"

func TestAnchors(t *testing.T) {
	c, err := parseText(twoClusters + `[[audit.anchor]]
kind = "kafka"
cluster = "ops"
topic = "weir-audit"
[[audit.anchor]]
kind = "file"
path = "cp"
mode = "best-effort"
[[audit.anchor]]
kind = "syslog"
[clusters.a.claims]
cluster = "a"
topic = "claims"
break_glass = true
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Anchor{
		{Kind: AnchorKafka, Mode: AnchorRequired, Cluster: "ops", Topic: "weir-audit"},
		{Kind: AnchorFile, Mode: AnchorBestEffort, Path: "/etc/cp"},
		{Kind: AnchorSyslog, Mode: AnchorRequired},
	}
	if !reflect.DeepEqual(c.Audit.Anchors, want) || len(c.Warnings) > 0 {
		t.Errorf("got %+v, %v", c.Audit.Anchors, c.Warnings)
	}
	a, _ := c.Cluster("a")
	if want := (Claims{Cluster: "a", Topic: "claims", Lease: time.Minute, BreakGlass: true}); a.Claims == nil || *a.Claims != want {
		t.Errorf("got %+v", a.Claims)
	}
	if ops, _ := c.Cluster("ops"); ops.Claims != nil {
		t.Errorf("got %+v", ops.Claims)
	}
}

func TestAnchorProblems(t *testing.T) {
	const anchor, claims = "[[audit.anchor]]\n", "[clusters.a.claims]\ncluster = \"ops\"\n"
	for name, tt := range map[string]struct{ text, want string }{
		"kind":           {anchor + "kind = \"s3\"\n", `audit.anchor.0.kind: want "file", "syslog" or "kafka", got "s3"`},
		"no kind":        {anchor + "path = \"/x\"\n", `want "file", "syslog" or "kafka", got ""`},
		"mode":           {anchor + "kind = \"syslog\"\nmode = \"may\"\n", `audit.anchor.0.mode: want "required" or "best-effort", got "may"`},
		"file, no path":  {anchor + "kind = \"file\"\n", "audit.anchor.0: add path"},
		"file, topic":    {anchor + "kind = \"file\"\npath = \"/x\"\ntopic = \"t\"\n", `audit.anchor.0.topic: an anchor of kind "file" has no topic`},
		"kafka, path":    {anchor + "kind = \"kafka\"\npath = \"/x\"\ncluster = \"ops\"\ntopic = \"t\"\n", `audit.anchor.0.path: an anchor of kind "kafka" has no path`},
		"no cluster":     {anchor + "kind = \"kafka\"\ncluster = \"opps\"\ntopic = \"t\"\n", `audit.anchor.0.cluster: no cluster is named "opps"; did you mean "ops"?`},
		"no topic":       {anchor + "kind = \"kafka\"\ncluster = \"ops\"\n", `want the name of a topic that exists, got ""`},
		"bad topic":      {anchor + "kind = \"kafka\"\ncluster = \"ops\"\ntopic = \"a b\"\n", `audit.anchor.0.topic: want the name of a topic that exists, got "a b"`},
		"twice":          {anchor + "kind = \"syslog\"\n" + anchor + "kind = \"syslog\"\nmode = \"best-effort\"\n", "audit.anchor.1: the same anchor stands above already"},
		"claims nowhere": {"[clusters.a.claims]\ntopic = \"t\"\n", `clusters.a.claims.cluster: no cluster is named ""`},
		"claims, topic":  {claims + "topic = \"..\"\n", `clusters.a.claims.topic: want the name of a topic that exists, got ".."`},
		"short lease":    {claims + "topic = \"t\"\nlease = \"4s\"\n", "clusters.a.claims.lease: want from 5s to 10m0s"},
		"long lease":     {claims + "topic = \"t\"\nlease = \"11m\"\n", "clusters.a.claims.lease: want from 5s to 10m0s"},
		"one topic":      {claims + "topic = \"t\"\n" + anchor + "kind = \"kafka\"\ncluster = \"ops\"\ntopic = \"t\"\n", "clusters.a.claims.topic: topic t on ops anchors the audit log; claims need a topic of their own"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseText(twoClusters + tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAnchorOnTheOnlyCluster(t *testing.T) {
	c, err := parseText(minimal + "[[audit.anchor]]\nkind = \"kafka\"\ncluster = \"a\"\ntopic = \"t\"\n")
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Error(), `"a" is the only cluster here`) {
		t.Errorf("%v, %v", err, c.Warnings)
	}
}
