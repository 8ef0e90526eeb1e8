package recordskip

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestThereAndBack skips the record in each of the three ways, and takes it back.
func TestThereAndBack(t *testing.T) {
	for _, way := range []string{"bare", "file", "park"} {
		t.Run(way, func(t *testing.T) {
			b, _ := fake(t)
			b.thereAndBack(t, way)
		})
	}
}

func (b *bench) thereAndBack(t *testing.T, way string) {
	t.Helper()
	path := filepath.Join(b.Dir, "record.jsonl")
	params := map[string][]string{"file": {pFile, path}, "park": {pPark, b.dlq}}[way]
	before := b.at()
	p, err := b.plan(poison, params...)
	kafkatest.Must(t, err)
	if sent := b.Seen.Count(); sent["JoinGroup"]+sent["Produce"]+sent["OffsetCommit"] > 0 || len(b.Acted.Count()) > 0 || b.at() != before {
		t.Fatalf("planning sent %v and %v", sent, b.Acted.Count())
	}
	if n := *p.Totals.Skipped; n != 1 || p.Tier != actions.T2 || p.Totals.Items != len(p.Changes) {
		t.Errorf("%+v, %s", p.Totals, p.Tier)
	}
	rep, err := b.apply(p)
	if err != nil || rep.Status != actions.StatusDone {
		t.Fatalf("%+v, %v", rep, err)
	}
	if got := b.at(); got.At != poison+1 || got.Metadata != "mine" {
		t.Errorf("committed %+v", got)
	}
	b.checkCopy(t, way, path, rep.Run)
	b.checkSecrets(t)
	req, err := b.x.Undo(t.Context(), rep.Run)
	kafkatest.Must(t, err)
	u := kafkatest.Plan(t, b.x, req)
	_, err = b.x.Apply(t.Context(), u, kafkatest.Consent(u))
	kafkatest.Must(t, err)
	if got := b.at(); got != before {
		t.Errorf("after the undo %+v, before %+v", got, before)
	}
}

func (b *bench) checkCopy(t *testing.T, way, path, run string) {
	t.Helper()
	s, parked := savedIn(t, path), b.parked()
	if (s != nil) != (way == "file") || (len(parked) > 0) != (way == "park") {
		t.Fatalf("saved %+v, parked %d", s, len(parked))
	}
	switch way {
	case "file":
		info, err := os.Stat(path)
		kafkatest.Must(t, err)
		if info.Mode() != 0o600 || *s.Key != "U0VDUkVULWtleQ==" || *s.Value != "U0VDUkVULXZhbHVl" || s.Offset != poison || s.Topic != b.topic || s.Partition != 1 ||
			*s.At != poisonAt.UTC().Format(stampForm) || s.Run != run || s.Group != b.group || len(s.Headers) != 2 || s.Headers[0].Name != "trace" || *s.Headers[0].Value != "U0VDUkVULWhlYWQ=" || s.Headers[1].Value != nil {
			t.Errorf("saved %v %+v", info.Mode(), s)
		}
		if left, err := filepath.Glob(filepath.Join(b.Dir, ".weir-record-*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	case "park":
		r := parked[0]
		if len(parked) != 1 || string(r.Key) != "SECRET-key" || string(r.Value) != "SECRET-value" || r.Headers[0].Key != "trace" || string(r.Headers[0].Value) != "SECRET-head" || r.Headers[1].Value != nil {
			t.Errorf("parked %+v", parked)
		}
		heads := map[string]string{}
		for _, h := range r.Headers[2:] {
			heads[h.Key] = string(h.Value)
		}
		want := map[string]string{"weir.run": run, "weir.group": b.group, "weir.origin.topic": b.topic, "weir.origin.partition": "1", "weir.origin.offset": "4",
			"weir.origin.leader-epoch": "0", "weir.origin.timestamp": poisonAt.UTC().Format(stampForm), "weir.origin.timestamp-type": "create_time", "weir.origin.cluster": heads["weir.origin.cluster"]}
		if fmt.Sprint(heads) != fmt.Sprint(want) || heads["weir.origin.cluster"] == "" {
			t.Errorf("provenance %v", heads)
		}
	}
}

// checkSecrets looks through all that was written beside the copy: nothing of the record's contents may be in it.
func (b *bench) checkSecrets(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(b.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "record.jsonl") {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), "SECRET") || strings.Contains(string(raw), "U0VDUkVU") {
			t.Errorf("%s holds contents of the record", path)
		}
		return err
	})
	kafkatest.Must(t, err)
}

