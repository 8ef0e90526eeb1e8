package kafka_test

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"weir/internal/realkafka"
	"weir/probes"
)

// measured is the world that other tools were measured in: 10,150 partitions, 213 groups, 202,500 commits on one broker.
var measured = world{topics: 203, partitions: 50, groups: slices.Concat(same(11, 4), same(2, 3), same(200, 20))}

func same(n, topics int) []int {
	return slices.Repeat([]int{topics}, n)
}

// envKeep keeps the cluster of BenchmarkRealWorld up for so long (Go's notation), or until an interrupt: to run other
// programs on it.
const envKeep = "WEIR_TEST_KEEP"

// BenchmarkRealWorld loads the world onto a real broker, which takes a minute and more, and reads the lag of all groups:
// the floor and the probe, each as a program that starts and as one that goes on.
//
//	go test ./probes/kafka -run '^$' -bench BenchmarkRealWorld -benchtime 10x -timeout 20m
func BenchmarkRealWorld(b *testing.B) {
	realkafka.Need(b)
	b.Setenv("_JAVA_OPTIONS", "-Xmx1g") // beats the harness's own heap, which is too small for so many partitions
	c := realkafka.Start(b, realkafka.Options{})
	began := time.Now()
	must(b, measured.load(b.Context(), c.Seeds()))
	b.Logf("loaded %d commits on %d partitions in %v: %s", measured.commits(), measured.topics*measured.partitions, time.Since(began).Round(time.Second), strings.Join(c.Seeds(), ","))
	defer keep(b, c.Seeds())
	b.Run("floor", func(b *testing.B) {
		timed(b, func() {
			_, err := lagOfAll(b.Context(), c.Seeds())
			must(b, err)
		})
	})
	once := probes.Want{Due: probes.Refresh | probes.Starts | probes.Groups | probes.Layout, Serial: true}
	b.Run("weir/once", func(b *testing.B) {
		timed(b, func() {
			p := to{seeds: c.Seeds()}.open(b)
			whole(b, sweep(b, p, once))
			must(b, p.Close())
		})
	})
	b.Run("weir/refresh", func(b *testing.B) {
		p := to{seeds: c.Seeds()}.probe(b)
		whole(b, sweep(b, p, probes.Want{Due: probes.All}))
		timed(b, func() {
			if r := sweep(b, p, probes.Want{Due: probes.Refresh}); r.Cost.Requests != 2 {
				b.Fatalf("%d requests", r.Cost.Requests)
			}
		})
	})
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Seeds()...))
	must(b, err)
	defer cl.Close()
	b.Run("kadm.Lag", func(b *testing.B) {
		timed(b, func() {
			lags, err := kadm.NewClient(cl).Lag(b.Context())
			if err != nil || lags.Error() != nil {
				b.Fatal(err, lags.Error())
			}
		})
	})
}

func whole(b *testing.B, r seen) {
	b.Helper()
	if n := len(r.Positions); n != measured.commits() || len(r.Gaps) > 0 {
		b.Fatalf("%d positions of %d, gaps %s", n, measured.commits(), r.gaps())
	}
}

func keep(b *testing.B, seeds []string) {
	d, err := time.ParseDuration(os.Getenv(envKeep))
	if err != nil {
		return
	}
	fmt.Fprintf(os.Stderr, "the world is kept for %v at %s\n", d, strings.Join(seeds, ","))
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	defer signal.Stop(stop)
	select {
	case <-stop:
	case <-time.After(d):
	}
}
