package recordskip

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"

	"github.com/twmb/franz-go/pkg/kadm"
)

// TestStopApp skips a record under an application that is stopped for it, and commits until then: at the record still, or
// past it, which makes the plan stale.
func TestStopApp(t *testing.T) {
	for _, tt := range []struct {
		name   string
		at     int64 // what the application commits while it is told to stop
		exit   int
		says   string
		steps  string
		called string
		end    int64
	}{
		{"stuck", poison, 0, "", "stop hold keep commit-1 start", "stop start", poison + 1},
		{"got over it", poison + 1, 8, "committed was 4 with metadata, is 5", "stop", "stop", poison + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := fake(t)
			log := filepath.Join(b.Dir, "app.log")
			word := func(s string) []string { return []string{"sh", "-c", "echo " + s + " >>\"$0\"", log} }
			connect := b.World.Connect()
			connect.Applications = func(string, string) (*cluster.Application, error) {
				return &cluster.Application{Stop: word("stop"), Start: word("start"), Timeout: time.Minute, Empty: time.Second}, nil
			}
			b.x = b.World.Executor(Action{Connect: connect})
			p, err := b.plan(poison, pPark, b.dlq, pStopApp, "true")
			kafkatest.Must(t, err)
			if len(p.Commands) != 2 {
				t.Fatalf("%+v", p.Commands)
			}
			var steps []string
			b.x.Tell = func(e actions.Event) {
				if e.Step.ID == "" || e.State == "" {
					return
				}
				if steps = append(steps, e.Step.ID); e.Step.ID == "stop" {
					b.Commit(b.group, kadm.Offset{Topic: b.topic, Partition: 1, At: tt.at, LeaderEpoch: 0, Metadata: "the last word"})
				}
			}
			rep, err := b.x.Apply(t.Context(), p, kafkatest.Consent(p))
			if actions.ExitCode(err) != tt.exit || tt.says != "" && !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("%v (exit %d)", err, actions.ExitCode(err))
			}
			called, rerr := os.ReadFile(log)
			kafkatest.Must(t, rerr)
			if got := strings.Join(strings.Fields(string(called)), " "); got != tt.called || strings.Join(steps, " ") != tt.steps || b.at().At != tt.end {
				t.Errorf("called %q, steps %q, committed %+v", got, steps, b.at())
			}
			if stays := strings.Contains(strings.Join(rep.Notes, ""), "MAY BE STOPPED"); stays != (tt.exit != 0) {
				t.Errorf("notes %q", rep.Notes)
			}
			b.x.Tell = nil
			req, err := b.x.Undo(t.Context(), rep.Run)
			kafkatest.Must(t, err)
			u := kafkatest.Plan(t, b.x, req)
			_, err = b.x.Apply(t.Context(), u, kafkatest.Consent(u))
			kafkatest.Must(t, err)
			if called, rerr = os.ReadFile(log); rerr != nil || !strings.HasSuffix(string(called), "start\n") {
				t.Errorf("after the undo: called %q, %v", called, rerr)
			}
			if at := b.at(); tt.exit == 0 && (at.At != poison || at.Metadata != "the last word") {
				t.Errorf("after the undo: %+v", at)
			}
		})
	}
}
