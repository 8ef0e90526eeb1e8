package recordskip

import (
	"context"
	"errors"
	"testing"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"

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

// TestLostReply: the answer to the append or to the commit is lost. What is true is found out, and nothing is done twice.
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
			if times != 1 || after && (err != nil || rep.Status != actions.StatusDone) || !after && err == nil {
				t.Errorf("%s, after %v: %+v, %v", key.Name(), after, rep, err)
			}
			at, copies := int64(poison), 0
			if after {
				at = poison + 1
			}
			if after || key == kmsg.OffsetCommit {
				copies = 1
			}
			if n := len(b.parked()); b.at().At != at || n != copies {
				t.Errorf("%s, after %v: committed %+v, %d copies", key.Name(), after, b.at(), n)
			}
		}
	}
}