// TestRefused are skips that would pass something else than the record named, or nothing.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		commit int64
		ask    int64
		params []string
		kind   actions.Kind
		says   string
	}{
		{"commit before", 2, 4, nil, actions.ErrGuard, "group g-orders stands at 2 on t-orders:1, 2 offsets before 4 (name the record it stands at, t-orders:1@2"},
		{"commit past", 6, 4, nil, actions.ErrGuard, "stands at 6 on t-orders:1, past 4 already"},
		{"log end", 8, 8, nil, actions.ErrGuard, "there is no record t-orders:1@8 yet"},
		{"past the end", 4, 99, nil, actions.ErrGuard, "there is no record t-orders:1@99, the log ends at 8"},
		{"both copies", 4, 4, []string{pFile, "x", pPark, "dlq-orders"}, actions.ErrUsage, "exclude each other"},
		{"parked where it was", 4, 4, []string{pPark, "t-orders"}, actions.ErrUsage, "would get it again"},
		{"parked nowhere", 4, 4, []string{pPark, "dlq-typo"}, actions.ErrUnseen, "there is no topic \"dlq-typo\""},
		{"file there", 4, 4, []string{pFile, "/dev/null"}, actions.ErrUsage, "overwrites nothing"},
		{"no directory", 4, 4, []string{pFile, "/nowhere/x"}, actions.ErrUsage, "no such file"},
		{"another offset", 4, 4, []string{pOffset, "5"}, actions.ErrUsage, "the target says offset 4, --offset says 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := fake(t)
			b.commit(tt.commit)
			_, err := b.plan(tt.ask, tt.params...)
			if !errors.Is(err, tt.kind) || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("%v, want %v with %q", err, tt.kind, tt.says)
			}
		})
	}
}

func TestRefusedWorlds(t *testing.T) {
	b, c := fake(t)
	req := b.ask(4)
	req.Target.Name = "typo"
	if _, err := b.x.Registry.Plan(t.Context(), req); !errors.Is(err, actions.ErrUnseen) {
		t.Errorf("a typo: %v", err)
	}
	b.Commit("other", kadm.Offset{Topic: b.topic, Partition: 0, At: 0, LeaderEpoch: -1})
	req.Target.Name = "other"
	if _, err := b.x.Registry.Plan(t.Context(), req); !errors.Is(err, actions.ErrGuard) || !strings.Contains(err.Error(), "has committed nothing") {
		t.Errorf("never committed: %v", err)
	}
	req = b.ask(4)
	for sub, says := range map[string]string{b.topic + ":9@4": "partitions 0 to 2", "nowhere:0@1": "there is no topic", b.topic + ":1": "is not said", b.topic + "@4": "names no record"} {
		req.Target.Sub = sub
		if _, err := b.x.Registry.Plan(t.Context(), req); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", sub, err)
		}
	}
	kafkatest.Must(t, c.DeleteRecords(b.topic, 1, 6))
	if _, err := b.plan(4); !errors.Is(err, actions.ErrGuard) || !strings.Contains(err.Error(), "the log begins at 6") {
		t.Errorf("deleted: %v", err)
	}
	if _, err := b.plan(6); !errors.Is(err, actions.ErrGuard) || !strings.Contains(err.Error(), "below the log start 6") {
		t.Errorf("commit below the log: %v", err)
	}
}

