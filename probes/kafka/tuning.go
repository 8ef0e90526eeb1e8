package kafka

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// tuningEvery is how often the configuration of a broker in focus is read: it is tens of kilobytes.
const tuningEvery = time.Minute

// tuningCalls reads the configuration of the brokers in focus, each from itself (KIP-226).
func (s *sweep) tuningCalls() []call {
	var calls []call
	for _, n := range s.brokers() {
		id := strconv.Itoa(int(s.w.topo.Nodes[n].ID))
		looked := slices.ContainsFunc(s.want.Focus, func(r lag.Ref) bool { return r.Kind == lag.KindBroker && r.Name == id })
		if last, read := s.tuning[n]; !looked || read && s.at.Sub(last.At) < tuningEvery {
			continue
		}
		r := kmsg.NewDescribeConfigsRequestResource()
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeBroker, id
		req := kmsg.NewPtrDescribeConfigsRequest()
		req.Resources, req.IncludeSynonyms = []kmsg.DescribeConfigsRequestResource{r}, true
		calls = append(calls, call{node: n, req: req, what: "broker settings", apply: func(a answer) {
			s.gaps.drop(inSettings, s.nodeRef(n))
			if a.err != nil {
				s.miss(inSettings, n, "broker settings", a.err)
				return
			}
			for _, got := range a.resp.(*kmsg.DescribeConfigsResponse).Resources {
				if got.ErrorCode != 0 {
					f := coded(got.ErrorCode)
					s.gaps.add(inSettings, s.nodeRef(n), f.reason, "broker settings: "+f.detail)
					continue
				}
				s.tuning = maps.Clone(s.tuning) // readings hold the one before
				if s.tuning == nil {
					s.tuning = map[lag.NodeIx]lag.Tuning{}
				}
				s.tuning[n] = lag.Tuning{Changed: tuned(got.Configs), At: a.at.Answered}
			}
		}})
	}
	return calls
}

// tuned is what differs from Kafka's own default.
func tuned(configs []kmsg.DescribeConfigsResponseResourceConfig) []lag.Setting {
	var out []lag.Setting
	for _, c := range configs {
		if c.Value == nil || c.IsSensitive || c.Source == kmsg.ConfigSourceDefaultConfig || c.Source == kmsg.ConfigSourceUnknown {
			continue
		}
		set := lag.Setting{Name: c.Name, Value: *c.Value}
		for _, syn := range c.ConfigSynonyms {
			if syn.Source == kmsg.ConfigSourceDefaultConfig {
				set.Default = deref(syn.Value)
			}
		}
		if set.Value != set.Default {
			out = append(out, set)
		}
	}
	slices.SortFunc(out, func(a, b lag.Setting) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// keepDisks remembers a broker's log directories.
func (s *sweep) keepDisks(n lag.NodeIx, resp *kmsg.DescribeLogDirsResponse) {
	if resp.ErrorCode != 0 || len(resp.Dirs) == 0 {
		return // refused: what was known stays
	}
	dirs := make([]lag.LogDir, 0, len(resp.Dirs))
	for _, d := range resp.Dirs {
		dir := lag.LogDir{Path: d.Dir, Total: sized(d.TotalBytes), Usable: sized(d.UsableBytes)}
		if d.ErrorCode != 0 {
			dir.Fault, dir.Held = coded(d.ErrorCode).detail, lag.Unknown
		}
		for i := range d.Topics {
			for _, p := range d.Topics[i].Partitions {
				if lag.Known(dir.Held) && p.Size >= 0 {
					dir.Held += p.Size
				}
			}
		}
		dirs = append(dirs, dir)
	}
	s.disks = maps.Clone(s.disks) // readings hold the one before
	if s.disks == nil {
		s.disks = map[lag.NodeIx][]lag.LogDir{}
	}
	s.disks[n] = dirs
}

// sized is a volume's size; brokers that don't know it say a negative one.
func sized(n int64) int64 {
	if n <= 0 {
		return lag.Unknown
	}
	return n
}
