package recordskip

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/internal/kafka/records"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }

// bench is a topic with a record that a group can't get over, and a topic to park in.
type bench struct {
	*kafkatest.World
	topic, dlq, group string
	x                 *actions.Executor
}

const poison = 4 // the record's offset

var poisonAt = time.Now().Add(-time.Hour).Truncate(time.Millisecond)

func poisoned() *kgo.Record {
	return &kgo.Record{Key: []byte("SECRET-key"), Value: []byte("SECRET-value"), Timestamp: poisonAt,
		Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("SECRET-head")}, {Key: "nil"}}}
}

func newBench(w *kafkatest.World, name string) *bench { return newBenchOn(w, name, w.Topic) }

// realBench waits until all brokers know the topics.
func realBench(t *testing.T, c *realkafka.Cluster) *bench {
	return newBenchOn(kafkatest.On(t, c.Seeds()), realkafka.Name("skip"), func(name string, n int32) { c.CreateTopic(t, name, n, 3, nil) })
}

func newBenchOn(w *kafkatest.World, name string, topic func(string, int32)) *bench {
	b := &bench{World: w, topic: "t-" + name, dlq: "dlq-" + name, group: "g-" + name, x: w.Executor(Action{Connect: w.Connect()})}
	topic(b.topic, 3)
	topic(b.dlq, 2)
	w.Produce(b.topic, 1, poison, poisonAt.Add(-time.Minute))
	b.write(b.topic, 1, poisoned())
	w.Produce(b.topic, 1, 3, poisonAt.Add(time.Minute))
	b.commit(poison)
	return b
}

func fake(t *testing.T, opts ...kfake.Opt) (*bench, *kfake.Cluster) {
	w, c := kafkatest.Fake(t, opts...)
	return newBench(w, "orders"), c
}

func (b *bench) write(topic string, p int32, r *kgo.Record) {
	b.T.Helper()
	r.Topic, r.Partition = topic, p
	kafkatest.Must(b.T, b.Client.ProduceSync(b.T.Context(), r).FirstErr())
}

func (b *bench) commit(at int64) {
	b.T.Helper()
	b.Commit(b.group, kadm.Offset{Topic: b.topic, Partition: 1, At: at, LeaderEpoch: 0, Metadata: "mine"})
}

func (b *bench) at() kadm.Offset {
	b.T.Helper()
	return b.Committed(b.group)[b.topic+":1"]
}

func (b *bench) ask(offset int64, params ...string) actions.Request {
	r := actions.Request{Kind: Kind, Params: map[string]string{},
		Target: lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindPosition, Name: b.group, Sub: b.topic + ":1@" + strconv.FormatInt(offset, 10)}}
	for i := 0; i < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

// plan makes a plan, or gives why there is none.
func (b *bench) plan(offset int64, params ...string) (actions.Plan, error) {
	return b.x.Registry.Plan(b.T.Context(), b.ask(offset, params...))
}

func (b *bench) apply(p actions.Plan) (actions.Report, error) {
	return b.x.Apply(b.T.Context(), p, kafkatest.Consent(p))
}

// parked gives what is in the topic to park in.
func (b *bench) parked() []records.Record {
	b.T.Helper()
	c, err := b.Connect().Seeing(b.T.Context(), kafkatest.Cluster)
	kafkatest.Must(b.T, err)
	defer c.Close()
	var out []records.Record
	for p := range int32(2) {
		page, err := records.Forward(b.T.Context(), c, records.Place{Topic: b.dlq, Partition: p}, 0, records.Limits{Records: 1000})
		kafkatest.Must(b.T, err)
		out = append(out, page.Records...)
	}
	return out
}

// savedIn reads a file that a record was saved in; nil for no file.
func savedIn(t testing.TB, path string) *saved {
	t.Helper()
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	kafkatest.Must(t, err)
	var s saved
	kafkatest.Must(t, json.Unmarshal(raw, &s))
	return &s
}
