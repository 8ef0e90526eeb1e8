package demo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestAnApplicationIsStoppedAndStarted: its members leave, and come back.
func TestAnApplicationIsStoppedAndStarted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := Start(ctx, Options{Scenario: "stalled"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if got := c.Applications(); !slices.Equal(got, []string{ordersFraud}) {
		t.Fatalf("applications: %v", got)
	}
	t.Chdir(t.TempDir())
	socket := "s" // a temporary directory's path may be longer than a socket's may be
	if err := c.Control(socket); err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()...))
	if err != nil {
		t.Fatal(err)
	}
	admin := kadm.NewClient(cl)
	defer admin.Close()
	members := func(want int) {
		t.Helper()
		for got := -1; got != want; {
			if err := ctx.Err(); err != nil {
				t.Fatalf("%d members, want %d: %v", got, want, err)
			}
			if groups, err := admin.DescribeGroups(ctx, ordersFraud); err == nil {
				got = len(groups[ordersFraud].Members)
			}
		}
	}
	members(3)
	for range 2 { // twice is as good as once
		if err := Call(ctx, socket, "stop", ordersFraud); err != nil {
			t.Fatal(err)
		}
	}
	members(0)
	if err := Call(ctx, socket, "start", ordersFraud); err != nil {
		t.Fatal(err)
	}
	members(3)
	for _, bad := range [][2]string{{"stop", "nobody"}, {"burn", ordersFraud}} {
		if err := Call(ctx, socket, bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), "application") {
			t.Errorf("%v: %v", bad, err)
		}
	}
	c.Close()
	if err := Call(ctx, socket, "stop", ordersFraud); err == nil {
		t.Error("a cluster that is closed was called")
	}
}
