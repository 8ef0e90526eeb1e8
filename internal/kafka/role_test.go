package kafka

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// mutating or joining are all keys but those that read; the list is written out so that a change of the allow-list has
// to be made in two places.
var mayRead = []string{
	"ApiVersions", "ConsumerGroupDescribe", "DescribeACLs", "DescribeClientQuotas", "DescribeCluster", "DescribeConfigs",
	"DescribeGroups", "DescribeLogDirs", "DescribeProducers", "DescribeQuorum", "DescribeShareGroupOffsets",
	"DescribeTopicPartitions", "DescribeTransactions", "Fetch", "FindCoordinator", "ListGroups", "ListOffsets",
	"ListPartitionReassignments", "ListTransactions", "Metadata", "OffsetFetch", "OffsetForLeaderEpoch", "SASLAuthenticate",
	"SASLHandshake", "ShareGroupDescribe", "StreamsGroupDescribe",
}

func TestSeeingSendsOnlyReads(t *testing.T) {
	noLeaks(t)
	cl := dialed(t, cluster(fake(t).ListenAddrs()...), Seeing, Options{})
	var allowed []string
	for key := int16(0); key <= kmsg.MaxKey; key++ {
		req := kmsg.RequestForKey(key)
		if req == nil {
			continue
		}
		if slices.Contains(mayRead, kmsg.NameForKey(key)) {
			allowed = append(allowed, kmsg.NameForKey(key))
			if err := Seeing.permit(req); err != nil {
				t.Errorf("%s: %v", kmsg.NameForKey(key), err)
			}
			continue
		}
		if _, err := cl.Request(t.Context(), req); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s by the cluster: %v", kmsg.NameForKey(key), err)
		}
		if _, err := cl.Broker(0).Request(t.Context(), req); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s by a broker: %v", kmsg.NameForKey(key), err)
		}
	}
	slices.Sort(allowed)
	if !slices.Equal(allowed, mayRead) {
		t.Errorf("allowed %v", allowed)
	}
	if n := cl.Meter().Requests; n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	for _, joins := range []kmsg.Key{kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat, kmsg.LeaveGroup, kmsg.ConsumerGroupHeartbeat,
		kmsg.ShareGroupHeartbeat, kmsg.ShareFetch, kmsg.ShareAcknowledge, kmsg.StreamsGroupHeartbeat} {
		if err := Seeing.permitKey(joins.Int16()); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%v: %v", joins, err)
		}
	}
	if err := Seeing.permitKey(1000); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a key of the future: %v", err)
	}
}

func TestSeeingCreatesNoTopicByMetadata(t *testing.T) {
	req := kmsg.NewPtrMetadataRequest()
	req.AllowAutoTopicCreation = true
	if err := Seeing.permit(req); !errors.Is(err, ErrReadOnly) {
		t.Errorf("seeing: %v", err)
	}
	if err := Acting.permit(req); err != nil {
		t.Errorf("acting: %v", err)
	}
}

func TestActingMayWrite(t *testing.T) {
	noLeaks(t)
	cl := dialed(t, cluster(fake(t).ListenAddrs()...), Acting, Options{})
	req := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = "made", 1, 1
	req.Topics = append(req.Topics, topic)
	resp, err := cl.Request(t.Context(), req)
	must(t, err)
	if code := resp.(*kmsg.CreateTopicsResponse).Topics[0].ErrorCode; code != 0 {
		t.Errorf("code %d", code)
	}
}

// A request that got past the first check is stopped where its bytes would leave.
func TestLinkRefusesWritesOnTheWire(t *testing.T) {
	form := kmsg.NewRequestFormatter()
	for _, chunk := range []int{1, 7, 1 << 20} {
		a, b := net.Pipe()
		got := make(chan int, 1)
		go func() {
			n := 0
			buf := make([]byte, 4096)
			for {
				m, err := b.Read(buf)
				n += m
				if err != nil {
					got <- n
					return
				}
			}
		}()
		l := &link{Conn: a, role: Seeing}
		read := form.AppendRequest(nil, kmsg.NewPtrListGroupsRequest(), 1)
		write := form.AppendRequest(nil, kmsg.NewPtrDeleteGroupsRequest(), 2)
		var err error
		for piece := range slices.Chunk(append(slices.Clone(read), write...), chunk) {
			if _, err = l.Write(piece); err != nil {
				break
			}
		}
		if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), "DeleteGroups") {
			t.Errorf("in pieces of %d: %v", chunk, err)
		}
		_ = l.Close()
		// Of the forbidden request at most its incomplete header is out.
		if n := <-got; n >= len(read)+12 {
			t.Errorf("in pieces of %d: %d bytes left, the read is %d", chunk, n, len(read))
		}
	}
}
