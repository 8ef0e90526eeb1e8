package recordskip

import (
	"context"
	"errors"
	"testing"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// loses loses what brokers answer to the first request of a kind: after it took effect, or before it was sent.
type loses struct {
	cluster.Conn
	key   kmsg.Key
	after bool
	times *int
}

var errLost = errors.New("connection reset")

func (l loses) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	if req.Key() != int16(l.key) || *l.times > 0 {
		return l.Conn.Once(ctx, broker, req)
	}
	*l.times++
	if l.after {
		if _, err := l.Conn.Once(ctx, broker, req); err != nil {
			return nil, err
		}
	}
	return nil, errLost
}

// TestLostReply: the answer to the append or to the commit is lost. What is true is found out, what
// isn't done is tried again, and nothing is done twice.
func TestLostReply(t *testing.T) {
	for _, key := range []kmsg.Key{kmsg.Produce, kmsg.OffsetCommit} {
		for _, after := range []bool{true, false} {
			b, _ := fake(t)
			connect, times := b.Connect(), 0
			acting := connect.Acting
			connect.Acting = func(ctx context.Context, name string) (cluster.Conn, error) {
				c, err := acting(ctx, name)
				return loses{c, key, after, &times}, err
			}
			b.x = b.Executor(Action{Connect: connect})
			p, err := b.plan(poison, pPark, b.dlq)
			kafkatest.Must(t, err)
			rep, err := b.apply(p)
			if times != 1 || err != nil || rep.Status != actions.StatusDone {
				t.Errorf("%s, after %v: %+v, %v", key.Name(), after, rep, err)
			}
			if n := len(b.parked()); b.at().At != poison+1 || n != 1 {
				t.Errorf("%s, after %v: committed %+v, %d copies", key.Name(), after, b.at(), n)
			}
		}
	}
}

// former answers appends as a leader does that lost its partition while it waited for the replicas; of the first it keeps what
// was to be written.
type former struct {
	cluster.Conn
	keep  bool
	times *int
}

func (f former) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	p, ok := req.(*kmsg.ProduceRequest)
	if !ok || *f.times == 0 {
		return f.Conn.Once(ctx, broker, req)
	}
	*f.times--
	if f.keep {
		if _, err := f.Conn.Once(ctx, broker, req); err != nil {
			return nil, err
		}
	}
	resp := p.ResponseKind().(*kmsg.ProduceResponse)
	resp.Topics = []kmsg.ProduceResponseTopic{{Topic: p.Topics[0].Topic, TopicID: p.Topics[0].TopicID,
		Partitions: []kmsg.ProduceResponseTopicPartition{{Partition: p.Topics[0].Partitions[0].Partition, ErrorCode: kerr.NotLeaderForPartition.Code}}}}
	return resp, nil
}

// TestFormerLeader: a leader that says it isn't one may have taken the copy all the same. It is looked for before another
// one is made, and never said not to be there.
func TestFormerLeader(t *testing.T) {
	for _, tt := range []struct {
		keep   bool
		times  int
		exit   int
		copies int
	}{{true, 1, 0, 1}, {false, 1, 0, 1}, {false, 3, int(actions.ErrUnknown), 0}} {
		b, _ := fake(t)
		connect, times := b.Connect(), tt.times
		acting := connect.Acting
		connect.Acting = func(ctx context.Context, name string) (cluster.Conn, error) {
			c, err := acting(ctx, name)
			return former{c, tt.keep, &times}, err
		}
		b.x = b.Executor(Action{Connect: connect})
		p, err := b.plan(poison, pPark, b.dlq)
		kafkatest.Must(t, err)
		rep, err := b.apply(p)
		at := int64(poison + 1)
		if tt.exit != 0 {
			at = poison
		}
		if actions.ExitCode(err) != tt.exit || times != 0 || b.at().At != at || len(b.parked()) != tt.copies {
			t.Errorf("%+v: %+v, %v (exit %d), committed %+v, %d copies", tt, rep, err, actions.ExitCode(err), b.at(), len(b.parked()))
		}
	}
}
