package leaderelection

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }

// lopsided is a topic of eight partitions: two rest, three can be led by their preferred replica, and three can't.
func lopsided() []*kafkatest.Part {
	notInSync, leaderless := at(1, 2), at(-1, 0)
	notInSync.ISR = []int32{0, 1}
	leaderless.ISR = []int32{0}
	return []*kafkatest.Part{at(0, 0), at(1, 1), at(1, 0), at(2, 0), at(0, 1), notInSync, leaderless, at(1, 0)}
}

func TestPreferred(t *testing.T) {
	w, _, k := fake(t)
	k.Topics["orders"], k.Topics["other"], k.Topics["__offsets"] = lopsided(), []*kafkatest.Part{at(1, 0)}, []*kafkatest.Part{at(1, 0)}
	k.Moving[cluster.Place{Topic: "orders", Partition: 7}] = true
	x := w.Executor(action(w))
	p := kafkatest.Plan(t, x, ask(topic("orders"), "batch", "2"))
	if p.Tier != actions.T1 || p.Undo != actions.UndoNone || p.Effect != actions.Mutate || *p.Totals.Skipped != 0 {
		t.Errorf("plan %+v", p)
	}
	var says []string
	for _, c := range p.Changes {
		says = append(says, fmt.Sprintf("%s %s>%s", c.Ref, c.Before, c.After))
	}
	if got := strings.Join(says, " "); got != "test/partition/orders/2 1>0 test/partition/orders/3 2>0 test/partition/orders/4 0>1" {
		t.Errorf("changes are %s", got)
	}
	warned := strings.Join(p.Warnings, "\n")
	for _, want := range []string{
		"an election can't be undone", "left as it is: 2 partitions led by the preferred replica already",
		"left out: orders:5: its preferred replica, broker 2, is not in sync", "left out: orders:6: there is no leader",
		"left out: orders:7: a reassignment is under way",
	} {
		if !strings.Contains(warned, want) {
			t.Errorf("no warning %q in\n%s", want, warned)
		}
	}
	if n := w.Acted.Count(); len(n) > 0 || w.Seen.Count()["ElectLeaders"] > 0 {
		t.Errorf("planning sent %v by the acting client", n)
	}
	rep, err := x.Apply(t.Context(), p, actions.Consent{Yes: true, Who: "test"})
	kafkatest.Must(t, err)
	if rep.Status != actions.StatusDone || rep.Done != 2 || rep.Total != 2 || !strings.Contains(rep.Verify.Note, "3 leaders read back") {
		t.Errorf("report %+v", rep)
	}
	if got := k.Leaders("orders"); !slices.Equal(got, []int32{0, 1, 0, 0, 1, 1, -1, 1}) {
		t.Errorf("leaders are %v", got)
	}
	if w.Seen.Count()["ElectLeaders"] > 0 || w.Acted.Count()["ElectLeaders"] != 2 {
		t.Errorf("sent %v, and %v by the seeing client", w.Acted.Count(), w.Seen.Count())
	}
	if _, err := x.Undo(t.Context(), rep.Run); !errors.Is(err, actions.ErrRefused) {
		t.Errorf("undo: %v", err)
	}
}

func TestWholeCluster(t *testing.T) {
	w, _, k := fake(t)
	k.Topics["b"], k.Topics["a"], k.Topics["__offsets"] = []*kafkatest.Part{at(1, 0), at(2, 2)}, []*kafkatest.Part{at(2, 1)}, []*kafkatest.Part{at(1, 0)}
	k.Hidden = true
	x := w.Executor(action(w))
	p := kafkatest.Plan(t, x, ask(lag.Ref{Kind: lag.KindCluster}))
	warned := strings.Join(p.Warnings, "\n")
	if len(p.Changes) != 3 || !slices.Equal(p.Locks, []string{actions.WholeCluster}) || !strings.Contains(warned, "1 partition of internal topics") ||
		!strings.Contains(warned, "whether a reassignment is under way could not be seen") {
		t.Errorf("plan %+v", p)
	}
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if !slices.Equal(k.Leaders("b"), []int32{0, 2}) || !slices.Equal(k.Leaders("a"), []int32{1}) {
		t.Errorf("leaders are %v, %v", k.Leaders("b"), k.Leaders("a"))
	}
}