// TestForm: a form gives the offset beside the target.
func TestForm(t *testing.T) {
	b, _ := fake(t)
	req := b.ask(0, pOffset, "4")
	req.Target.Sub = b.topic + ":1"
	p, err := b.x.Registry.Plan(t.Context(), req)
	kafkatest.Must(t, err)
	if string(p.Changes[0].Before) != "4" || string(p.Changes[0].After) != "5" {
		t.Errorf("%+v", p.Changes)
	}
}

// TestHole: the commit stands where there is no record any more. The next one is what the group reads, and is skipped.
func TestHole(t *testing.T) {
	w, c := kafkatest.Fake(t)
	b := &bench{World: w, topic: "compacted", dlq: "dlq", group: "g", x: w.Executor(Action{Connect: w.Connect()})}
	compact := "compact"
	_, err := w.Admin.CreateTopic(t.Context(), 3, 1, map[string]*string{"cleanup.policy": &compact}, b.topic)
	kafkatest.Must(t, err)
	for _, key := range []string{"a", "b", "b", "b", "b", "c"} {
		b.write(b.topic, 1, kgo.KeyStringRecord(key, "v"))
	}
	b.commit(2)
	c.Compact() // 0 and 4 are left of a and b, and 5
	for _, ask := range []int64{2, 4} {
		p, err := b.plan(ask)
		kafkatest.Must(t, err)
		if string(p.Changes[0].Before) != "2" || string(p.Changes[0].After) != "5" || !strings.Contains(p.Changes[0].Note, "skips the record at 4") {
			t.Errorf("@%d: %+v", ask, p.Changes)
		}
		if told := strings.Contains(fmt.Sprint(p.Warnings), "there is no record at 2"); told != (ask == 2) {
			t.Errorf("@%d: %v", ask, p.Warnings)
		}
	}
	p, err := b.plan(2)
	kafkatest.Must(t, err)
	_, err = b.apply(p)
	kafkatest.Must(t, err)
	if got := b.at(); got.At != 5 {
		t.Errorf("committed %+v", got)
	}
}

func TestTransactions(t *testing.T) {
	b, _ := fake(t)
	txn := func(id string, end *kgo.TransactionEndTry, r *kgo.Record) {
		cl, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds...), kgo.TransactionalID(id), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		kafkatest.Must(t, err)
		t.Cleanup(cl.Close)
		kafkatest.Must(t, cl.BeginTransaction())
		r.Topic, r.Partition = b.topic, 2
		kafkatest.Must(t, cl.ProduceSync(t.Context(), r).FirstErr())
		if end != nil {
			kafkatest.Must(t, cl.EndTransaction(t.Context(), *end))
		}
	}
	abort := kgo.TryAbort
	txn("a", &abort, kgo.StringRecord("0")) // 0, its end at 1
	b.write(b.topic, 2, kgo.StringRecord("2"))
	txn("b", nil, kgo.StringRecord("3"))
	b.write(b.topic, 2, kgo.StringRecord("4"))
	for _, tt := range []struct {
		commit, ask int64
		says        string
	}{
		{0, 0, "belongs to an aborted transaction"}, {0, 2, "only some consumers pass"}, {1, 1, "the end of a transaction, which consumers pass by themselves"},
		{1, 2, "the application never gets"}, {3, 3, "a transaction that may be open"}, {4, 4, "an open transaction begins at 3"},
	} {
		b.Commit(b.group, kadm.Offset{Topic: b.topic, Partition: 2, At: tt.commit, LeaderEpoch: -1})
		req := b.ask(0)
		req.Target.Sub = fmt.Sprintf("%s:2@%d", b.topic, tt.ask)
		p, err := b.x.Registry.Plan(t.Context(), req)
		if !strings.Contains(fmt.Sprint(p.Warnings, err), tt.says) {
			t.Errorf("commit %d, @%d: %v, %v", tt.commit, tt.ask, p.Warnings, err)
		}
	}
}

