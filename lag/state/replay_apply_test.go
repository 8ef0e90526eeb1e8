package state

import (
	"encoding/base64"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"weir/lag"
)

func (rp *replayer) applyTopics(l *line) error {
	rp.own()
	if l.Full == 1 {
		for i := range rp.topo.Topics {
			rp.topo.Topics[i].Gone = l.D[rp.topo.Topics[i].Name] == nil
		}
	}
	for name, raw := range l.D {
		t := rp.topic(name)
		if null(raw) {
			rp.topo.Topics[t].Gone = true
			rp.goneTopic(t, true)
			continue
		}
		var v [2]any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		id, err := base64.RawURLEncoding.DecodeString(v[0].(string))
		if err != nil {
			return err
		}
		copy(rp.topo.Topics[t].ID[:], id)
		rp.topo.Topics[t].Gone = false
		for n := range int(v[1].(float64)) {
			rp.partition(name, strconv.Itoa(n))
		}
		rp.goneTopic(t, false)
	}
	return nil
}

func (rp *replayer) goneTopic(t lag.TopicIx, gone bool) {
	for _, p := range rp.topo.Topics[t].Partitions {
		rp.topo.Partitions[p].Gone = gone
	}
}

func (rp *replayer) applyLog(l *line, col *[]int64) error {
	if l.Full == 1 {
		for i := range *col {
			(*col)[i] = lag.Unknown
		}
	}
	for topic, raw := range l.D {
		if null(raw) {
			for _, p := range rp.topo.Topics[rp.topic(topic)].Partitions {
				(*col)[p] = lag.Unknown
			}
			continue
		}
		var m map[string]*int64
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		for n, v := range m {
			p := rp.partition(topic, n)
			(*col)[p] = lag.Unknown
			if v != nil {
				(*col)[p] = *v
			}
		}
	}
	return nil
}

func (rp *replayer) applyCommits(l *line) error {
	if l.Full == 1 {
		for i := range rp.commit {
			if _, share := rp.backlog[lag.PositionIx(i)]; !share {
				rp.commit[i] = lag.None
			}
		}
	}
	for group, raw := range l.D {
		g := rp.group(group)
		if null(raw) {
			for _, i := range rp.topo.Groups[g].Positions {
				rp.commit[i] = lag.None
			}
			continue
		}
		var m map[string]map[string]*int64
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		for topic, ps := range m {
			if ps == nil {
				for _, p := range rp.topo.Topics[rp.topic(topic)].Partitions {
					rp.commit[rp.position(g, p)] = lag.None
				}
			}
			for n, v := range ps {
				i := rp.position(g, rp.partition(topic, n))
				rp.commit[i] = lag.None
				if v != nil {
					rp.commit[i] = *v
				}
			}
		}
	}
	return nil
}

func (rp *replayer) applyShare(l *line) error {
	for group, raw := range l.D {
		g := rp.group(group)
		if null(raw) {
			continue
		}
		var m map[string]map[string]*[2]int64
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		for topic, ps := range m {
			for n, v := range ps {
				i := rp.position(g, rp.partition(topic, n))
				rp.commit[i], rp.backlog[i] = lag.None, lag.None
				if v == nil {
					continue
				}
				if v[0] >= 0 {
					rp.commit[i] = v[0]
				}
				rp.backlog[i] = lag.Unknown
				if v[1] >= 0 {
					rp.backlog[i] = v[1]
				}
			}
		}
	}
	return nil
}

var protocolTypes = map[string]lag.GroupType{"consumer": lag.Classic, "connect": lag.Connect, "": lag.Simple}

func (rp *replayer) applyGroups(l *line, s lag.ShardTime) error {
	rp.own()
	if l.Full == 1 {
		for i := range rp.topo.Groups {
			rp.topo.Groups[i].Gone = l.D[rp.topo.Groups[i].Name] == nil
		}
	}
	for name, raw := range l.D {
		gi := rp.group(name)
		g := &rp.topo.Groups[gi]
		if g.Gone = null(raw); g.Gone {
			continue
		}
		var v [3]string
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		g.State, g.ProtocolType = v[0], v[2]
		switch strings.ToLower(v[1]) {
		case "consumer":
			g.Type = lag.Consumer
		case "share":
			g.Type = lag.Share
		case "streams":
			g.Type = lag.Streams
		default:
			g.Type = protocolTypes[v[2]]
		}
	}
	for i := range rp.topo.Groups {
		if _, missed := l.Errs[rp.topo.Groups[i].Name]; !missed {
			rp.topo.Groups[i].StateAt = s.Answered
		}
	}
	return nil
}

type member struct {
	client   string
	assigned map[string]string // topic → ranges of partitions: 0-2,5
	epoch    int
}

func (m *member) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&m.client, &m.assigned, &m.epoch})
}

// ranges reads "0-2,5" as 0, 1, 2, 5.
func ranges(s string) (out []int) {
	for part := range strings.SplitSeq(s, ",") {
		from, to, _ := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		b, err := strconv.Atoi(to)
		if err != nil {
			b = a
		}
		for n := a; n <= b; n++ {
			out = append(out, n)
		}
	}
	return out
}

func (rp *replayer) applyMembers(l *line) error {
	rp.own()
	for name, raw := range l.D {
		g := rp.group(name)
		if null(raw) {
			rp.topo.Groups[g].Members = nil
			continue
		}
		var v struct {
			Epoch    *int32            `json:"epoch"`
			Protocol string            `json:"protocol"`
			Members  map[string]member `json:"members"`
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		var ms []lag.Member
		for id, m := range v.Members {
			lm := lag.Member{ID: id, ClientID: m.client, Epoch: int32(m.epoch)}
			for topic, ps := range m.assigned {
				for _, n := range ranges(ps) {
					p := rp.partition(topic, strconv.Itoa(n))
					lm.Assigned = append(lm.Assigned, p)
					rp.position(g, p)
				}
			}
			ms = append(ms, lm)
		}
		sort.Slice(ms, func(a, b int) bool { return ms[a].ID < ms[b].ID })
		rp.topo.Groups[g].Members, rp.topo.Groups[g].Assignor = ms, v.Protocol
	}
	for i := range rp.topo.Groups {
		if _, missed := l.Errs[rp.topo.Groups[i].Name]; !missed {
			rp.topo.Groups[i].MembersAt = rp.lastMembers.Answered
		}
	}
	return nil
}