// TestNotPlanned are requests by which nothing is or can be elected, each with the reason.
func TestNotPlanned(t *testing.T) {
	away, leaderless := at(1, 0), at(-1, 0)
	leaderless.ISR = []int32{0}
	for _, tt := range []struct {
		name   string
		req    actions.Request
		kind   actions.Kind
		says   string
		worldy func(*kafkatest.Controller)
	}{
		{"at rest", ask(topic("rest")), actions.ErrGuard, "2 partitions led by the preferred replica already", nil},
		{"down", ask(topic("away")), actions.ErrGuard, "left out: away:0: its preferred replica, broker 0, is down", func(k *kafkatest.Controller) { k.Down[0] = true }},
		{"has leaders", ask(topic("rest"), "type", "unclean"), actions.ErrGuard, "2 partitions with a leader", nil},
		{"no leader", ask(topic("dark")), actions.ErrGuard, "which a preferred election doesn't mend", nil},
		{"all down", ask(topic("dark"), "type", "unclean"), actions.ErrGuard, "none of its replicas is up", func(k *kafkatest.Controller) {
			k.Down[0], k.Down[1] = true, true
			k.Topics["dark"][0].Replicas = []int32{0, 1}
		}},
		{"no topic", ask(topic("typo")), actions.ErrUnseen, `there is no topic "typo"`, nil},
		{"no partition", ask(lag.Ref{Kind: lag.KindPartition, Name: "rest", Sub: "0,7"}), actions.ErrUnseen, "none with number 7", nil},
		{"no number", ask(lag.Ref{Kind: lag.KindPartition, Name: "rest", Sub: "0,x"}), actions.ErrUsage, `"x" is no partition number`, nil},
		{"below zero", ask(lag.Ref{Kind: lag.KindPartition, Name: "rest", Sub: "-1"}), actions.ErrUsage, `"-1" is no partition number`, nil},
		{"unclean everywhere", ask(lag.Ref{Kind: lag.KindCluster}, "type", "unclean"), actions.ErrUsage, "isn't planned for a whole cluster", nil},
		{"no batch", ask(topic("away"), "batch", "0"), actions.ErrUsage, "between 1 and 1000", nil},
		{"another type", ask(topic("away"), "type", "random"), actions.ErrUsage, "none of preferred, unclean", nil},
		{"a group", ask(lag.Ref{Kind: lag.KindGroup, Name: "g"}), actions.ErrUsage, "is not for a group", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, k := fake(t)
			k.Topics["rest"], k.Topics["away"], k.Topics["dark"] = []*kafkatest.Part{at(0, 0), at(1, 1)}, []*kafkatest.Part{away}, []*kafkatest.Part{leaderless}
			if tt.worldy != nil {
				tt.worldy(k)
			}
			_, err := w.Executor(action(w)).Registry.Plan(t.Context(), tt.req)
			if !errors.Is(err, tt.kind) || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("got %v, want %v with %q", err, tt.kind, tt.says)
			}
		})
	}
}

// TestSilentBroker has the broker that would lead listed, and silent: as for some seconds after it was killed.
func TestSilentBroker(t *testing.T) {
	w, _, k := fake(t)
	k.Topics["orders"] = []*kafkatest.Part{at(1, 0), at(1, 2)}
	silent, a := int32(-1), action(w)
	a.Connect = hearing(a.Connect, &silent)
	x := w.Executor(a)
	p := kafkatest.Plan(t, x, ask(topic("orders")))
	silent = 0
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	if !errors.Is(err, actions.ErrGuard) || !strings.Contains(fmt.Sprint(err), "broker 0, which is to lead, doesn't answer") || w.Acted.Count()["ElectLeaders"] > 0 {
		t.Errorf("apply: %v", err)
	}
	p = kafkatest.Plan(t, x, ask(topic("orders")))
	if len(p.Changes) != 1 || !strings.Contains(strings.Join(p.Warnings, "\n"), "left out: orders:0: broker 0, which would lead, is listed but doesn't answer") {
		t.Errorf("plan %+v", p)
	}
	if _, err := x.Registry.Plan(t.Context(), ask(lag.Ref{Kind: lag.KindPartition, Name: "orders", Sub: "0"})); !errors.Is(err, actions.ErrGuard) {
		t.Errorf("nothing is left, and yet: %v", err)
	}
}

