package actions

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// digestTag sets the digests of plans apart from all others, and those of later forms of the plan from these.
const digestTag = "weir.plan/v1\n"

// maxExact is the largest whole number that the canonical form tells from its neighbours (RFC 8785 §3.2.2.3, RFC 7493).
const maxExact = 1<<53 - 1

// ComputeDigest gives the SHA-256, in hex, over the canonical form (RFC 8785) of the plan without its id and times. The
// cluster id is in it, so that a plan fits one cluster only. A number that the canonical form would round is an error.
func (p Plan) ComputeDigest() (string, error) {
	raw, err := json.Marshal(p.body())
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	return digest(raw)
}

func digest(raw []byte) (string, error) {
	if err := exact(raw); err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	sum := sha256.New()
	sum.Write([]byte(digestTag))
	sum.Write(canonical)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// exact refuses numbers that a double doesn't hold, and fractions, which no plan has: two plans that differ must never
// share a digest. raw is JSON as json.Marshal gives it; outside of its strings only numbers have digits.
func exact(raw []byte) error {
	if !utf8.Valid(raw) {
		return fmt.Errorf("not UTF-8")
	}
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case c == '-' || c >= '0' && c <= '9':
			from := i
			for i < len(raw) && strings.IndexByte("+-.eE0123456789", raw[i]) >= 0 {
				i++
			}
			n := string(raw[from:i])
			v, err := strconv.ParseInt(n, 10, 64)
			if err != nil || v > maxExact || v < -maxExact {
				return fmt.Errorf("%s can't be told exactly in a plan: whole numbers up to 2^53 can", n)
			}
		}
	}
	return nil
}
