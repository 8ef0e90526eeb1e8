package realkafka

import (
	"context"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Right allows one operation on one resource, from any host.
type Right struct {
	Resource  kmsg.ACLResourceType
	Name      string // literal; * is every one of its kind, and the cluster's name is kafka-cluster
	Operation kmsg.ACLOperation
}

// OnTopic is a right on a topic.
func OnTopic(name string, op kmsg.ACLOperation) Right {
	return Right{kmsg.ACLResourceTypeTopic, name, op}
}

// OnGroup is a right on a group.
func OnGroup(name string, op kmsg.ACLOperation) Right {
	return Right{kmsg.ACLResourceTypeGroup, name, op}
}

// OnCluster is a right on the cluster itself.
func OnCluster(op kmsg.ACLOperation) Right {
	return Right{kmsg.ACLResourceTypeCluster, "kafka-cluster", op}
}

// Grant gives rights to a user and waits until every broker that runs has them in force. They go with the test.
func (c *Cluster) Grant(t testing.TB, u User, rights ...Right) {
	t.Helper()
	req := kmsg.NewPtrCreateACLsRequest()
	for _, r := range rights {
		req.Creations = append(req.Creations, kmsg.CreateACLsRequestCreation{
			ResourceType: r.Resource, ResourceName: r.Name, ResourcePatternType: kmsg.ACLResourcePatternTypeLiteral,
			Principal: "User:" + u.Name, Host: "*", Operation: r.Operation, PermissionType: kmsg.ACLPermissionTypeAllow,
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	resp, err := req.RequestWith(ctx, c.Client(t))
	if err != nil {
		t.Fatalf("grant to %s: %v", u.Name, err)
	}
	for _, r := range resp.Results {
		if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
			t.Fatalf("grant to %s: %v", u.Name, err)
		}
	}
	t.Cleanup(func() { c.revoke(t, u, rights) })
	for _, r := range rights {
		c.eachBroker(t, "a right of "+u.Name, func(ctx context.Context, b *kgo.Broker) error { return hasRight(ctx, b, u, r) })
	}
}

// revoke spares a cluster of the test's own, which ends with the test and whose brokers it may have taken down.
func (c *Cluster) revoke(t testing.TB, u User, rights []Right) {
	t.Helper()
	if !c.shared {
		return
	}
	principal := "User:" + u.Name
	req := kmsg.NewPtrDeleteACLsRequest()
	for _, r := range rights {
		req.Filters = append(req.Filters, kmsg.DeleteACLsRequestFilter{
			ResourceType: r.Resource, ResourceName: &r.Name, ResourcePatternType: kmsg.ACLResourcePatternTypeLiteral,
			Principal: &principal, Operation: r.Operation, PermissionType: kmsg.ACLPermissionTypeAllow,
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	resp, err := req.RequestWith(ctx, c.Client(t))
	if err != nil {
		t.Fatalf("revoke from %s: %v", u.Name, err)
	}
	for _, r := range resp.Results {
		if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
			t.Fatalf("revoke from %s: %v", u.Name, err)
		}
	}
}

func hasRight(ctx context.Context, b *kgo.Broker, u User, r Right) error {
	principal := "User:" + u.Name
	req := kmsg.NewPtrDescribeACLsRequest()
	req.ResourceType, req.ResourceName, req.ResourcePatternType = r.Resource, &r.Name, kmsg.ACLResourcePatternTypeLiteral
	req.Principal, req.Operation, req.PermissionType = &principal, r.Operation, kmsg.ACLPermissionTypeAllow
	resp, err := b.RetriableRequest(ctx, req)
	if err != nil {
		return err
	}
	described := resp.(*kmsg.DescribeACLsResponse)
	if err := kerr.ErrorForCode(described.ErrorCode); err != nil {
		return err
	}
	if len(described.Resources) == 0 {
		return fmt.Errorf("no right to %v on %v %s yet", r.Operation, r.Resource, r.Name)
	}
	return nil
}