func TestUnclean(t *testing.T) {
	w, _, k := fake(t)
	lost := &kafkatest.Part{Leader: -1, Replicas: []int32{1, 2, 0}, ELR: []int32{1}}
	k.Topics["orders"] = []*kafkatest.Part{at(2, 2), lost}
	k.Down[1] = true
	x := w.Executor(action(w))
	p := kafkatest.Plan(t, x, ask(topic("orders"), "type", "unclean"))
	if p.Tier != actions.T3 || p.Effect != actions.Destroy || p.Undo != actions.UndoNone || p.Totals.Gone != nil || p.Totals.Skipped != nil || len(p.Changes) != 1 {
		t.Fatalf("plan %+v", p)
	}
	if c := p.Changes[0]; c.Before != nil || string(c.After) != "2" || !strings.Contains(c.Note, "last in sync: none; eligible leader replicas: 1") ||
		!strings.Contains(c.Note, "broker 1 is down, where its copy ends is not known") {
		t.Errorf("change %s → %s: %s", c.Before, c.After, c.Note)
	}
	warned := strings.Join(p.Warnings, "\n")
	for _, want := range []string{"are lost for good; how many is not known", "start broker 1 again instead, and nothing is lost", "down among the brokers"} {
		if !strings.Contains(warned, want) {
			t.Errorf("no warning %q in\n%s", want, warned)
		}
	}
	for _, c := range []actions.Consent{{Yes: true}, {Digest: p.Digest}, {Digest: p.Digest, Name: "test/orders"}} {
		if _, err := x.Apply(t.Context(), p, c); !errors.Is(err, actions.ErrRefused) {
			t.Errorf("with %+v: %v", c, err)
		}
	}
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := k.Leaders("orders"); !slices.Equal(got, []int32{2, 2}) {
		t.Errorf("leaders are %v", got)
	}
}

// TestWhoLeads is whom the controller elects where no leader is left.
func TestWhoLeads(t *testing.T) {
	for _, tt := range []struct {
		name           string
		isr, elr, last []int32
		up             []int32
		want           int32
	}{
		{"one in sync came back", []int32{1}, nil, nil, []int32{0, 1}, 1},
		{"one eligible came back", nil, []int32{2}, nil, []int32{0, 2}, 2},
		{"the last that was eligible", nil, nil, []int32{1}, []int32{0, 1}, 1},
		{"not while others are in sync", []int32{2}, nil, []int32{1}, []int32{0, 1}, 0},
		{"the first that is up", []int32{0}, nil, nil, []int32{1, 2}, 1},
		{"nobody", []int32{0}, nil, nil, nil, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := cluster.PartitionLayout{Leader: -1, Replicas: []int32{0, 1, 2}, ISR: tt.isr}
			w := world{unclean: true, layout: cluster.Layout{Brokers: map[int32]bool{}}, elr: map[cluster.Place]cluster.Eligible{p.Place: {ELR: tt.elr, LastKnown: tt.last}}}
			for _, b := range tt.up {
				w.layout.Brokers[b] = true
			}
			if got, why := w.helps(p); got != tt.want || (why == "") != (got >= 0) {
				t.Errorf("%d leads (%s), want %d", got, why, tt.want)
			}
		})
	}
}

// TestDrift changes the world between plan and apply.
func TestDrift(t *testing.T) {
	for _, tt := range []struct {
		name   string
		worldy func(*kafkatest.Controller)
		field  string // "": applied all the same
		kind   actions.Kind
	}{
		{"another leader", func(k *kafkatest.Controller) { k.Topics["orders"][0].Leader = 2 }, "leader", actions.ErrStale},
		{"no leader", func(k *kafkatest.Controller) { k.Topics["orders"][0].Leader = -1 }, "leader", actions.ErrStale},
		{"led as planned already", func(k *kafkatest.Controller) { k.Topics["orders"][1].Leader = 0 }, "leader", actions.ErrStale},
		{"other replicas", func(k *kafkatest.Controller) { k.Topics["orders"][1].Replicas = []int32{0, 2, 1} }, "replicas", actions.ErrStale},
		{"one out of sync", func(k *kafkatest.Controller) { k.Topics["orders"][1].ISR = []int32{0, 1} }, "isr", actions.ErrStale},
		{"one more in sync", func(k *kafkatest.Controller) { k.Topics["orders"][2].ISR = []int32{2, 1, 0} }, "", 0},
		{"made anew", func(k *kafkatest.Controller) { k.IDs["orders"] = "anew" }, "topic_id", actions.ErrStale},
		{"gone", func(k *kafkatest.Controller) { delete(k.Topics, "orders") }, "topic_id", actions.ErrStale},
		{"being reassigned", func(k *kafkatest.Controller) { k.Moving[cluster.Place{Topic: "orders"}] = true }, "", actions.ErrGuard},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, k := fake(t)
			two := at(1, 0)
			two.ISR = []int32{0, 1}
			k.Topics["orders"] = []*kafkatest.Part{at(1, 0), at(1, 0), two}
			x := w.Executor(action(w))
			p := kafkatest.Plan(t, x, ask(topic("orders"), "batch", "1"))
			k.Set(func() { tt.worldy(k) })
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if tt.kind == 0 {
				kafkatest.Must(t, err)
				return
			}
			var e *actions.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || rep.Status != actions.StatusFailed || w.Acted.Conns() > 0 {
				t.Fatalf("%v, %+v", err, rep)
			}
			if tt.field != "" && e.Drift[0].Field != tt.field {
				t.Errorf("drift %+v", e.Drift)
			}
		})
	}
}

