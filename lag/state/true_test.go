package state

import (
	"regexp"
	"testing"

	"weir/lag"
)

// claims are what sentences say in numbers, and what the columns beside them say.
var claims = []struct {
	said *regexp.Regexp
	is   func(v *Verdict) []string
}{
	{regexp.MustCompile(`(\S+) records? unread`), func(v *Verdict) []string { return []string{exact(v.Lag)} }},
	{regexp.MustCompile(`the oldest for ([^\s.;,:]+)`), func(v *Verdict) []string { return []string{about(v.TimeLag, v.TimeLagBound == lag.AtLeast)} }},
	{regexp.MustCompile(`has waited for ([^\s.;,:]+)`), func(v *Verdict) []string { return []string{about(v.TimeLag, v.TimeLagBound == lag.AtLeast)} }},
	{regexp.MustCompile(`(\S+ records/s) come in, (\S+ records/s) are read`), func(v *Verdict) []string { return []string{rateOf(v.Produce), rateOf(v.Consume)} }},
	{regexp.MustCompile(`(\S+) partitions? of (\S+) (?:is|are) behind`), func(v *Verdict) []string {
		return []string{exact(int64(v.Counts[FallingBehind])), exact(int64(v.Positions))}
	}},
	{regexp.MustCompile(`^(\S+) records? (?:was|were) deleted unread`), func(v *Verdict) []string { return []string{exact(v.Lost)} }},
	{regexp.MustCompile(`caught up in about (\w+)`), func(v *Verdict) []string { return []string{span(v.CatchUp)} }},
	{regexp.MustCompile(`unread record in about (\w+)`), func(v *Verdict) []string { return []string{span(v.RetentionLeft)} }},
	{regexp.MustCompile(`^Watched for (\w+) with commits at (\S+) reading`), func(v *Verdict) []string {
		return []string{span(v.Basis.Window), exact(int64(v.Basis.Samples))}
	}},
	{regexp.MustCompile(`wait up to (\w+) for a commit here`), func(v *Verdict) []string { return []string{atLeastOne(v.Rhythm)} }},
	{regexp.MustCompile(`(\S+) members? (?:is|are) still listed`), func(v *Verdict) []string { return []string{exact(int64(v.Members))} }},
}

// What a sentence says in numbers is what the columns beside it say, and one that says no more than that a group is well is
// written anew before it is old; no state began after it is told.
func TestSentencesAreTrue(t *testing.T) {
	t.Parallel()
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	h, j := lag.NewHistory(), New(nil)
	written := map[string]int{}
	for _, r := range sampled(rs, 5, 3) {
		h.Fold(r)
		res := j.Judge(r, h)
		for g := range res.Groups {
			v, m := &res.Groups[g], &j.mem[g]
			name := r.Groups[g].Name
			if !v.Since.IsZero() && v.Since.After(h.Time(h.Now())) {
				t.Fatalf("%s is %v since %v, at %v", name, v.State, v.Since, r.Tick)
			}
			if v.Why == "" {
				t.Fatalf("%s is %v without a sentence", name, v.State)
			}
			if m.whyAt != m.now {
				if old := m.now - m.whyAt; v.Severity > Calm || passing(v.State) || old >= rewordCalm {
					t.Fatalf("%s is %v: %q is %v old", name, v.State, v.Why, old.Duration(0))
				}
				continue
			}
			for k, c := range claims {
				said := c.said.FindStringSubmatch(v.Why)
				if said == nil {
					continue
				}
				written[claims[k].said.String()]++
				for n, want := range c.is(v) {
					if said[1+n] != want {
						t.Fatalf("%s at %v is %v and says %q; of %q it is %s", name, r.Tick, v.State, v.Why, c.said, want)
					}
				}
			}
		}
	}
	if len(written) < len(claims)-1 {
		t.Errorf("only %d of %d claims were made: %v", len(written), len(claims), written)
	}
}
