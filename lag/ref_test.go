package lag

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRefText(t *testing.T) {
	for want, r := range map[string]Ref{
		"prod/group/payments":      {Cluster: "prod", Kind: KindGroup, Name: "payments"},
		"prod/cluster":             {Cluster: "prod", Kind: KindCluster},
		"prod/partition/a%2Fb/7":   {Cluster: "prod", Kind: KindPartition, Name: "a/b", Sub: "7"},
		"prod/member/g/m%201%1B[":  {},
		"p/position/g/orders:3":    {Cluster: "p", Kind: KindPosition, Name: "g", Sub: "orders:3"},
		"p/group/%C3%A9t%C3%A9%00": {Cluster: "p", Kind: KindGroup, Name: "été\x00"},
	} {
		if r == (Ref{}) {
			if _, err := ParseRef(want); err != nil {
				t.Errorf("%q: %v", want, err)
			}
			continue
		}
		if got := r.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, bad := range []string{"", "prod", "a/b/c/d/e", "a/b/%G1", "a/b/%1"} {
		if r, err := ParseRef(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, r)
		}
	}
}

func TestRefRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.String()
		r := Ref{Cluster: any.Draw(t, "cluster"), Kind: any.Draw(t, "kind"), Name: any.Draw(t, "name"), Sub: any.Draw(t, "sub")}
		s := r.String()
		if strings.ContainsAny(s, " \n\x1b") {
			t.Fatalf("%q is not one plain word", s)
		}
		got, err := ParseRef(s)
		if err != nil || got != r {
			t.Fatalf("%q reads as %+v, %v; want %+v", s, got, err, r)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	f.Add("prod/group/payments")
	f.Add("a/b/%2F/%00")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			return
		}
		if again, err := ParseRef(r.String()); err != nil || again != r {
			t.Fatalf("%q: %+v, then %+v, %v", s, r, again, err)
		}
	})
}
