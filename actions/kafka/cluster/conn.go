package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"weir/actions"
	"weir/internal/kafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Conn sends requests to one cluster.
type Conn interface {
	// Request sends req to wherever it belongs and may repeat it: for requests that read.
	Request(context.Context, kmsg.Request) (kmsg.Response, error)
	// Once sends req to a broker at most once: for requests that change something.
	Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error)
	Close()
}

// Connect makes the connections to a cluster by its name in the configuration.
type Connect struct {
	Seeing func(ctx context.Context, cluster string) (Conn, error) // for plans, guards and checks; never changes anything
	Acting func(ctx context.Context, cluster string) (Conn, error) // called by the first step that changes something, not before
	// Applications tells what stands behind a group; nil where nothing is configured.
	Applications Applications
}

// ActOn makes the acting connection for a plan, and refuses a cluster that isn't the plan's.
func (k Connect) ActOn(ctx context.Context, p actions.Plan) (Conn, error) {
	c, err := k.Acting(ctx, p.Target.Cluster)
	if err != nil {
		return nil, Unseen("connect", err)
	}
	if err := Same(ctx, c, p); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Items reads the changes of a plan or step as what an action makes of them.
func Items[T any](changes []actions.Change, read func(actions.Change) (T, error)) ([]T, error) {
	out := make([]T, 0, len(changes))
	for _, c := range changes {
		it, err := read(c)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

type client struct{ *kafka.Client }

// Of makes a client a Conn.
func Of(c *kafka.Client) Conn { return client{c} }

func (c client) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	return c.Broker(broker).Request(ctx, req)
}

// ask sends a request that reads and gives its answer as what it is.
func ask[T kmsg.Response](ctx context.Context, c Conn, req kmsg.Request) (T, error) {
	resp, err := c.Request(ctx, req)
	return answer[T](req, resp, err)
}

// Once sends a request to one broker, at most once, and gives its answer as what it is.
func Once[T kmsg.Response](ctx context.Context, c Conn, broker int32, req kmsg.Request) (T, error) {
	resp, err := c.Once(ctx, broker, req)
	return answer[T](req, resp, err)
}

func answer[T kmsg.Response](req kmsg.Request, resp kmsg.Response, err error) (T, error) {
	var none T
	if err != nil {
		return none, Unseen(kmsg.NameForKey(req.Key()), err)
	}
	out, ok := resp.(T)
	if !ok {
		return none, actions.Fail(actions.ErrDefect, fmt.Sprintf("%s was answered by %T", kmsg.NameForKey(req.Key()), resp), "")
	}
	return out, nil
}

// Unseen tells an error of an exchange; what names what was asked.
func Unseen(what string, err error) error {
	if e := (*actions.Error)(nil); errors.As(err, &e) {
		return err
	}
	p := kafka.Explain(err)
	kind := actions.ErrUnseen
	if p.Reason == lag.Timeout {
		kind = actions.ErrTimeout
	}
	return &actions.Error{Kind: kind, What: what + ": " + p.Sentence, Do: p.Hint, Err: told{err}}
}

// told is a cause that the sentence before it has told whole.
type told struct{ error }

// Error is empty: the client's own words would say it a second time.
func (told) Error() string { return "" }

// Unwrap gives the cause.
func (t told) Unwrap() error { return t.error }

// Coded tells an error code of an answer; nil for 0.
func Coded(what string, code int16) error {
	err := kerr.TypedErrorForCode(code)
	if err == nil {
		return nil
	}
	return &actions.Error{Kind: actions.ErrUnseen, What: what + ": the broker answered " + err.Message, Err: err}
}

// ID gives the cluster's id.
func ID(ctx context.Context, c Conn) (string, error) {
	id, _, err := Identify(ctx, c)
	return id, err
}

// Identify gives the cluster's id, and the addresses that its brokers advertise.
func Identify(ctx context.Context, c Conn) (id string, brokers []string, err error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{}
	resp, err := ask[*kmsg.MetadataResponse](ctx, c, req)
	if err != nil {
		return "", nil, err
	}
	if resp.ClusterID == nil || *resp.ClusterID == "" {
		return "", nil, actions.Fail(actions.ErrUnseen, "the brokers tell no cluster id", "a plan can't be bound to this cluster")
	}
	for _, b := range resp.Brokers {
		brokers = append(brokers, net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port))))
	}
	return *resp.ClusterID, brokers, nil
}

// Same refuses a cluster that isn't the plan's.
func Same(ctx context.Context, c Conn, p actions.Plan) error {
	id, err := ID(ctx, c)
	if err != nil {
		return err
	}
	if id != p.ClusterID {
		return actions.Fail(actions.ErrRefused, fmt.Sprintf("the plan is for the cluster with id %s, %s has id %s", p.ClusterID, p.Target.Cluster, id), "make a new plan on this cluster")
	}
	return nil
}
