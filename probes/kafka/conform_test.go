package kafka_test

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"weir/internal/realkafka"
	"weir/probes"
	"weir/probes/probetest"
)

// mute takes connections and never answers.
func mute(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

func silent(t *testing.T) probes.Probe { return to{seeds: []string{mute(t)}}.open(t) }

func TestConformsOnRealKafka(t *testing.T) {
	c := realkafka.Shared(t)
	change := func(t *testing.T) {
		topic := realkafka.Name("orders")
		c.CreateTopic(t, topic, 3, 1, nil)
		c.Produce(t, topic, 1, 10)
		c.CommitAdmin(t, realkafka.Name("billing"), topic, 1, 4)
	}
	change(t)
	probetest.Run(t, probetest.System{
		Probe:  func(t *testing.T) probes.Probe { return to{seeds: c.Seeds()}.open(t) },
		Silent: silent,
		Change: change,
	})
}

func TestConformsOnFake(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(6, "orders"))
	must(t, err)
	t.Cleanup(c.Close)
	change := func(t *testing.T) {
		cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
		must(t, err)
		defer cl.Close()
		adm, topic := kadm.NewClient(cl), realkafka.Name("more")
		_, err = adm.CreateTopic(t.Context(), 4, 1, nil, topic)
		must(t, err)
		var offsets kadm.Offsets
		offsets.AddOffset(topic, 2, 4, -1)
		must(t, adm.CommitAllOffsets(t.Context(), realkafka.Name("group"), offsets))
	}
	change(t)
	probetest.Run(t, probetest.System{
		Own:    []goleak.Option{goleak.IgnoreAnyFunction("github.com/twmb/franz-go/pkg/kfake.(*clientConn).read"), goleak.IgnoreAnyFunction("github.com/twmb/franz-go/pkg/kfake.(*clientConn).write")},
		Probe:  func(t *testing.T) probes.Probe { return to{seeds: c.ListenAddrs()}.open(t) },
		Silent: silent,
		Change: change,
		Break: func(*testing.T) func() {
			var off atomic.Bool
			c.ControlKey(-1, func(kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				if off.Load() || c.CurrentNode() != 2 {
					return nil, nil, false
				}
				return nil, errors.New("cut"), true
			})
			return func() { off.Store(true) }
		},
	})
}
