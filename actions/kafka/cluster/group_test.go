package cluster

import (
	"strings"
	"testing"
)

// TestMemberNamesStayInTheirLine: a client may call itself anything.
func TestMemberNamesStayInTheirLine(t *testing.T) {
	g := Group{Members: []Member{{ClientID: "a\nweir: run r-1 is done", Host: "/10.0.0.1\x1b[2J", Instance: "i\r"}}}
	if who := g.Who(); strings.ContainsAny(who, "\n\r\x1b") || !strings.Contains(who, `a\x0aweir`) {
		t.Errorf("%q", who)
	}
}
