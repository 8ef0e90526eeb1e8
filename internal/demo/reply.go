package demo

import (
	"encoding/binary"
	"net"
	"sync"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// editor corrects the replies in which the fake brokers differ from Apache's in a way that would mislead whoever
// observes them:
//
//   - DescribeGroups calls a KIP-848 group Stable; a broker says that it is not a classic group.
//   - ListGroups forgets the protocol type of a KIP-848 group whose first commits were an administrator's.
//   - OffsetFetch calls an unknown group and a share group an error; a broker answers without rows.
//   - Metadata and its kin list replicas leader first and all in sync, and know no dead broker.
//   - Descriptions of groups tell a member's port with its host.
//   - DescribeLogDirs tells a disk smaller than its free space.
type editor struct {
	replicas *replicas

	mu     sync.Mutex
	modern map[string]bool // groups that were joined by the KIP-848 or the KIP-932 protocol
}

func newEditor() *editor {
	return &editor{replicas: newReplicas(), modern: map[string]bool{}}
}

// wants reports whether replies to requests of this key are corrected.
func (e *editor) wants(key int16) bool {
	switch kmsg.Key(key) {
	case kmsg.Metadata, kmsg.OffsetFetch, kmsg.ListGroups, kmsg.DescribeGroups, kmsg.DescribeLogDirs, kmsg.DescribeCluster,
		kmsg.ConsumerGroupDescribe, kmsg.ShareGroupDescribe,
		kmsg.DescribeTopicPartitions:
		return true
	}
	return false
}

// sawModern remembers that a group is not classic: the fake broker's reply doesn't tell.
func (e *editor) sawModern(group string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.modern[group] = true
}

func (e *editor) isModern(group string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.modern[group]
}

// reply returns the corrected frame, or the frame as it is where it can't be read: then the client finds out itself.
func (e *editor) reply(req request, frame []byte) []byte {
	kreq := kmsg.RequestForKey(req.key)
	kreq.SetVersion(req.version)
	if !readRequest(kreq, req.frame) {
		return frame
	}
	kresp := kreq.ResponseKind()
	body := 8
	if kresp.IsFlexible() {
		body++ // no tagged fields in the header
	}
	if len(frame) < body || kresp.ReadFrom(frame[body:]) != nil {
		return frame
	}
	e.correct(kreq, kresp)
	out := kresp.AppendTo(append([]byte(nil), frame[:body]...))
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	return out
}

// readRequest decodes a request frame.
func readRequest(kreq kmsg.Request, frame []byte) bool {
	r := kbin.Reader{Src: frame[headerLen:]}
	r.NullableString() // client id
	if kreq.IsFlexible() {
		kmsg.SkipTags(&r)
	}
	return r.Ok() && kreq.ReadFrom(r.Src) == nil
}

func (e *editor) correct(kreq kmsg.Request, kresp kmsg.Response) {
	switch resp := kresp.(type) {
	case *kmsg.DescribeGroupsResponse:
		for i := range resp.Groups {
			e.describeGroup(&resp.Groups[i], resp.Version)
			for j := range resp.Groups[i].Members {
				host(&resp.Groups[i].Members[j].ClientHost)
			}
		}
	case *kmsg.ConsumerGroupDescribeResponse:
		for i := range resp.Groups {
			for j := range resp.Groups[i].Members {
				host(&resp.Groups[i].Members[j].ClientHost)
			}
		}
	case *kmsg.ShareGroupDescribeResponse:
		for i := range resp.Groups {
			for j := range resp.Groups[i].Members {
				host(&resp.Groups[i].Members[j].ClientHost)
			}
		}
	case *kmsg.ListGroupsResponse:
		e.listGroups(resp)
	case *kmsg.OffsetFetchResponse:
		offsetFetch(kreq.(*kmsg.OffsetFetchRequest), resp)
	case *kmsg.MetadataResponse:
		e.replicas.metadata(resp)
	case *kmsg.DescribeClusterResponse:
		e.replicas.describeCluster(kreq.(*kmsg.DescribeClusterRequest), resp)
	case *kmsg.DescribeTopicPartitionsResponse:
		e.replicas.describeTopics(resp)
	case *kmsg.DescribeLogDirsResponse:
		for i := range resp.Dirs {
			resp.Dirs[i].TotalBytes += resp.Dirs[i].UsableBytes
		}
	}
}

// host writes a member's address as brokers do: /127.0.0.1, without the port.
func host(address *string) {
	if h, _, err := net.SplitHostPort(*address); err == nil {
		*address = "/" + h
	}
}

// listGroups names the protocol type of a KIP-848 group that began as a mere set of commits.
func (e *editor) listGroups(resp *kmsg.ListGroupsResponse) {
	for i := range resp.Groups {
		if g := &resp.Groups[i]; g.ProtocolType == "" && e.isModern(g.Group) {
			g.ProtocolType = "consumer"
		}
	}
}

// describeGroup answers for a group that is not classic, and for one that does not exist, as Kafka 4 does:
// GROUP_ID_NOT_FOUND with a message that tells the two apart from version 6 on (KIP-1043), Dead without an error before.
func (e *editor) describeGroup(g *kmsg.DescribeGroupsResponseGroup, version int16) {
	modern := e.isModern(g.Group)
	missing := g.ErrorCode == kerr.GroupIDNotFound.Code || g.State == "Dead"
	if len(g.Members) > 0 || (!missing && (!modern || g.ErrorCode != 0)) {
		return
	}
	answer := kmsg.NewDescribeGroupsResponseGroup()
	answer.Group, answer.State, answer.AuthorizedOperations = g.Group, "Dead", g.AuthorizedOperations
	if version >= 6 {
		answer.ErrorCode = kerr.GroupIDNotFound.Code
		answer.ErrorMessage = kmsg.StringPtr("Group " + g.Group + " not found.")
		if modern {
			answer.ErrorMessage = kmsg.StringPtr("Group " + g.Group + " is not a classic group.")
		}
	}
	*g = answer
}

// offsetFetch answers for groups without any state as brokers do: without an error, and with rows only for partitions
// that were named.
func offsetFetch(req *kmsg.OffsetFetchRequest, resp *kmsg.OffsetFetchResponse) {
	if resp.ErrorCode == kerr.GroupIDNotFound.Code { // version 7 and below: one group
		resp.ErrorCode, resp.Topics = 0, nil
		for _, t := range req.Topics {
			rt := kmsg.NewOffsetFetchResponseTopic()
			rt.Topic = t.Topic
			for _, p := range t.Partitions {
				rp := kmsg.NewOffsetFetchResponseTopicPartition()
				rp.Partition, rp.Offset, rp.LeaderEpoch = p, -1, -1
				rt.Partitions = append(rt.Partitions, rp)
			}
			resp.Topics = append(resp.Topics, rt)
		}
	}
	for i := range resp.Groups {
		g := &resp.Groups[i]
		if g.ErrorCode != kerr.GroupIDNotFound.Code {
			continue
		}
		g.ErrorCode = 0
		for j := range req.Groups {
			if req.Groups[j].Group == g.Group {
				g.Topics = noOffsets(req.Groups[j].Topics)
			}
		}
	}
}

// noOffsets says of each partition asked for that there is no commit.
func noOffsets(asked []kmsg.OffsetFetchRequestGroupTopic) []kmsg.OffsetFetchResponseGroupTopic {
	out := make([]kmsg.OffsetFetchResponseGroupTopic, 0, len(asked))
	for _, t := range asked {
		rt := kmsg.NewOffsetFetchResponseGroupTopic()
		rt.Topic, rt.TopicID = t.Topic, t.TopicID
		for _, p := range t.Partitions {
			rp := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			rp.Partition, rp.Offset, rp.LeaderEpoch = p, -1, -1
			rt.Partitions = append(rt.Partitions, rp)
		}
		out = append(out, rt)
	}
	return out
}
