package kafka

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/config"
)

// Of the brokers a cluster is known by, those that say nothing cost the first answer a moment and not its whole time.
func TestSilentSeedsCostAMoment(t *testing.T) {
	for _, x := range []struct {
		seeds []string
		most  time.Duration // with the client beginning with any of them
	}{
		{[]string{"mute-1:9001", "127.0.0.1:9001"}, 600 * time.Millisecond},
		{[]string{"mute-1:9001", "mute-2:9001", "127.0.0.1:9001"}, 1600 * time.Millisecond},
		{[]string{"mute-1:9001", "mute-2:9001", "mute-3:9001", "127.0.0.1:9001"}, 3600 * time.Millisecond},
	} {
		t.Run(x.seeds[0]+"+"+x.seeds[len(x.seeds)-2], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wire kfake.VirtualNetwork
				c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(9001), kfake.ListenFn(wire.Listen), kfake.ClusterID("fake"))
				must(t, err)
				t.Cleanup(c.Close)
				for range 12 {
					o := Options{DialContext: muted(wire.DialContext)}
					cl := dialed(t, config.Cluster{Name: "test", Brokers: x.seeds, Timeout: 10 * time.Second}, Seeing, o)
					began := time.Now()
					id, err := cl.ID(t.Context())
					if took := time.Since(began); err != nil || id != "fake" || took > x.most {
						t.Errorf("%q, %v after %v", id, err, took)
					}
					cl.Close()
				}
			})
		})
	}
}

// muted lets connections to hosts named mute succeed and nothing ever come of them.
func muted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if !strings.HasPrefix(addr, "mute") {
			return dial(ctx, network, addr)
		}
		here, there := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		return here, nil
	}
}

// What only one broker can answer is asked of no other.
func TestTwinsOfWhatAnyBrokerAnswers(t *testing.T) {
	for _, key := range []kmsg.Key{kmsg.Metadata, kmsg.FindCoordinator, kmsg.DescribeACLs, kmsg.DescribeQuorum} {
		req := kmsg.RequestForKey(int16(key))
		if twin := Twin(req); twin == nil || twin == req || twin.Key() != int16(key) {
			t.Errorf("%s: %T", kmsg.NameForKey(int16(key)), twin)
		}
	}
	for key := range kmsg.MaxKey + 1 {
		if req := kmsg.RequestForKey(int16(key)); req != nil && Twin(req) != nil && !reads[kmsg.Key(key)] {
			t.Errorf("%s could be sent twice", kmsg.NameForKey(int16(key)))
		}
	}
}
