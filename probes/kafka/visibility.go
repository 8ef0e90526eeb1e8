package kafka

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// Bits of the operations a principal may do on the cluster (KIP-430). Everything a cluster can grant means a super user
// or a cluster without authorizer, who see all there is.
const (
	opDescribe = 1 << 8
	opsCluster = 1<<5 | 1<<7 | opDescribe | 1<<9 | 1<<10 | 1<<11 | 1<<12
	opsUnknown = -1 << 31
)

// applyCluster learns what the principal may see. Brokers leave groups and topics out of their lists without a word for
// those who may not describe them, so that a list can only be called whole when nothing could have been left out.
func (s *sweep) applyCluster(a answer) {
	cluster := s.ref(lag.KindCluster, "", "")
	if a.err != nil {
		f := explain(a.err)
		s.gaps.add(inVisibility, cluster, f.reason, "whether everything may be seen: "+f.detail)
		return
	}
	resp := a.resp.(*kmsg.DescribeClusterResponse)
	if resp.ErrorCode != 0 {
		f := coded(resp.ErrorCode)
		s.gaps.add(inVisibility, cluster, f.reason, "whether everything may be seen: "+f.detail)
		return
	}
	ops := resp.ClusterAuthorizedOperations
	s.sight = sightPart
	switch {
	case ops == opsUnknown:
		s.sight = sightUnknown
		s.gaps.add(inVisibility, cluster, lag.Unsupported, "the broker does not say what this principal may see")
	case ops&opDescribe == 0:
		s.sight = sightFiltered
		s.gaps.add(inVisibility, cluster, lag.Filtered, "without Describe on the cluster, brokers leave out groups and topics this principal may not see, without a word")
	case ops&opsCluster == opsCluster:
		s.sight = sightAll
	}
}

// sight is how much the principal may see.
type sight uint8

const (
	sightUnknown sight = iota
	sightFiltered      // the lists are filtered, and by what can't be told
	sightPart          // the lists may be filtered: hidden topics are looked for in the brokers' log directories
	sightAll
)
