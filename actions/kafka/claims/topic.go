package claims

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"weir/actions/kafka/anchor"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
)

// topicLog is a Log in partition 0 of a topic.
type topicLog struct {
	name   string
	client *kafka.Appender
	place  records.Place
}

// Name tells people of a claim log on a topic.
func Name(on config.Cluster, topic string) string { return on.Name + "/" + topic }

// OnTopic gives the claim log on a topic of a cluster. It connects for each claim anew, with the cluster's Security.
func OnTopic(on config.Cluster, c config.Claims, o kafka.Options) *Claims {
	return New(Name(on, c.Topic), c.Lease, func(ctx context.Context) (Log, error) {
		client, err := kafka.DialAppender(ctx, on, c.Topic, 0, o)
		if err != nil {
			return nil, told(err)
		}
		return &topicLog{Name(on, c.Topic), client, records.Place{Topic: c.Topic}}, nil
	})
}

func (l *topicLog) Close() { l.client.Close() }

func (l *topicLog) Append(ctx context.Context, value []byte) (int64, error) {
	offset, err := l.client.Append(ctx, nil, value)
	return offset, told(err)
}

const pageRecords = 2000

// Read reads on from the newest record that is known, so that there is always something to answer with.
func (l *topicLog) Read(ctx context.Context, from, through int64) (out []Entry, next, start int64, err error) {
	next, start = from, -1
	for at := max(0, from-1); ; at = next {
		page, err := records.Forward(ctx, records.Over(l.client.Client), l.place, at, records.Limits{Records: pageRecords})
		if err == nil && page.Unread != nil {
			err = fmt.Errorf("%s: offsets %d to %d: %w", l.name, page.Unread.First, page.Unread.Last, page.Unread.Err)
		}
		if err != nil {
			return nil, from, -1, told(err)
		}
		for _, r := range page.Records {
			if r.Offset >= from {
				out = append(out, Entry{Offset: r.Offset, At: r.At, Stamped: r.Clock == records.AppendTime, Value: r.Value})
			}
		}
		start, next = max(page.Start, start), max(page.Next, next)
		if through < 0 {
			through = page.End - 1
		}
		switch {
		case page.End < from:
			return nil, from, -1, fmt.Errorf("%s ends at offset %d, and %d was read before: records were lost, or the topic was made anew", l.name, page.End, from)
		case next > through:
			return out, next, start, nil
		case page.Next <= at && len(page.Records) == 0 && ctx.Err() != nil:
			return nil, from, -1, ctx.Err()
		}
	}
}

// told is an error for a person, with the cause kept.
func told(err error) error {
	if err == nil {
		return nil
	}
	p := kafka.Explain(err)
	switch {
	case errors.Is(err, records.ErrNoTopic), errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Errorf("%w: weir makes no topic; see weir lock check", err)
	case p.Hint != "":
		return fmt.Errorf("%w (%s)", p, p.Hint)
	}
	return p
}

// Examine tells whether the topic is there and fit for claims. It only reads.
func Examine(ctx context.Context, on config.Cluster, c config.Claims, o kafka.Options) []kafka.Check {
	name := Name(on, c.Topic)
	client, err := kafka.DialAppender(ctx, on, c.Topic, 0, o)
	if err != nil {
		return []kafka.Check{anchor.Unfit(name, err, "")}
	}
	defer client.Close()
	f, err := client.Facts(ctx)
	if err != nil {
		return []kafka.Check{anchor.Unfit(name, err, anchor.Create(c.Topic, "message.timestamp.type=LogAppendTime"))}
	}
	out := []kafka.Check{{Check: "topic", Target: name, OK: true, Detail: fmt.Sprintf("there, on the cluster with id %s; claims go to partition 0, a lease is %s", f.ClusterID, c.Lease)}}
	out = append(out, anchor.Rights(name, f)...)
	return append(out, anchor.Safety(name, f), clock(name, f), memory(name, f, c))
}

// clock tells whether there is one clock for all.
func clock(name string, f kafka.TopicFacts) kafka.Check {
	k := kafka.Check{Check: "clock", Target: name, OK: true, Detail: "records bear the broker's time"}
	switch kind := f.Configs["message.timestamp.type"]; {
	case f.Configs == nil:
		k.OK, k.Unknown, k.Detail = false, lag.NotAuthorized, "whose time records bear can't be seen; a claim finds out"
	case kind != "LogAppendTime":
		k.OK, k.Detail, k.Remedy = false, "records bear the time of who sent them, message.timestamp.type="+kind+": no claim can be taken", "set message.timestamp.type=LogAppendTime"
	}
	return k
}

// memory tells whether records stay as long as a lease needs, and are not kept for ever: each claim reads all of them.
func memory(name string, f kafka.TopicFacts, c config.Claims) kafka.Check {
	k := kafka.Check{Check: "retention", Target: name, OK: true, Detail: "retention.ms=" + f.Configs["retention.ms"]}
	retention, err := strconv.ParseInt(f.Configs["retention.ms"], 10, 64)
	switch {
	case f.Configs == nil:
		k.OK, k.Unknown, k.Detail = false, lag.NotAuthorized, "how long records are kept can't be seen"
	case strings.Contains(f.Configs["cleanup.policy"], "compact"):
		k.OK, k.Detail, k.Remedy = false, "compaction takes claims away", "set cleanup.policy=delete"
	case err != nil || retention >= 0 && retention < 20*c.Lease.Milliseconds():
		k.OK, k.Remedy = false, "set retention.ms to 86400000 or more"
		k.Detail += ": claims may be forgotten while they are held"
	}
	return k
}
