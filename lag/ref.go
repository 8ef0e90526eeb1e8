package lag

import (
	"fmt"
	"strconv"
	"strings"
)

// Kinds of things a [Ref] names.
const (
	KindCluster   = "cluster"
	KindBroker    = "broker"
	KindTopic     = "topic"
	KindPartition = "partition"
	KindGroup     = "group"
	KindPosition  = "position"
	KindMember    = "member"
)

// Ref names anything at the edges: in output, gaps, findings, plans. It is not for use as a map key in a sweep, where
// interned indexes serve.
type Ref struct {
	Cluster string // name in the configuration
	Kind    string // one of the Kind constants
	Name    string // of the broker (its id), topic, group; "" for the cluster itself
	Sub     string // partition number; for a position topic:partition; for a member its id
}

// String returns cluster/kind/name/sub, shortened from the right where parts are empty, with every byte that is not a
// letter, digit or one of ._-:@+ percent-escaped: stable, one word, safe to grep and to print.
func (r Ref) String() string {
	parts := []string{r.Cluster, r.Kind, r.Name, r.Sub}
	for len(parts) > 2 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		escape(&b, p)
	}
	return b.String()
}

func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-:@+", c) >= 0
}

func escape(b *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		if plain(s[i]) {
			b.WriteByte(s[i])
			continue
		}
		fmt.Fprintf(b, "%%%02X", s[i])
	}
}

// ParseRef reads what [Ref.String] wrote.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 4 {
		return Ref{}, fmt.Errorf("ref %q: want cluster/kind[/name[/sub]], for example prod/group/payments", s)
	}
	var out [4]string
	for i, p := range parts {
		u, err := unescape(p)
		if err != nil {
			return Ref{}, fmt.Errorf("ref %q: %w", s, err)
		}
		out[i] = u
	}
	return Ref{Cluster: out[0], Kind: out[1], Name: out[2], Sub: out[3]}, nil
}

func unescape(s string) (string, error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("%q ends within an escape", s)
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%q is no escape, want %%XX", s[i:i+3])
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}
