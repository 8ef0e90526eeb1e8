package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// quiet is a cluster in which nothing moves, of topics of so many partitions each, and groups that read one topic each. It is
// a process of its own, of the least priority: brokers are elsewhere, and take no processor from who looks at them.
func quiet(b *testing.B, topics, each, groups int) string {
	b.Helper()
	cmd := exec.Command("nice", "-n", "19", "quietcluster", strconv.Itoa(topics), strconv.Itoa(each), strconv.Itoa(groups))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

// beQuiet is that process: it tells the address of its first broker, and ends with its input.
func beQuiet() {
	if err := beQuietUntil(os.Stdin, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func beQuietUntil(over io.Reader, args []string) error {
	var topics, each, groups int
	if _, err := fmt.Sscan(strings.Join(args, " "), &topics, &each, &groups); err != nil {
		return err
	}
	c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.DefaultNumPartitions(each))
	if err != nil {
		return err
	}
	defer c.Close()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm, ctx := kadm.NewClient(cl), context.Background()
	names := make([]string, topics)
	for i := range names {
		names[i] = fmt.Sprintf("topic-%03d", i)
	}
	if _, err := adm.CreateTopics(ctx, int32(each), 1, nil, names...); err != nil {
		return err
	}
	for g := range groups {
		var os kadm.Offsets
		for p := range each {
			os.Add(kadm.Offset{Topic: names[g%topics], Partition: int32(p), At: 0, LeaderEpoch: -1})
		}
		if err := adm.CommitAllOffsets(ctx, fmt.Sprintf("group-%04d", g), os); err != nil {
			return err
		}
	}
	fmt.Println(c.ListenAddrs()[0])
	_, err = io.Copy(io.Discard, over)
	return err
}
