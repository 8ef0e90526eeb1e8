package kafka_test

import (
	"bytes"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"weir/lag"
	"weir/probes"
	"weir/probes/probetest"
)

// forged answers a request with bytes of the test's own.
type forged struct {
	kmsg.Response
	body []byte
}

func (f forged) AppendTo(b []byte) []byte { return append(b, f.body...) }

// forge answers every request of a key by what f makes, until it is let go.
func (k *fake) forge(key kmsg.Key, f func(kmsg.Request) kmsg.Response) (let func()) {
	var off atomic.Bool
	k.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if off.Load() {
			return nil, nil, false
		}
		return f(req), nil, true
	})
	return func() { off.Store(true) }
}

// reply makes an empty answer of the request's version.
func reply(req kmsg.Request) kmsg.Response {
	r := req.ResponseKind()
	r.SetVersion(req.GetVersion())
	return r
}

// tagged are bodies that kmsg may read as four billion tagged fields, which it looks for one by one in what is left of the
// reply. It comes to an error, after minutes. The two requests of a refresh, decoded by weir itself, are not held up.
var tagged = map[string]bool{"ones": true, "a huge length": true}

// TestDamagedReplies: whatever bytes come in place of any answer, the sweep tells a gap, keeps what it knew, and is
// sound; afterwards all is well.
func TestDamagedReplies(t *testing.T) {
	bodies := map[string][]byte{
		"nothing":       {},
		"a byte":        {0},
		"zeros":         make([]byte, 64),
		"ones":          bytes.Repeat([]byte{0xff}, 64),
		"a huge length": append([]byte{0, 0, 0, 0}, bytes.Repeat([]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, 8)...),
		"text":          []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
	}
	keys := []kmsg.Key{
		kmsg.OffsetFetch, kmsg.ListOffsets, kmsg.Metadata, kmsg.ListGroups, kmsg.DescribeGroups, kmsg.DescribeConfigs,
		kmsg.DescribeLogDirs, kmsg.DescribeACLs,
	}
	for _, key := range keys {
		t.Run(key.Name(), func(t *testing.T) {
			leakless(t)
			onFake(t, nil, func(k *fake) {
				before := k.sweep(probes.Want{Due: probes.All})
				for what, body := range bodies {
					if flat := key == kmsg.OffsetFetch || key == kmsg.ListOffsets; !flat && tagged[what] {
						continue
					}
					k.commit(k.committed + 1)
					let := k.forge(key, func(req kmsg.Request) kmsg.Response { return forged{reply(req), body} })
					r := k.sweep(probes.Want{Due: probes.All, Budget: 20 * time.Second})
					must(t, probetest.Check(r.Reading))
					if zeros := strings.HasPrefix(what, "zero"); !zeros && r.Complete {
						t.Errorf("%s: complete", what)
					}
					for i, v := range r.Committed {
						if v != k.committed && v != k.committed-1 && v != before.Committed[i] {
							t.Errorf("%s: position %d has commit %s", what, i, num(v))
						}
					}
					let()
					before = k.sweep(probes.Want{Due: probes.All})
				}
				for range 2 {
					before = k.sweep(probes.Want{Due: probes.All})
				}
				for i := range before.Committed {
					if before.Committed[i] != k.committed {
						t.Errorf("afterwards position %d has commit %s, want %d", i, num(before.Committed[i]), k.committed)
					}
				}
				if !before.Complete {
					t.Errorf("afterwards: gaps %s", before.gaps())
				}
			})
		})
	}
}

