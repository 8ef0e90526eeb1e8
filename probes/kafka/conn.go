package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/kafka"
)

// Conn is what the probe needs of a client.
type Conn interface {
	// Request sends to whichever broker the request belongs to.
	Request(context.Context, kmsg.Request) (kmsg.Response, error)
	// RequestTo sends to one broker, once.
	RequestTo(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error)
	// Meter tells what the traffic came to since the client was made.
	Meter() kafka.Cost
	Close()
}

// Over makes a connection of a client.
func Over(c *kafka.Client) Conn { return client{c} }

type client struct{ *kafka.Client }

// RequestTo sends to one broker.
func (c client) RequestTo(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	return c.Broker(broker).Request(ctx, req)
}

// within gives a request its time. A client may take a little longer than its context: it looks into why it failed; and
// a broker that takes a connection and says nothing holds it longer. The first is waited for, the second is left behind.
func within(ctx context.Context, limit time.Duration, send func(context.Context) (kmsg.Response, error)) (kmsg.Response, error) {
	type reply struct {
		resp kmsg.Response
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	landed := make(chan reply, 1)
	go func() {
		defer cancel()
		resp, err := send(ctx)
		landed <- reply{resp, err}
	}()
	enough := time.NewTimer(limit + limit/4)
	defer enough.Stop()
	select {
	case r := <-landed:
		return r.resp, r.err
	case <-enough.C:
		cancel()
		return nil, context.DeadlineExceeded
	}
}
