package cluster

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"weir/internal/text"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// The settings that bound for how long a member counts that doesn't answer any more. That of a classic group's member is
// the client's own, which no broker tells; brokers only bound it. Of a KIP-848 group it is the group's, else the brokers'.
const (
	minSession    = "group.min.session.timeout.ms"
	maxSession    = "group.max.session.timeout.ms"
	groupSession  = "consumer.session.timeout.ms"
	brokerSession = "group.consumer.session.timeout.ms"
)

// DeadMembers says, for a person, how long a member of a group that died still counts. What can't be told is said to be
// unknown, with the reason.
func DeadMembers(ctx context.Context, c Conn, g Group) string {
	const unknown = "how long one that died still counts is not known: "
	found, err := sessions(ctx, c, g)
	if err != nil {
		return unknown + err.Error()
	}
	told := func(key string) (string, bool) {
		ms, err := strconv.ParseInt(found[key], 10, 64)
		return text.CoarseDuration(time.Duration(ms) * time.Millisecond), err == nil && ms > 0
	}
	if g.Kind == lag.Consumer {
		for _, key := range []string{groupSession, brokerSession} {
			if d, ok := told(key); ok {
				return "one that died counts for " + d + " after its last heartbeat"
			}
		}
		return unknown + "the broker doesn't tell " + brokerSession
	}
	from, ok := told(minSession)
	to, ok2 := told(maxSession)
	if !ok || !ok2 {
		return unknown + "the broker doesn't tell " + minSession + " and " + maxSession
	}
	return "one that died counts for its client's session.timeout.ms after its last heartbeat, which no broker tells: " + from + " to " + to + ", mostly 45s"
}

// sessions reads the settings from the group's coordinator.
func sessions(ctx context.Context, c Conn, g Group) (map[string]string, error) {
	req := kmsg.NewPtrDescribeConfigsRequest()
	ask := func(kind kmsg.ConfigResourceType, name string, keys ...string) {
		r := kmsg.NewDescribeConfigsRequestResource()
		r.ResourceType, r.ResourceName, r.ConfigNames = kind, name, keys
		req.Resources = append(req.Resources, r)
	}
	broker := strconv.Itoa(int(g.Coordinator))
	if g.Kind == lag.Consumer {
		ask(kmsg.ConfigResourceTypeGroupConfig, g.Name, groupSession)
		ask(kmsg.ConfigResourceTypeBroker, broker, brokerSession)
	} else {
		ask(kmsg.ConfigResourceTypeBroker, broker, minSession, maxSession)
	}
	resp, err := Once[*kmsg.DescribeConfigsResponse](ctx, c, g.Coordinator, req)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	var refused error
	for _, r := range resp.Resources {
		if r.ErrorCode != 0 {
			refused = Coded(fmt.Sprintf("settings of %s", r.ResourceName), r.ErrorCode)
			continue
		}
		for _, k := range r.Configs {
			if k.Value != nil {
				out[k.Name] = *k.Value
			}
		}
	}
	if len(out) == 0 && refused != nil {
		return nil, refused
	}
	return out, nil
}