// TestForgedCommits: replies that are well formed and false. No index, name or number in them may break a sweep.
func TestForgedCommits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SampledFrom([]string{"g0", "g1", "g5", "other", "", "orders"})
		topics := rapid.SampledFrom([]string{"orders", "payments", "gone", "", "g0"})
		numbers := rapid.SampledFrom([]int32{0, 1, 5, 6, 40, -1, math.MaxInt32, math.MinInt32})
		codes := rapid.SampledFrom([]int16{0, 0, 0, 3, 14, 16, 29, 30, -1, 32000})
		commits, lists := kmsg.NewPtrOffsetFetchResponse(), kmsg.NewPtrListOffsetsResponse()
		for range rapid.IntRange(0, 8).Draw(rt, "groups") {
			g := kmsg.NewOffsetFetchResponseGroup()
			g.Group, g.ErrorCode = names.Draw(rt, "group"), codes.Draw(rt, "code")
			for range rapid.IntRange(0, 3).Draw(rt, "topics") {
				tp := kmsg.NewOffsetFetchResponseGroupTopic()
				tp.Topic = topics.Draw(rt, "topic")
				for range rapid.IntRange(0, 3).Draw(rt, "partitions") {
					p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
					p.Partition, p.Offset, p.ErrorCode = numbers.Draw(rt, "p"), rapid.Int64().Draw(rt, "o"), codes.Draw(rt, "pc")
					tp.Partitions = append(tp.Partitions, p)
				}
				g.Topics = append(g.Topics, tp)
			}
			commits.Groups = append(commits.Groups, g)
		}
		for range rapid.IntRange(0, 3).Draw(rt, "listed topics") {
			tp := kmsg.NewListOffsetsResponseTopic()
			tp.Topic = topics.Draw(rt, "listed topic")
			for range rapid.IntRange(0, 6).Draw(rt, "listed") {
				p := kmsg.NewListOffsetsResponseTopicPartition()
				p.Partition, p.Offset, p.ErrorCode = numbers.Draw(rt, "lp"), rapid.Int64().Draw(rt, "lo"), codes.Draw(rt, "lc")
				tp.Partitions = append(tp.Partitions, p)
			}
			lists.Topics = append(lists.Topics, tp)
		}
		onFake(t, nil, func(k *fake) {
			before := k.sweep(probes.Want{Due: probes.All})
			letCommits := k.forge(kmsg.OffsetFetch, func(req kmsg.Request) kmsg.Response {
				again := *commits
				again.SetVersion(req.GetVersion())
				return &again
			})
			letLists := k.forge(kmsg.ListOffsets, func(req kmsg.Request) kmsg.Response {
				again := *lists
				again.SetVersion(req.GetVersion())
				return &again
			})
			r := k.sweep(refresh)
			must(k.t, probetest.Check(r.Reading))
			must(k.t, probetest.Follows(before.Reading, r.Reading))
			if r.Complete {
				k.t.Error("complete")
			}
			letCommits()
			letLists()
			k.sweep(probes.Want{Due: probes.All})
			r = k.sweep(probes.Want{Due: probes.All})
			must(k.t, probetest.Check(r.Reading))
			for p := range fakePartitions {
				r.wants("afterwards", r.row("g1", "orders", p), "3 0 10 10 7 7 0")
			}
		})
	})
}

// TestListThatIsEmptyForAMoment: a broker that restarts lists no groups and says no error. Its groups are gone only when
// it tells no commits of them either.
func TestListThatIsEmptyForAMoment(t *testing.T) {
	onFake(t, nil, func(k *fake) {
		k.sweep(probes.Want{Due: probes.All})
		empty := k.forge(kmsg.ListGroups, reply)
		loading := k.forge(kmsg.OffsetFetch, func(req kmsg.Request) kmsg.Response {
			r := reply(req).(*kmsg.OffsetFetchResponse)
			for _, g := range req.(*kmsg.OffsetFetchRequest).Groups {
				rg := kmsg.NewOffsetFetchResponseGroup()
				rg.Group, rg.ErrorCode = g.Group, kerr.NotCoordinator.Code
				r.Groups = append(r.Groups, rg)
			}
			return r
		})
		want := probes.Want{Due: probes.Refresh | probes.Groups}
		for range 4 {
			r := k.sweep(want)
			r.wants("while it loads", r.row("g0", "orders", 0), "3 0 10 10 7 7 0")
			if strings.Count(r.gaps(), "no_coordinator") != fakeGroups {
				t.Errorf("gaps %s", r.gaps())
			}
		}
		loading()
		for range 4 { // listed by nobody, and with commits: there
			r := k.sweep(want)
			r.wants("while no list names it", r.row("g0", "orders", 0), "3 0 10 10 7 7 0")
		}
		empty()
		if r := k.sweep(want); !r.Complete || r.group("g0").Gone {
			t.Errorf("gaps %s", r.gaps())
		}
		_, err := k.admin.DeleteGroups(k.t.Context(), "g0")
		must(t, err)
		k.sweep(want)
		r := k.sweep(want)
		if g := r.group("g0"); !g.Gone || len(g.Positions) != 0 || !r.Complete {
			t.Errorf("a group that was deleted: %+v, gaps %s", g, r.gaps())
		}
		k.commit(4)
		if r = k.sweep(want); r.group("g0").Gone || r.Committed[r.at("g0", "orders", 0)] != 4 {
			t.Errorf("a group that came back: %+v", r.group("g0"))
		}
	})
}

// TestDescribeOfTheWrongKind: brokers call a live KIP-848 group dead in a classic describe, old ones without an error.
func TestDescribeOfTheWrongKind(t *testing.T) {
	onFake(t, nil, func(k *fake) {
		k.sweep(probes.Want{Due: probes.All})
		for _, code := range []int16{0, kerr.GroupIDNotFound.Code} {
			let := k.forge(kmsg.DescribeGroups, func(req kmsg.Request) kmsg.Response {
				r := reply(req).(*kmsg.DescribeGroupsResponse)
				for _, g := range req.(*kmsg.DescribeGroupsRequest).Groups {
					rg := kmsg.NewDescribeGroupsResponseGroup()
					rg.Group, rg.State, rg.ErrorCode = g, "Dead", code
					r.Groups = append(r.Groups, rg)
				}
				return r
			})
			r := k.sweep(probes.Want{Due: probes.Members | probes.Refresh})
			if g := r.group("g0"); g.State != "Empty" || g.Type != lag.Simple || !strings.Contains(r.gaps(), "group/g0 gone") {
				t.Errorf("code %d: group %+v, gaps %s", code, g, r.gaps())
			}
			let()
		}
	})
}