// TestLaterDrift has the brokers' own balancing elect between two batches, which is no harm, and a leader move, which is.
func TestLaterDrift(t *testing.T) {
	for _, tt := range []struct {
		name   string
		leader int32
		want   int
	}{{"by itself as planned", 0, 0}, {"another", 2, int(actions.ErrPartial)}} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, k := fake(t)
			k.Topics["orders"] = []*kafkatest.Part{at(1, 0), at(1, 0), at(1, 0)}
			x := w.Executor(action(w))
			p := kafkatest.Plan(t, x, ask(topic("orders"), "batch", "1"))
			x.Tell = func(e actions.Event) {
				if e.Step.ID == "elect-1" && e.State == actions.OutcomeApplied {
					k.Set(func() { k.Topics["orders"][1].Leader = tt.leader })
				}
			}
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if got := actions.ExitCode(err); got != tt.want {
				t.Errorf("exit %d (%v), want %d", got, err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "weir run undo") || !strings.Contains(err.Error(), "can't be undone")) {
				t.Errorf("there is no undo, and it says: %v", err)
			}
			if tt.want == 0 && len(k.Sent) != 2 {
				t.Errorf("sent %v", k.Sent)
			}
		})
	}
}

// TestAnswers are the ways in which a controller answers, or doesn't.
func TestAnswers(t *testing.T) {
	every := func(code int16) func(cluster.Place) (int16, bool) {
		return func(cluster.Place) (int16, bool) { return code, false }
	}
	one := func(code int16, lost bool) func(cluster.Place) (int16, bool) {
		return func(p cluster.Place) (int16, bool) {
			if p.Partition == 1 {
				return code, lost
			}
			return 0, false
		}
	}
	for _, tt := range []struct {
		name   string
		worldy func(*kafkatest.Controller)
		exit   int
		says   string
		led    int
	}{
		{"may not", func(k *kafkatest.Controller) { k.Top = kerr.ClusterAuthorizationFailed.Code }, 3, "may not elect leaders", 0},
		{"may not, told by partition", func(k *kafkatest.Controller) { k.Answer = every(kerr.ClusterAuthorizationFailed.Code) }, 3, "grant it Alter on the cluster", 0},
		{"one can't", func(k *kafkatest.Controller) { k.Answer = one(kerr.PreferredLeaderNotAvailable.Code, false) }, 8, "orders:1: PREFERRED_LEADER_NOT_AVAILABLE", 1},
		{"none can", func(k *kafkatest.Controller) { k.Answer = every(kerr.EligibleLeadersNotAvailable.Code) }, 4, "orders:0: ELIGIBLE_LEADERS_NOT_AVAILABLE", 0},
		{"gone", func(k *kafkatest.Controller) { k.Answer = every(kerr.UnknownTopicOrPartition.Code) }, 10, "UNKNOWN_TOPIC_OR_PARTITION", 0},
		{"timed out, and done", func(k *kafkatest.Controller) { k.Answer = one(kerr.RequestTimedOut.Code, false) }, 0, "", 2},
		{"lost after it", func(k *kafkatest.Controller) { k.Answer = one(0, true) }, 0, "", 2},
		{"lost before it", func(k *kafkatest.Controller) { k.Before = kafkatest.ErrCrash }, 13, "nobody knows whether step elect-1 took effect", 0},
		{"not needed", func(k *kafkatest.Controller) {
			k.Answer = func(p cluster.Place) (int16, bool) { k.Topics["orders"][p.Partition].Leader = 0; return 0, false }
		}, 0, "", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, k := fake(t)
			k.Topics["orders"] = []*kafkatest.Part{at(1, 0), at(1, 0)}
			x := w.Executor(action(w))
			p := kafkatest.Plan(t, x, ask(topic("orders")))
			k.Set(func() { tt.worldy(k) })
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if got := actions.ExitCode(err); got != tt.exit || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("exit %d (%v), want %d with %q", got, err, tt.exit, tt.says)
			}
			led := 0
			for _, l := range k.Leaders("orders") {
				if l == 0 {
					led++
				}
			}
			if led != tt.led {
				t.Errorf("%d are led as planned, want %d", led, tt.led)
			}
		})
	}
}

