package reset_test

import (
	"errors"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/reset"

	"github.com/twmb/franz-go/pkg/kadm"
)

var base = time.Now().Add(-time.Hour).Truncate(time.Second)

// ten is a topic with ten records in each of three partitions, of which the group has read 5, 7 and none.
func ten(t *testing.T) (*kafkatest.World, *actions.Executor) {
	w, _ := kafkatest.Fake(t)
	w.Topic("orders", 3)
	for p := range int32(3) {
		w.Produce("orders", p, 10, base)
	}
	w.Commit("g", kadm.Offset{Topic: "orders", Partition: 0, At: 5, LeaderEpoch: 0, Metadata: "five"}, kadm.Offset{Topic: "orders", Partition: 1, At: 7, LeaderEpoch: -1})
	return w, w.Executor(reset.Action{Connect: w.Connect()})
}

func request(params ...string) actions.Request {
	r := actions.Request{Kind: reset.Kind, Target: kafkatest.Group("g"), Params: map[string]string{}}
	for i := 0; i < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

func offsets(w *kafkatest.World, group string) [3]int64 {
	out := [3]int64{-1, -1, -1}
	for p, name := range []string{"orders:0", "orders:1", "orders:2"} {
		if o, ok := w.Committed(group)[name]; ok {
			out[p] = o.At
		}
	}
	return out
}

func TestModes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params []string
		want   [3]int64
	}{
		{"earliest", []string{"to", "earliest"}, [3]int64{0, 0, 0}},
		{"latest", []string{"to", "latest"}, [3]int64{10, 10, 10}},
		{"current", []string{"to", "current"}, [3]int64{5, 7, -1}},
		{"offset", []string{"to", "4"}, [3]int64{4, 4, 4}},
		{"time", []string{"to", base.Add(3 * time.Second).Format(time.RFC3339)}, [3]int64{3, 3, 3}},
		{"time between", []string{"to", base.Add(2500 * time.Millisecond).Format(time.RFC3339Nano)}, [3]int64{3, 3, 3}},
		{"ago", []string{"ago", "2h"}, [3]int64{0, 0, 0}},
		{"ago past end", []string{"ago", "1m", "past-end", "end"}, [3]int64{10, 10, 10}},
		{"back", []string{"shift", "-2", "topic", "orders:0,1"}, [3]int64{3, 5, -1}},
		{"on, clamped", []string{"shift", "4", "topic", "orders:0,1", "out-of-range", "clamp"}, [3]int64{9, 10, -1}},
		{"one partition", []string{"to", "latest", "topic", "orders:2"}, [3]int64{5, 7, 10}},
		{"clamped high", []string{"to", "999", "out-of-range", "clamp"}, [3]int64{10, 10, 10}},
		{"clamped low", []string{"to", "-5", "out-of-range", "clamp"}, [3]int64{0, 0, 0}},
		{"csv", []string{"from-file", "orders,0,1\norders,2,2\n"}, [3]int64{1, 7, 2}},
		{"json", []string{"from-file", `{"partitions":[{"topic":"orders","partition":1,"offset":9}],"version":1}`}, [3]int64{5, 9, -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, x := ten(t)
			p := kafkatest.Plan(t, x, request(tt.params...))
			before := offsets(w, "g")
			if before != [3]int64{5, 7, -1} {
				t.Fatalf("planning moved offsets: %v", before)
			}
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if err != nil || rep.Status != actions.StatusDone {
				t.Fatalf("apply: %+v, %v", rep, err)
			}
			if got := offsets(w, "g"); got != tt.want {
				t.Errorf("committed %v, want %v", got, tt.want)
			}
			undo(t, w, x, rep.Run)
			if got := w.Committed("g")["orders:0"]; got.Metadata != "five" || got.LeaderEpoch != 0 {
				t.Errorf("after the undo the commit is %+v", got)
			}
		})
	}
}

// undo undoes a run and looks whether all is as it was.
func undo(t *testing.T, w *kafkatest.World, x *actions.Executor, run string) {
	t.Helper()
	req, err := x.Undo(t.Context(), run)
	if errors.Is(err, actions.ErrUsage) { // nothing was changed
		return
	}
	kafkatest.Must(t, err)
	p := kafkatest.Plan(t, x, req)
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := offsets(w, "g"); got != [3]int64{5, 7, -1} {
		t.Errorf("after the undo: %v", got)
	}
	info, _, err := x.Show(t.Context(), run)
	kafkatest.Must(t, err)
	if info.Status != actions.StatusUndone || info.UndoneBy != rep.Run {
		t.Errorf("the run is %s by %q", info.Status, info.UndoneBy)
	}
}
