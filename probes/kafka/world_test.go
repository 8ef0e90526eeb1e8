package kafka_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// world is what a loader makes: topics of as many partitions each, and groups with commits on all partitions of as many
// topics each, from a first topic on that goes round.
type world struct {
	topics, partitions int
	groups             []int // topics by group
}

func (w world) commits() int {
	n := 0
	for _, topics := range w.groups {
		n += topics * w.partitions
	}
	return n
}

func worldTopic(i int) string { return fmt.Sprintf("topic-%04d", i) }
func worldGroup(i int) string { return fmt.Sprintf("group-%04d", i) }

// many are n groups on 1 to most topics each, in turn.
func many(n, most int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1 + i%most
	}
	return out
}

var (
	// The world of docs/performance.md: 100,000 partitions, 1,000 groups, 550,000 commits.
	large = world{topics: 1000, partitions: 100, groups: many(1000, 10)}
	small = world{topics: 20, partitions: 50, groups: many(60, 5)}
)

// load makes a world on a cluster. The first commit comes before the topics: it makes the brokers create their own topic
// of offsets, which takes long on a cluster that has many already.
func (w world) load(ctx context.Context, seeds []string) error {
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	if err := w.create(ctx, adm, 0, 1); err != nil {
		return err
	}
	if err := w.commit(ctx, adm, 0, 1); err != nil {
		return err
	}
	const batch = 10
	for i := 1; i < w.topics; i += batch {
		if err := w.create(ctx, adm, i, min(i+batch, w.topics)); err != nil {
			return err
		}
	}
	groups, errs := make(chan int), make(chan error, 1)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for g := range groups {
				if err := w.commit(ctx, adm, g, w.groups[g]); err != nil {
					select {
					case errs <- err:
					default:
					}
				}
			}
		})
	}
	for g := range w.groups {
		groups <- g
	}
	close(groups)
	wait.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

func (w world) create(ctx context.Context, adm *kadm.Client, from, to int) error {
	var names []string
	for i := from; i < to; i++ {
		names = append(names, worldTopic(i))
	}
	done, err := adm.CreateTopics(ctx, int32(w.partitions), 1, nil, names...)
	if err == nil {
		err = done.Error()
	}
	return err
}

func (w world) commit(ctx context.Context, adm *kadm.Client, g, topics int) error {
	var offsets kadm.Offsets
	for t := range topics {
		for p := range w.partitions {
			offsets.AddOffset(worldTopic((g+t)%w.topics), int32(p), int64(g*1000+p), -1)
		}
	}
	err := adm.CommitAllOffsets(ctx, worldGroup(g), offsets)
	for range 600 { // a busy broker may not know yet that the topic exists, or who coordinates
		if !kerr.IsRetriable(err) {
			break
		}
		time.Sleep(200 * time.Millisecond)
		err = adm.CommitAllOffsets(ctx, worldGroup(g), offsets)
	}
	return err
}

// Environment variables by which this test binary becomes another program: an embedded cluster with a world, for as long
// as its standard input is open, and the floor of docs/performance.md.
const (
	envWorld = "WEIR_TEST_WORLD"
	envFloor = "WEIR_TEST_FLOOR"
)

// serveWorld is that cluster's program.
func serveWorld(which string) error {
	w := map[string]world{"large": large, "small": small}[which]
	c, err := kfake.NewCluster(kfake.NumBrokers(3))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := w.load(context.Background(), c.ListenAddrs()); err != nil {
		return err
	}
	fmt.Println(strings.Join(c.ListenAddrs(), ","))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// ownProcess starts an embedded cluster in a process of its own, so that what this one allocates is the probe's.
func ownProcess(t testing.TB, which string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env, cmd.Stderr = append(os.Environ(), envWorld+"="+which), os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return strings.Split(strings.TrimSpace(line), ",")
}