// TestControllerMoves has a broker refuse for the controller once.
func TestControllerMoves(t *testing.T) {
	w, _, k := fake(t)
	k.Topics["orders"] = []*kafkatest.Part{at(1, 0)}
	asked := 0
	k.Answer = func(cluster.Place) (int16, bool) {
		asked++
		if asked == 1 {
			return kerr.NotController.Code, false
		}
		return 0, false
	}
	x := w.Executor(action(w))
	p := kafkatest.Plan(t, x, ask(topic("orders")))
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if asked != 2 || rep.Status != actions.StatusDone {
		t.Errorf("asked %d times, %+v", asked, rep)
	}
}

// TestNotReadBack has a leader lost again right after its election.
func TestNotReadBack(t *testing.T) {
	w, _, k := fake(t)
	k.Topics["orders"] = []*kafkatest.Part{at(1, 0)}
	x := w.Executor(action(w))
	p := kafkatest.Plan(t, x, ask(topic("orders")))
	x.Tell = func(e actions.Event) {
		if e.State == actions.OutcomeApplied {
			k.Set(func() { k.Topics["orders"][0].Leader = 2 })
		}
	}
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	if actions.ExitCode(err) != int(actions.ErrUnverified) || !strings.Contains(err.Error(), "orders:0, led by 2 and not by 0") {
		t.Errorf("%v", err)
	}
}

func TestOffers(t *testing.T) {
	nodes := []lag.Node{{ID: 1}, {ID: 2}, {ID: 3, Gone: true}}
	part := func(leader lag.NodeIx, isr ...lag.NodeIx) lag.Partition {
		return lag.Partition{Leader: leader, Replicas: []lag.NodeIx{0, 1}, ISR: isr}
	}
	dead := lag.Partition{Leader: 1, Replicas: []lag.NodeIx{2, 1}, ISR: []lag.NodeIx{1, 2}}
	for _, tt := range []struct {
		name  string
		ref   lag.Ref
		parts []lag.Partition
		want  bool
		says  string
	}{
		{"helps", topic("t"), []lag.Partition{part(0, 0, 1), part(1, 0, 1)}, true, "1 of 2 partitions is not led by the preferred replica, which is in sync"},
		{"rests", topic("t"), []lag.Partition{part(0, 0, 1)}, false, "every partition is led by its preferred replica"},
		{"not in sync", topic("t"), []lag.Partition{part(1, 1)}, false, "it is down or not in sync"},
		{"down", topic("t"), []lag.Partition{dead}, false, "it is down or not in sync"},
		{"dark", topic("t"), []lag.Partition{part(lag.Nowhere, 0)}, true, "loses data"},
		{"unseen", topic("t"), []lag.Partition{{Leader: 0}}, false, "are not seen"},
		{"cluster", lag.Ref{Kind: lag.KindCluster}, []lag.Partition{part(1, 0, 1)}, true, "1 of 1"},
		{"partition", lag.Ref{Kind: lag.KindPartition, Name: "t", Sub: "1"}, []lag.Partition{part(1, 0, 1), part(0, 0, 1)}, false, "every partition"},
		{"elsewhere", topic("u"), []lag.Partition{part(1, 0, 1)}, false, "no such partition"},
		{"group", lag.Ref{Kind: lag.KindGroup, Name: "t"}, []lag.Partition{part(1, 0, 1)}, false, "neither a topic"},
		{"nothing", topic("t"), nil, false, "no partitions are seen"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := &lag.Topology{Nodes: nodes, Topics: []lag.Topic{{Name: "t"}}}
			for i, p := range tt.parts {
				p.Number = int32(i)
				top.Partitions = append(top.Partitions, p)
				top.Topics[0].Partitions = append(top.Topics[0].Partitions, lag.PartitionIx(i))
			}
			got := Action{}.Offers(tt.ref, &lag.Reading{Topology: top})
			if got.Possible != tt.want || !strings.Contains(got.Why, tt.says) {
				t.Errorf("offer %+v, want %v with %q", got, tt.want, tt.says)
			}
		})
	}
}

// deaf is a way to the cluster on which one broker never answers.
type deaf struct {
	cluster.Conn
	to *int32
}

func (d deaf) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	if broker == *d.to {
		return nil, context.DeadlineExceeded
	}
	return d.Conn.Once(ctx, broker, req)
}

func hearing(c cluster.Connect, not *int32) cluster.Connect {
	seeing := c.Seeing
	c.Seeing = func(ctx context.Context, name string) (cluster.Conn, error) {
		conn, err := seeing(ctx, name)
		return deaf{conn, not}, err
	}
	return c
}