// TestDrift: the world changes between plan and apply. Nothing is written then, and no copy is kept.
func TestDrift(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*bench, *kfake.Cluster)
		kind   actions.Kind
		says   string
	}{
		{"commit moved", func(b *bench, _ *kfake.Cluster) { b.commit(5) }, actions.ErrStale, "committed was 4 with metadata, is 5"},
		{"commit back", func(b *bench, _ *kfake.Cluster) { b.commit(3) }, actions.ErrStale, "is 3"},
		{"metadata", func(b *bench, _ *kfake.Cluster) {
			b.Commit(b.group, kadm.Offset{Topic: b.topic, Partition: 1, At: 4, LeaderEpoch: 0, Metadata: "other"})
		}, actions.ErrStale, "committed"},
		{"record deleted", func(b *bench, c *kfake.Cluster) { kafkatest.Must(b.T, c.DeleteRecords(b.topic, 1, 5)) }, actions.ErrStale, "record was"},
		{"log start past it", func(b *bench, c *kfake.Cluster) { kafkatest.Must(b.T, c.DeleteRecords(b.topic, 1, 7)) }, actions.ErrStale, "log_start was 0, is 7"},
		{"topic made anew", func(b *bench, _ *kfake.Cluster) {
			_, err := b.Admin.DeleteTopics(b.T.Context(), b.topic)
			kafkatest.Must(b.T, err)
			*b = *newBench(kafkatest.On(b.T, b.Seeds), "orders-2") // a client that doesn't know the old one
			b.Topic("t-orders", 3)
			b.topic, b.group, b.dlq = "t-orders", "g-orders", "dlq-orders"
			b.Produce(b.topic, 1, 8, poisonAt)
			b.commit(poison)
		}, actions.ErrStale, "topic_id"},
		{"parking gone", func(b *bench, _ *kfake.Cluster) {
			_, err := b.Admin.DeleteTopics(b.T.Context(), b.dlq)
			kafkatest.Must(b.T, err)
			b.Topic(b.dlq, 2)
		}, actions.ErrStale, "gone or made anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, c := fake(t)
			p, err := b.plan(poison, pPark, b.dlq)
			kafkatest.Must(t, err)
			tt.change(b, c)
			now := b.at()
			_, err = b.apply(p)
			if !errors.Is(err, tt.kind) || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("%v, want %v with %q", err, tt.kind, tt.says)
			}
			if b.at() != now || len(b.parked()) > 0 {
				t.Errorf("committed %+v, parked %d", b.at(), len(b.parked()))
			}
		})
	}
}

// TestAnswers: what brokers may answer to the append and to the commit.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault kfake.Fault
		kind  actions.Kind // 0: it is done all the same
		at    int64
		kept  int
	}{
		{"append not allowed", kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed}, actions.ErrUnseen, 4, 0},
		{"append too large", kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge}, actions.ErrGuard, 4, 0},
		{"too few replicas", kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas}, actions.ErrGuard, 4, 0},
		{"leader moved", kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition}, 0, 5, 1},
		{"coordinator moved", kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.NotCoordinator}, 0, 5, 1},
		{"commit not allowed", kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.GroupAuthorizationFailed}, actions.ErrPartial, 4, 1},
		{"hold lost", kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.UnknownMemberID}, actions.ErrPartial, 4, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, c := fake(t)
			p, err := b.plan(poison, pPark, b.dlq)
			kafkatest.Must(t, err)
			tt.fault.Count = 1
			c.Fault(tt.fault)
			_, err = b.apply(p)
			if tt.kind == 0 && err != nil || tt.kind != 0 && actions.ExitCode(err) != int(tt.kind) {
				t.Errorf("%v (exit %d), want %d", err, actions.ExitCode(err), tt.kind)
			}
			if got := b.at(); got.At != tt.at || len(b.parked()) != tt.kept {
				t.Errorf("committed %+v, parked %d", got, len(b.parked()))
			}
		})
	}
}

