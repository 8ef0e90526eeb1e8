package cli

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/lag"
	"weir/probes"
)

func TestSubjectsOfWhy(t *testing.T) {
	for arg, want := range map[string]lag.Ref{
		"payments":                        {Kind: lag.KindGroup, Name: "payments"},
		"prod/group/payments":             {Cluster: "prod", Kind: lag.KindGroup, Name: "payments"},
		"prod/position/payments/orders:3": {Cluster: "prod", Kind: lag.KindPosition, Name: "payments", Sub: "orders:3"},
	} {
		if got, err := subject(arg); err != nil || got != want {
			t.Errorf("%s is %+v, %v", arg, got, err)
		}
	}
	for _, arg := range []string{"prod/topic/orders", "prod/", "prod/group/%zz"} {
		if got, err := subject(arg); err == nil {
			t.Errorf("%s is %+v, and no group or position", arg, got)
		}
	}
}

func TestWindows(t *testing.T) {
	for d, good := range map[time.Duration]bool{0: true, 2 * time.Second: true, time.Hour: true, -1: false, time.Second: false, 8760 * time.Hour: false} {
		if err := checkWindow(d); (err == nil) != good {
			t.Errorf("a window of %s: %v", d, err)
		}
	}
	for length, want := range map[time.Duration]time.Duration{0: 5 * time.Second, 8 * time.Second: 2 * time.Second, 24 * time.Second: 3 * time.Second, time.Hour: 5 * time.Second} {
		if got := (window{length: length}).refresh(config.Cluster{Refresh: 5 * time.Second}); got != want {
			t.Errorf("a window of %s is cut into looks %s apart, want %s", length, got, want)
		}
	}
}

func TestEventsAreTakenOnce(t *testing.T) {
	at := func(s int) time.Time { return night.Add(time.Duration(s) * time.Second) }
	event := func(s int, name string) lag.Event {
		return lag.Event{At: at(s), Kind: lag.TopicCreated, Subject: lag.Ref{Kind: lag.KindTopic, Name: name}}
	}
	s := &sight{state: engine.State{Clusters: []engine.Cluster{
		{Name: "a", Events: []lag.Event{event(1, "a1"), event(4, "a4")}}, {Name: "b", Events: []lag.Event{event(2, "b2")}},
	}}}
	names := func(done map[string]time.Time) (out []string) {
		for _, e := range s.events(done) {
			out = append(out, e.Cluster+"/"+e.Ref.Name)
		}
		return out
	}
	if got := names(nil); !slices.Equal(got, []string{"a/a1", "b/b2", "a/a4"}) {
		t.Errorf("all events: %v", got)
	}
	done := map[string]time.Time{}
	names(done)
	s.state.Clusters[1].Events = append(s.state.Clusters[1].Events, event(3, "b3"))
	if got := names(done); !slices.Equal(got, []string{"b/b3"}) {
		t.Errorf("new events: %v", got)
	}
}

// answering is a shell whose cluster answers each look.
func answering(t *testing.T) *shell {
	s := newShell(t)
	s.env["XDG_STATE_HOME"] = t.TempDir()
	s.clusters["kafka-1:9092"] = func(_ context.Context, want probes.Want) (*lag.Reading, error) {
		r := narrowed(small(), want)
		now := []lag.ShardTime{{Sent: time.Now(), Answered: time.Now()}}
		r.Tick, r.StartAt, r.EndAt, r.StableAt, r.CommittedAt = time.Now(), now, now, now, now
		return r, nil
	}
	return s
}

func TestFollowingEndsWithItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := answering(t)
		s.want(Done, `"group":"payments"`, "", "get groups -c prod payments -w --window 10s -o jsonl")
		s.want(Done, "payments", "", "get groups -c prod payments -w --window 4s --no-headers")
		s.want(Usage, "", "which -o md can't hold", "get groups -c prod -w -o md")
	})
}

func TestCheckOfADeadCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := answering(t)
		for _, line := range []string{"check -c dead", "check -c dead payments", "check -c dead --allow-gaps", "why -c dead payments", "get events -c dead"} {
			s.want(Unseen, "", "dial dead-1:9092: refused", line+" --window 4s")
		}
		s.want(Unseen, "", `no group "paymens"`, "check -c prod paymens --window 2s")
	})
}

func TestEventsOfAQuietCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := answering(t)
		s.want(Done, "", "nothing changed within 30s", "get events -c prod")
		s.want(Done, "", "dead: cluster: unreachable: dial dead-1:9092: refused", "get events -c prod -c dead --window 2s")
		s.want(Done, "", "", "mark -c prod deploy payments")
		s.want(Done, "deploy payments", "", "get events -c prod --window 2s")
	})
}
