package state

import (
	"time"

	"weir/lag"
)

// Policy is what the people who own a group have said about it.
type Policy struct {
	Group, Topic string        // patterns with * and ?; "" matches everything. Topic matches any topic the group reads
	TimeLag      time.Duration // what time lag is fine; 0: nothing said
	Cron         time.Duration // expect = "cron": the longest time between the begins of two runs; 0: not a scheduled job
	Abandoned    time.Duration // after how long without members a group is folded away; 0: a day
	MuteUntil    time.Time     // zero: not muted
	Owner        string
	Links        []string
}

// Policies are matched in order; for each setting the first matching policy that says something decides.
type Policies []Policy

// For returns what holds for a group that reads these topics; nil when no policy matches.
func (ps Policies) For(group string, topics []string) *Policy {
	var out *Policy
	for i := range ps {
		p := &ps[i]
		if !p.matches(group, topics) {
			continue
		}
		if out == nil {
			c := *p
			out = &c
			continue
		}
		out.fill(p)
	}
	return out
}

func (p *Policy) matches(group string, topics []string) bool {
	if p.Group != "" && !glob(p.Group, group) {
		return false
	}
	if p.Topic == "" {
		return true
	}
	for _, t := range topics {
		if glob(p.Topic, t) {
			return true
		}
	}
	return false
}

// fill takes over what has not been said yet.
func (p *Policy) fill(from *Policy) {
	p.TimeLag = first(p.TimeLag, from.TimeLag)
	p.Cron = first(p.Cron, from.Cron)
	p.Abandoned = first(p.Abandoned, from.Abandoned)
	p.Owner = first(p.Owner, from.Owner)
	if p.MuteUntil.IsZero() {
		p.MuteUntil = from.MuteUntil
	}
	if p.Links == nil {
		p.Links = from.Links
	}
}

func first[T comparable](a, b T) T {
	var none T
	if a != none {
		return a
	}
	return b
}

func (p *Policy) mutedAt(t time.Time) bool { return p != nil && t.Before(p.MuteUntil) }

// glob reports whether s matches a pattern in which * stands for any bytes and ? for one.
func glob(pattern, s string) bool {
	star, mark := -1, 0
	i, k := 0, 0
	for k < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, k
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == s[k]):
			i++
			k++
		case star >= 0:
			mark++
			i, k = star+1, mark
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == '*' {
		i++
	}
	return i == len(pattern)
}

// policyOf finds the policy of a group anew when the topology has changed.
func (j *Judge) policyOf(r *lag.Reading, g lag.GroupIx, m *memory) {
	if len(j.policies) == 0 || m.matched == len(r.Groups[g].Positions)+1 {
		return
	}
	m.matched = len(r.Groups[g].Positions) + 1
	var topics []string
	last := lag.TopicIx(lag.Nowhere)
	for _, i := range r.Groups[g].Positions {
		if t := r.Partitions[r.Positions[i].Partition].Topic; t != last {
			topics, last = append(topics, r.Topics[t].Name), t
		}
	}
	m.policy = j.policies.For(r.Groups[g].Name, topics)
}