// TestFileTaken: somebody makes the file between plan and apply. It stays as it is, and nothing is skipped.
func TestFileTaken(t *testing.T) {
	b, _ := fake(t)
	path := filepath.Join(b.Dir, "record.jsonl")
	p, err := b.plan(poison, pFile, path)
	kafkatest.Must(t, err)
	kafkatest.Must(t, os.WriteFile(path, []byte("mine\n"), 0o600))
	_, err = b.apply(p)
	if !errors.Is(err, actions.ErrGuard) || actions.ExitCode(err) != int(actions.ErrGuard) || !strings.Contains(err.Error(), "file exists") {
		t.Errorf("%v (exit %d)", err, actions.ExitCode(err))
	}
	if raw, err := os.ReadFile(path); string(raw) != "mine\n" || err != nil || b.at().At != poison {
		t.Errorf("the file holds %q, %v; committed %+v", raw, err, b.at())
	}
}

func TestOffers(t *testing.T) {
	topo := &lag.Topology{Topics: []lag.Topic{{Name: "orders"}}, Partitions: []lag.Partition{{Number: 0}}, Positions: []lag.Position{{}},
		Groups: []lag.Group{{Name: "g", Type: lag.Classic, Positions: []lag.PositionIx{0}}}}
	r := &lag.Reading{Topology: topo, End: []int64{9}, Committed: []int64{4}}
	ref := lag.Ref{Kind: lag.KindPosition, Name: "g", Sub: "orders:0"}
	for _, tt := range []struct {
		name   string
		change func()
		ref    lag.Ref
		ok     bool
		why    string
	}{
		{"offered", func() {}, ref, true, "stands at offset 4"},
		{"a group", func() {}, lag.Ref{Kind: lag.KindGroup, Name: "g"}, false, "not a group's position"},
		{"another partition", func() {}, lag.Ref{Kind: lag.KindPosition, Name: "g", Sub: "orders:1"}, false, "no position on orders:1"},
		{"members", func() { topo.Groups[0].Members = make([]lag.Member, 3) }, ref, false, "3 members still live"},
		{"nothing unread", func() { r.Committed[0] = 9 }, ref, false, "nothing is unread"},
		{"no commit", func() { r.Committed[0] = lag.None }, ref, false, "no known commit"},
		{"share", func() { topo.Groups[0].Type = lag.Share }, ref, false, "share group"},
		{"gone", func() { topo.Groups[0].Gone = true }, ref, false, "not seen"},
	} {
		tt.change()
		if got := (Action{}).Offers(tt.ref, r); got.Possible != tt.ok || !strings.Contains(got.Why, tt.why) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// TestOffersByAnApplication: live members are in nobody's way where the program behind them can be stopped.
func TestOffersByAnApplication(t *testing.T) {
	topo := &lag.Topology{Topics: []lag.Topic{{Name: "t"}}, Partitions: []lag.Partition{{}}, Positions: []lag.Position{{}},
		Groups: []lag.Group{{Name: "g", Type: lag.Classic, Members: make([]lag.Member, 3), Positions: []lag.PositionIx{0}}}}
	r := &lag.Reading{Topology: topo, Committed: []int64{4}, End: []int64{9}}
	ref := lag.Ref{Cluster: "c", Kind: lag.KindPosition, Name: "g", Sub: "t:0"}
	for group, want := range map[string]bool{"g": true, "other": false} {
		a := Action{Connect: cluster.Connect{Applications: func(on, of string) (*cluster.Application, error) {
			if on == "c" && of == group {
				return &cluster.Application{}, nil
			}
			return nil, nil
		}}}
		for _, got := range []actions.Offer{a.Offers(ref, r), a.reset().Offers(lag.Ref{Cluster: "c", Kind: lag.KindGroup, Name: "g"}, r)} {
			if got.Possible != want || (got.With[pStopApp] == "true") != want || !strings.Contains(got.Why, "3 members still live") {
				t.Errorf("an application of %s: %+v", group, got)
			}
		}
	}
}
