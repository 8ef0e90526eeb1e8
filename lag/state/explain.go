package state

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/lag"
)

// Explain returns what every rule says to the group or position that ref names, and why; a group's are those of the
// position its state rests on, and of the conditions of the group as a whole. The reading must be the one judged last.
func (j *Judge) Explain(r *lag.Reading, h *lag.History, ref lag.Ref) ([]Explanation, error) {
	g, err := groupOf(r, ref)
	if err != nil {
		return nil, err
	}
	if int(g) >= len(j.mem) {
		return nil, fmt.Errorf("explain: %s: not judged yet", ref)
	}
	m := &j.mem[g]
	k, err := positionOf(r, g, m, ref)
	if err != nil {
		return nil, err
	}
	out := j.explainGroup(r, h, g, m)
	if k < 0 {
		return out, nil
	}
	i := r.Groups[g].Positions[k]
	f := j.factsOf(r, h, m, k, i)
	p := &r.Partitions[r.Positions[i].Partition]
	subject := lag.Ref{Cluster: r.Cluster, Kind: lag.KindPosition, Name: r.Groups[g].Name,
		Sub: r.Topics[p.Topic].Name + ":" + strconv.Itoa(int(p.Number))}
	return append(f.explain(subject), out...), nil
}

func groupOf(r *lag.Reading, ref lag.Ref) (lag.GroupIx, error) {
	if ref.Kind != lag.KindGroup && ref.Kind != lag.KindPosition {
		return 0, fmt.Errorf("explain: %s: states are of groups and positions", ref)
	}
	for g := range r.Groups {
		if r.Groups[g].Name == ref.Name {
			return lag.GroupIx(g), nil
		}
	}
	return 0, fmt.Errorf("explain: %s: there is no such group", ref)
}

// positionOf returns which of the group's positions is explained: the one named, else the gravest; −1 without any.
func positionOf(r *lag.Reading, g lag.GroupIx, m *memory, ref lag.Ref) (int, error) {
	grp := &r.Groups[g]
	if ref.Kind == lag.KindGroup {
		worst := -1
		for k := range min(len(grp.Positions), len(m.marks)) {
			if worst < 0 || m.marks[k].code > m.marks[worst].code || m.marks[k].code == m.marks[worst].code && grp.Positions[k] == m.worst {
				worst = k
			}
		}
		return worst, nil
	}
	cut := strings.LastIndexByte(ref.Sub, ':')
	for k, i := range grp.Positions {
		p := &r.Partitions[r.Positions[i].Partition]
		if cut >= 0 && r.Topics[p.Topic].Name == ref.Sub[:cut] && strconv.Itoa(int(p.Number)) == ref.Sub[cut+1:] {
			return k, nil
		}
	}
	return 0, fmt.Errorf("explain: %s: the group has no such position; name it as topic:partition", ref)
}

// explain asks each rule, and tells what it looked at.
func (f *facts) explain(subject lag.Ref) []Explanation {
	var out []Explanation
	inputs := f.inputs()
	for k := range rules {
		c := rules[k].code
		e := Explanation{Rule: c.state().String(), Subject: subject, Severity: c.severity(), Inputs: inputs}
		e.Speaks = rules[k].holds(f)
		e.Because = f.because(c, e.Speaks)
		out = append(out, e)
	}
	return out
}

// inputs are the values the rules look at.
func (f *facts) inputs() []Input {
	m := f.m
	in := []Input{
		{"committed", number(f.t.Commit), "offset"}, {"start", number(f.e.Start), "offset"}, {"end", number(f.e.End), "offset"},
		{"stable_end", number(f.e.Stable), "offset"}, {"lag", number(f.lag), "records"}, {"lost", exact(f.lost), "records"},
		{"waits", strconv.FormatBool(f.waits), ""}, {"oldest_unread", tenths(f.age), "s"}, {"silence", tenths(f.silence), "s"},
		{"patience", tenths(f.patience()), "s"}, {"rhythm", tenths(m.r), "s"}, {"limit", tenths(m.limit), "s"},
		{"rebalancing", tenths(m.rebalancing()), "s"}, {"memberless", strconv.FormatBool(m.memberless), ""},
		{"others_move", strconv.FormatBool(m.others), ""}, {"behind", strconv.Itoa(m.late), "positions"},
		{"prompt", strconv.Itoa(m.prompt), "positions"}, {"works_off", strconv.FormatBool(m.reading), ""},
		{"seeing_again", strconv.FormatBool(m.fogged), ""},
	}
	if m.expected > 0 {
		in = append(in, Input{"rhythm_before", tenths(m.before), "s"})
	}
	if m.restMost > 0 {
		in = append(in, Input{"left_unread", tenths(left(f.t)), "s"}, Input{"left_limit", tenths(m.restMost), "s"})
	}
	if m.long.known {
		in = append(in, Input{"came_in", strconv.FormatFloat(m.long.came, 'f', 1, 64), "records/s"},
			Input{"read", strconv.FormatFloat(m.long.read, 'f', 1, 64), "records/s"})
	}
	return in
}

func number(v int64) string {
	switch v {
	case lag.Unknown:
		return "unknown"
	case lag.None:
		return "none"
	}
	return exact(v)
}

func tenths(m lag.Moment) string {
	return strconv.FormatFloat(m.Duration(0).Seconds(), 'f', 1, 64)
}

func span10(m lag.Moment) string { return span(m.Duration(0)) }

// explainGroup tells of the conditions of the group as a whole.
func (j *Judge) explainGroup(r *lag.Reading, h *lag.History, g lag.GroupIx, m *memory) []Explanation {
	gt := h.Group(g)
	subject := lag.Ref{Cluster: r.Cluster, Kind: lag.KindGroup, Name: r.Groups[g].Name}
	in := []Input{{"protocol_state", r.Groups[g].State, ""}, {"window", tenths(m.now - max(m.begun, 0)), "s"},
		{"samples", strconv.Itoa(m.samples), "readings"}}
	of := func(c code, speaks bool, because string) Explanation {
		return Explanation{Rule: c.state().String(), Subject: subject, Severity: c.severity(), Speaks: speaks, Because: because, Inputs: in}
	}
	without := time.Duration(0)
	if gt.Phase == lag.Memberless && gt.Since != lag.Never {
		without = m.now.Duration(gt.Since)
	}
	return []Explanation{
		of(cNotVisible, m.unseen && m.begun != lag.Never, either(m.unseen, "its commits could not be read for more than two refreshes",
			"its commits were read")),
		of(cRebalancing, gt.Phase == lag.Moving, either(gt.Phase == lag.Moving, "its coordinator hands partitions out",
			"its coordinator calls it "+r.Groups[g].State)),
		of(cAbandoned, m.code == cAbandoned, "without members for "+span(without)+"; abandoned after "+span10(j.dayOf(m.policy))),
		of(cUnknown, m.code == cUnknown, either(m.noEnd > 0, "the log ends of "+plural(m.noEnd, "position")+" could not be read",
			either(m.r == 0, "no rhythm learned yet", "records usually wait up to "+span10(m.r)+" for a commit"))),
	}
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}
