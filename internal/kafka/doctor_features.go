package kafka

import (
	"context"
	"fmt"
	"math"
	"time"

	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// feature is something weir can show or do if the broker has it and the principal may.
type feature struct {
	name    string
	key     kmsg.Key
	version int16             // the lowest that will do
	op      kmsg.ACLOperation // needed on the cluster; 0 where rights are given one by one
	right   string            // the right as a person grants it
	acting  bool              // only looked at for the acting principal
	without string            // what would be missing
}

// features in the order in which they are told. Rights are those of Apache's authorizer.
var features = []feature{
	{"list groups", kmsg.ListGroups, 0, kmsg.ACLOperationDescribe, "DESCRIBE on the cluster", false, "brokers leave out, without a word, the groups this principal may not describe"},
	{"committed offsets", kmsg.OffsetFetch, 8, 0, "DESCRIBE on each group and topic", false, "no lag; below version 8 each group costs a request of its own"},
	{"log ends", kmsg.ListOffsets, 0, 0, "DESCRIBE on each topic", false, "no lag"},
	{"last stable offset", kmsg.ListOffsets, 2, 0, "DESCRIBE on each topic", false, "no stable lag, and open transactions stay unseen"},
	{"classic groups' members", kmsg.DescribeGroups, 0, 0, "DESCRIBE on each group", false, "no members of classic groups"},
	{"consumer groups of KIP-848", kmsg.ConsumerGroupDescribe, 0, 0, "DESCRIBE on each group", false, "no members of groups with the new protocol"},
	{"share groups", kmsg.ShareGroupDescribe, 0, 0, "DESCRIBE on each group", false, "no share groups"},
	{"share groups' lag", kmsg.DescribeShareGroupOffsets, 1, 0, "DESCRIBE on each group", false, "share groups without lag"},
	{"streams groups", kmsg.StreamsGroupDescribe, 0, 0, "DESCRIBE on each group", false, "no members of streams groups"},
	{"broker configs", kmsg.DescribeConfigs, 1, kmsg.ACLOperationDescribeConfigs, "DESCRIBE_CONFIGS on the cluster", false, "no brokers' settings"},
	{"topic configs", kmsg.DescribeConfigs, 1, 0, "DESCRIBE_CONFIGS on each topic", false, "no retention, and so no time until unread records are deleted"},
	{"log dirs", kmsg.DescribeLogDirs, 1, kmsg.ACLOperationDescribe, "DESCRIBE on the cluster", false, "no sizes"},
	{"transactions", kmsg.ListTransactions, 0, 0, "DESCRIBE on each transactional id", false, "no cause of a last stable offset that stands"},
	{"producers", kmsg.DescribeProducers, 0, 0, "READ on each topic", false, "no owner of an open transaction"},
	{"quorum", kmsg.DescribeQuorum, 0, kmsg.ACLOperationDescribe, "DESCRIBE on the cluster", false, "the true controller is not known"},
	{"reassignments", kmsg.ListPartitionReassignments, 0, kmsg.ACLOperationDescribe, "DESCRIBE on the cluster", false, "moving replicas are not shown"},
	{"client quotas", kmsg.DescribeClientQuotas, 0, kmsg.ACLOperationDescribeConfigs, "DESCRIBE_CONFIGS on the cluster", false, "no quotas"},
	{"reset offsets", kmsg.OffsetCommit, 0, 0, "READ on each group and topic", true, "no offset resets"},
	{"delete groups", kmsg.DeleteGroups, 0, 0, "DELETE on each group", true, "no group deletions"},
	{"elect leaders", kmsg.ElectLeaders, 0, kmsg.ACLOperationAlter, "ALTER on the cluster", true, "no elections"},
	{"move replicas", kmsg.AlterPartitionAssignments, 0, kmsg.ACLOperationAlter, "ALTER on the cluster", true, "no reassignments"},
	{"set quotas", kmsg.AlterClientQuotas, 0, kmsg.ACLOperationAlterConfigs, "ALTER_CONFIGS on the cluster", true, "no quotas are set"},
}

// clusterOps are the operations the principal may do on the cluster, a bit each.
type clusterOps struct {
	bits  int32
	known bool
	why   Problem // where not known
}

const opsUnknown = math.MinInt32 // what brokers send for "not asked"

func (d *doctor) features(ctx context.Context, cl *Client) {
	began := time.Now()
	ops := d.ops(ctx, cl)
	took := time.Since(began)
	for _, f := range features {
		if f.acting && d.role != Acting {
			continue
		}
		c := d.feature(f, ops)
		if f.op != 0 {
			c.Took = took
		}
		d.checks = append(d.checks, c)
	}
}

// feature judges by what the broker and the authorizer told; it sends nothing.
func (d *doctor) feature(f feature, ops clusterOps) Check {
	c := Check{Check: "feature", Target: f.name}
	have, ok := d.keys[f.key]
	switch {
	case !ok:
		c.Unknown, c.Detail = lag.Unsupported, fmt.Sprintf("this broker has no %s: %s", kmsg.NameForKey(f.key.Int16()), f.without)
		c.Remedy = "a newer broker, or the feature enabled on it"
	case have < f.version:
		c.Unknown, c.Detail = lag.Unsupported, fmt.Sprintf("this broker has %s up to version %d and %d is needed: %s", kmsg.NameForKey(f.key.Int16()), have, f.version, f.without)
		c.Remedy = "a newer broker"
	case f.op == 0:
		c.OK, c.Detail = true, fmt.Sprintf("the broker has it; needs %s", f.right)
	case !ops.known:
		c.Unknown, c.Detail = ops.why.Reason, fmt.Sprintf("the broker has it; whether this principal has %s is not known: %s", f.right, ops.why.Sentence)
	case ops.bits&(1<<uint(f.op)) == 0:
		c.Detail, c.Remedy = fmt.Sprintf("this principal lacks %s: %s", f.right, f.without), "grant "+f.right
	default:
		c.OK, c.Detail = true, fmt.Sprintf("the broker has it and this principal has %s", f.right)
	}
	return c
}

// ops asks what the principal may do on the cluster (KIP-430, KIP-700).
func (d *doctor) ops(ctx context.Context, cl *Client) clusterOps {
	req := kmsg.NewPtrDescribeClusterRequest()
	req.IncludeClusterAuthorizedOperations = true
	resp, err := cl.Request(ctx, req)
	if err != nil {
		return clusterOps{why: Explain(err)}
	}
	r, ok := resp.(*kmsg.DescribeClusterResponse)
	if !ok {
		return clusterOps{why: Explain(errForeign)}
	}
	if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
		return clusterOps{why: Explain(err)}
	}
	if r.ClusterAuthorizedOperations == opsUnknown {
		return clusterOps{why: Problem{Reason: lag.Unsupported, Sentence: "the broker does not tell"}}
	}
	return clusterOps{bits: r.ClusterAuthorizedOperations, known: true}
}
