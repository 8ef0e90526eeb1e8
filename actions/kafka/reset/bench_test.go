package reset_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"syscall"
	"testing"
	"time"

	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/reset"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// busy measures for how long at least one request is under way.
type busy struct {
	mu    sync.Mutex
	n     int
	since time.Time
	total time.Duration
	from  time.Duration // processor time
	cpu   time.Duration
	count int
}

// processor is the time that this process has had of processors.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (b *busy) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n == 0 {
		b.since, b.from = time.Now(), processor()
	}
	if n > 0 {
		b.count++
	}
	if b.n += n; b.n == 0 {
		b.total += time.Since(b.since)
		b.cpu += processor() - b.from
	}
}

type timed struct {
	cluster.Conn
	b *busy
}

func (c timed) Request(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	c.b.add(1)
	defer c.b.add(-1)
	return c.Conn.Request(ctx, req)
}

func (c timed) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	c.b.add(1)
	defer c.b.add(-1)
	return c.Conn.Once(ctx, broker, req)
}

// BenchmarkPlan is a plan of 10,000 partitions, made and written: what it takes beside its requests, by the clock and of
// processors: on a busy machine only the latter says something.
func BenchmarkPlan(b *testing.B) {
	const partitions = 10_000
	w, _ := kafkatest.Fake(b)
	w.Topic("orders", partitions)
	var records []*kgo.Record
	var commits []kadm.Offset
	for p := range int32(partitions) {
		records = append(records, &kgo.Record{Topic: "orders", Partition: p, Value: []byte("v"), Timestamp: base})
		commits = append(commits, kadm.Offset{Topic: "orders", Partition: p, At: 1, LeaderEpoch: -1})
	}
	kafkatest.Must(b, w.Client.ProduceSync(b.Context(), records...).FirstErr())
	w.Commit("g", commits...)
	var spent busy
	connect := w.Connect()
	seeing := connect.Seeing
	connect.Seeing = func(ctx context.Context, name string) (cluster.Conn, error) {
		c, err := seeing(ctx, name)
		return timed{c, &spent}, err
	}
	x := w.Executor(reset.Action{Connect: connect})
	for _, how := range [][]string{{"to", "earliest"}, {"to", base.Add(-time.Minute).Format(time.RFC3339)}} {
		b.Run(fmt.Sprint("to=", how[1][:4]), func(b *testing.B) {
			spent = busy{}
			var all, work time.Duration
			for b.Loop() {
				begin, from := time.Now(), processor()
				p := kafkatest.Plan(b, x, request(how...))
				kafkatest.Must(b, p.Write(io.Discard, "test"))
				all += time.Since(begin)
				work += processor() - from
				if len(p.Changes) != partitions {
					b.Fatalf("%d changes", len(p.Changes))
				}
			}
			n := float64(b.N)
			b.ReportMetric(float64((all-spent.total).Microseconds())/1000/n, "own-ms/op")
			b.ReportMetric(float64((work-spent.cpu).Microseconds())/1000/n, "own-cpu-ms/op")
			b.ReportMetric(float64(spent.total.Microseconds())/1000/n, "requests-ms/op")
			b.ReportMetric(float64(spent.count)/n, "requests/op")
		})
	}
}
