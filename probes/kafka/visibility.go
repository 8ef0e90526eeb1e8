package kafka

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// sight is how much the principal may see.
type sight uint8

const (
	sightUnknown  sight = iota
	sightFiltered       // the lists are filtered, and by what can't be told
	sightPart           // all groups are listed; hidden topics are looked for in the brokers' log directories
	sightAll            // there is no authorizer
)

// sightCall asks for the rights on the cluster, not for what they are but for whether one may ask: that takes Describe on
// the cluster, which is what the whole list of groups and the log directories take too.
func (s *sweep) sightCall() call {
	req := kmsg.NewPtrDescribeACLsRequest()
	req.ResourceType, req.ResourceName = kmsg.ACLResourceTypeCluster, kmsg.StringPtr("kafka-cluster")
	req.ResourcePatternType = kmsg.ACLResourcePatternTypeLiteral
	req.Operation, req.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	return call{node: lag.Nowhere, req: req, what: "rights", apply: s.applySight}
}

// applySight learns what the principal may see. Brokers leave groups and topics out of their lists without a word for
// those who may not describe them, so that a list can only be called whole when nothing could have been left out.
func (s *sweep) applySight(a answer) {
	cluster := s.ref(lag.KindCluster, "", "")
	if a.err != nil {
		s.sight = sightUnknown
		f := explain(a.err)
		s.gaps.add(inVisibility, cluster, f.reason, "whether everything may be seen: "+f.detail)
		return
	}
	switch code := a.resp.(*kmsg.DescribeACLsResponse).ErrorCode; code {
	case 0:
		s.sight = sightPart
	case kerr.SecurityDisabled.Code:
		s.sight = sightAll
	case kerr.ClusterAuthorizationFailed.Code:
		s.sight = sightFiltered
		s.gaps.add(inVisibility, cluster, lag.Filtered, "without Describe on the cluster, brokers leave out groups and topics this principal may not see, without a word")
	default:
		s.sight = sightUnknown
		f := coded(code)
		s.gaps.add(inVisibility, cluster, f.reason, "whether everything may be seen: "+f.detail)
	}
}
