package anchor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"weir/internal/kafka"
	"weir/internal/text"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Examine tells whether the topic is there and fit, and what it leaves open. It only reads.
func (a *Anchor) Examine(ctx context.Context) []kafka.Check {
	c, err := a.dialled(ctx)
	if err != nil {
		return []kafka.Check{Unfit(a.Name(), err, "")}
	}
	f, err := c.Facts(ctx)
	if err != nil {
		return []kafka.Check{Unfit(a.Name(), err, Create(a.topic, "retention.ms=-1"))}
	}
	out := []kafka.Check{{Check: "topic", Target: a.Name(), OK: true, Detail: fmt.Sprintf("there, on the cluster with id %s; checkpoints go to partition 0", f.ClusterID)}}
	out = append(out, Rights(a.Name(), f)...)
	out = append(out, Safety(a.Name(), f))
	return append(out, a.memory(f))
}

// memory tells how long checkpoints are kept.
func (a *Anchor) memory(f kafka.TopicFacts) kafka.Check {
	k := kafka.Check{Check: "retention", Target: a.Name(), OK: true, Detail: "checkpoints are kept for ever, and each is held against the log"}
	retention, err := strconv.ParseInt(f.Configs["retention.ms"], 10, 64)
	switch {
	case f.Configs == nil:
		k.OK, k.Unknown, k.Detail = false, lag.NotAuthorized, "how long records are kept can't be seen"
	case strings.Contains(f.Configs["cleanup.policy"], "compact"):
		k.OK, k.Detail = false, "compaction keeps the newest checkpoint only: a log that was rewritten and went on past it is not found out"
		k.Remedy = "set cleanup.policy=delete and retention.ms=-1"
	case err != nil || retention >= 0:
		k.OK, k.Detail = false, fmt.Sprintf("checkpoints are deleted after retention.ms=%s: then they prove nothing any more", f.Configs["retention.ms"])
		k.Remedy = "set retention.ms=-1; a checkpoint has about 300 bytes"
	}
	return k
}

// Unfit is a topic that can't be used.
func Unfit(name string, err error, create string) kafka.Check {
	k := kafka.Check{Check: "topic", Target: name}
	if errors.Is(err, kafka.ErrNoTopic) {
		k.Detail, k.Remedy = kafka.ErrNoTopic.Error(), "weir makes no topic; create it: "+create
		return k
	}
	p := kafka.Explain(err)
	k.Detail, k.Remedy = p.Sentence, p.Hint
	return k
}

// Create is the command that makes a topic of one partition for weir.
func Create(topic, config string) string {
	return fmt.Sprintf("kafka-topics.sh --create --topic %s --partitions 1 --replication-factor 3 --config min.insync.replicas=2 --config %s", topic, config)
}

// Rights tells what the principal may do to the topic.
func Rights(name string, f kafka.TopicFacts) []kafka.Check {
	write := kafka.Check{Check: "write", Target: name, OK: true, Detail: "this principal may append and read"}
	var missing []string
	for op, word := range map[kmsg.ACLOperation]string{kmsg.ACLOperationWrite: "WRITE", kmsg.ACLOperationRead: "READ"} {
		may, known := f.May(op)
		if !known {
			write.OK, write.Unknown, write.Detail = false, lag.Unsupported, "the brokers don't tell what this principal may do"
			return []kafka.Check{write}
		}
		if !may {
			missing = append(missing, word)
		}
	}
	if len(missing) > 0 {
		write.OK, write.Detail = false, "this principal lacks "+strings.Join(missing, " and ")+" on the topic"
		write.Remedy = "grant WRITE, READ and DESCRIBE on the topic, and nothing else"
	}
	del := kafka.Check{Check: "delete", Target: name, OK: true, Detail: "this principal can't take records away"}
	for _, op := range []kmsg.ACLOperation{kmsg.ACLOperationDelete, kmsg.ACLOperationAlter, kmsg.ACLOperationAlterConfigs} {
		if may, _ := f.May(op); may {
			del.OK, del.Detail = false, "this principal may delete or alter the topic: whoever has this host can then take records away, too"
			del.Remedy = "sign in with a principal that has WRITE, READ and DESCRIBE on the topic only"
		}
	}
	return []kafka.Check{write, del}
}

// Safety tells whether a record survives the loss of a broker.
func Safety(name string, f kafka.TopicFacts) kafka.Check {
	k := kafka.Check{Check: "replicas", Target: name, OK: true, Detail: fmt.Sprintf("%s, min.insync.replicas=%s", text.Plural(f.Replicas, "replica", "replicas"), f.Configs["min.insync.replicas"])}
	insync, err := strconv.Atoi(f.Configs["min.insync.replicas"])
	switch {
	case f.Configs == nil:
		k.OK, k.Unknown, k.Detail = false, lag.NotAuthorized, text.Plural(f.Replicas, "replica", "replicas")+"; how many must have a record can't be seen"
		k.Remedy = "grant DESCRIBE_CONFIGS on the topic"
	case err != nil || insync < 2 || f.Replicas < 3:
		k.OK, k.Detail = false, k.Detail+": one broker that is lost can take the newest records with it"
		k.Remedy = "have 3 replicas and min.insync.replicas=2"
	}
	return k
}
