package kafka

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
	"weir/probes"
)

// watched are the settings of a topic that explain what happens to its records; those of topics in focus are read whole.
var watched = []string{
	"cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms", "segment.ms", "segment.bytes",
	"min.insync.replicas", "max.message.bytes", "message.timestamp.type", "unclean.leader.election.enable", "remote.storage.enable",
}

// settingsCalls reads topic configuration. Any broker can answer, so that the topics are split among all.
func (s *sweep) settingsCalls() []call {
	focus := map[string]bool{}
	for _, r := range s.want.Focus {
		if r.Kind == lag.KindTopic {
			focus[r.Name] = true
		}
	}
	all := s.want.Due.Has(probes.Settings)
	if !all && len(focus) == 0 {
		return nil
	}
	if all {
		s.gaps.open(inSettings)
	}
	brokers := s.brokers()
	byNode := map[lag.NodeIx]*kmsg.DescribeConfigsRequest{}
	for i := range s.w.topo.Topics {
		t := &s.w.topo.Topics[i]
		if t.Gone || !(all || focus[t.Name]) || !s.keeps(lag.KindTopic, t.Name) || len(brokers) == 0 {
			continue
		}
		n := brokers[i%len(brokers)]
		if byNode[n] == nil {
			byNode[n] = kmsg.NewPtrDescribeConfigsRequest()
		}
		r := kmsg.NewDescribeConfigsRequestResource()
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, t.Name
		if !focus[t.Name] {
			r.ConfigNames = watched
		}
		byNode[n].Resources = append(byNode[n].Resources, r)
	}
	var calls []call
	for n, req := range byNode {
		req.IncludeSynonyms = true
		calls = append(calls, call{node: n, req: req, what: "topic settings", apply: func(a answer) {
			s.gaps.drop(inSettings, s.nodeRef(n))
			if a.err != nil {
				s.miss(inSettings, n, "topic settings", a.err)
				return
			}
			resp := a.resp.(*kmsg.DescribeConfigsResponse)
			for i := range resp.Resources {
				s.applySettings(&resp.Resources[i], a.at)
			}
		}})
	}
	return calls
}

func (s *sweep) applySettings(r *kmsg.DescribeConfigsResponseResource, at lag.ShardTime) {
	t, known := s.w.topics[r.ResourceName]
	if !known {
		return
	}
	s.gaps.drop(inSettings, s.ref(lag.KindTopic, r.ResourceName, ""))
	if r.ErrorCode != 0 {
		f := coded(r.ErrorCode)
		s.gaps.add(inSettings, s.ref(lag.KindTopic, r.ResourceName, ""), f.reason, "settings: "+f.detail)
		return
	}
	now := settings(r.Configs)
	now.At = at.Answered
	s.w.editTopic(t).Settings = &now
}

func settings(configs []kmsg.DescribeConfigsResponseResourceConfig) lag.Settings {
	out := lag.Settings{Retention: lag.UnknownRetention, RetentionBytes: lag.Unknown}
	for _, c := range configs {
		if c.Value == nil {
			continue
		}
		switch v := *c.Value; c.Name {
		case "cleanup.policy":
			out.Cleanup = v
		case "retention.ms":
			out.Retention = milliseconds(v)
		case "retention.bytes":
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				out.RetentionBytes = n
			}
		}
		if c.Source == kmsg.ConfigSourceDynamicTopicConfig && !c.IsSensitive {
			out.Changed = append(out.Changed, lag.Setting{Name: c.Name, Value: *c.Value, Default: inherited(c.ConfigSynonyms)})
		}
	}
	slices.SortFunc(out.Changed, func(a, b lag.Setting) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// inherited is the value a topic would have without its own.
func inherited(synonyms []kmsg.DescribeConfigsResponseResourceConfigConfigSynonym) string {
	for _, s := range synonyms {
		if s.Source != kmsg.ConfigSourceDynamicTopicConfig {
			return deref(s.Value)
		}
	}
	return ""
}

// milliseconds reads retention.ms; what is longer than a time.Duration holds is for ever.
func milliseconds(v string) time.Duration {
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err != nil:
		return lag.UnknownRetention
	case n < 0 || n > int64(1<<63-1)/int64(time.Millisecond):
		return lag.Forever
	}
	return time.Duration(n) * time.Millisecond
}
