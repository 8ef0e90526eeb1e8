package kafka

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestALayoutIsNotKeptTwice: the copy that franz-go makes of a whole layout is dropped, and that of a topic that was asked for
// by name is left, as it is small and may be asked for again.
func TestALayoutIsNotKeptTwice(t *testing.T) {
	noLeaks(t)
	cl := dialed(t, cluster(fake(t).ListenAddrs()...), Seeing, Options{})
	orders := kmsg.NewMetadataRequestTopic()
	orders.Topic = kmsg.StringPtr("orders")
	asks := func() int { // requests that it takes to know the topic
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = []kmsg.MetadataRequestTopic{orders}
		before := cl.Meter().Requests
		resp, err := cl.kgo.RequestCachedMetadata(t.Context(), req, time.Hour)
		must(t, err)
		if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 2 {
			t.Fatalf("%+v", resp.Topics)
		}
		return cl.Meter().Requests - before
	}
	for _, c := range []struct {
		topics []kmsg.MetadataRequestTopic
		again  bool
	}{{nil, true}, {[]kmsg.MetadataRequestTopic{orders}, false}} {
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = c.topics
		_, err := cl.Request(t.Context(), req)
		must(t, err)
		cl.forgets.Wait()
		if n := asks(); n > 0 != c.again {
			t.Errorf("after a layout of %d topics by name it takes %d requests to know one of them again", len(c.topics), n)
		}
	}
}
