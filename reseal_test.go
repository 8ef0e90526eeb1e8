package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"weir/actions"
)

// reseal writes a plan file as another time or another cluster would have made it: whole, with a digest and an id that fit.
func reseal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: reseal hour-old|elsewhere FROM TO")
	}
	f, err := os.Open(ts.MkAbs(args[1]))
	ts.Check(err)
	defer f.Close()
	p, err := actions.ReadPlan(f)
	ts.Check(err)
	if args[0] == "hour-old" {
		p.MadeAt, p.Expires = p.MadeAt.Add(-time.Hour), p.Expires.Add(-time.Hour)
	} else {
		p.ClusterID = "another"
	}
	p.Digest, err = p.ComputeDigest()
	ts.Check(err)
	const form = "2006-01-02T15:04:05.000Z"
	sum := sha256.Sum256([]byte(p.Digest + " " + p.MadeAt.UTC().Format(form) + " " + p.Expires.UTC().Format(form)))
	p.ID = "p-" + hex.EncodeToString(sum[:6])
	to, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	defer to.Close()
	ts.Check(p.Write(to, "0.1.0"))
}
