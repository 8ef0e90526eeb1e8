package engine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/probes"
)

var errNoHost = errors.New("no such host")

func TestAGroupThatChangedIsDescribedInTheNextSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", wants: make(chan probes.Want, 10)}
		f.reply = func(_ context.Context, n int) (*lag.Reading, error) {
			r := f.reading(n)
			if n >= 3 {
				r.Groups[0].State = "PreparingRebalance"
			}
			return r, nil
		}
		collect(t, 26*time.Second, f.source())
		close(f.wants)
		var looked []bool
		for w := range f.wants {
			looked = append(looked, slices.Contains(w.Focus, lag.Ref{Cluster: "a", Kind: lag.KindGroup, Name: "g"}))
		}
		if want := []bool{false, false, false, true, false, false}; !slices.Equal(looked, want) {
			t.Errorf("the group was in focus %v, want %v", looked, want)
		}
	})
}

func TestShakenGroupsAreBounded(t *testing.T) {
	many := func(state string) *lag.Reading {
		topo := &lag.Topology{}
		for range 2 * mostShaken {
			topo.Groups = append(topo.Groups, lag.Group{Name: "g", State: state})
		}
		return &lag.Reading{Topology: topo}
	}
	if n := len(shaken(many("Stable"), many("Empty"))); n != mostShaken {
		t.Errorf("%d groups, want %d", n, mostShaken)
	}
	if got := shaken(many("Stable"), many("Stable")); got != nil {
		t.Errorf("nothing changed, and %v are looked at", got)
	}
}

func TestWhileNothingAnswersTheReasonIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := Source{Name: "dead", Refresh: 2 * time.Second, Open: func(context.Context) (probes.Probe, error) { return nil, errNoHost }}
		for i, s := range collect(t, 21*time.Second, dead) {
			gaps := s.Clusters[0].Reading.Gaps
			if len(gaps) != 1 || gaps[0].Detail != errNoHost.Error() {
				t.Errorf("tick %d: gaps are %v, want the reason why it does not answer", i, gaps)
			}
		}
	})
}
