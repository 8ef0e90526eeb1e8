package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Failure is a request that got no answer, with what Explain needs to say why.
type Failure struct {
	Key       int16 // API key
	Mechanism config.Mechanism
	User      string        // as configured; "" where the mechanism has none
	Timeout   time.Duration // how long it was waited for, at most the request's time-out
	Offered   []string      // mechanisms the broker offers, where ours is not among them; nil when not known
	One       bool          // it was sent to one broker that alone could answer
	Speaks    Protocol      // what the port really speaks, where it didn't answer as Kafka
	Cause     error         // the newest failed connection, where Err is only that time ran out; else nil
	Err       error
}

func (e *Failure) Error() string {
	err := e.Err
	if e.Cause != nil {
		err = e.Cause
	}
	return fmt.Sprintf("kafka: %s: %v", kmsg.NameForKey(e.Key), err)
}

// Unwrap gives the error of the exchange and, where there is one, of the connection behind it.
func (e *Failure) Unwrap() []error {
	if e.Cause != nil {
		return []error{e.Cause, e.Err}
	}
	return []error{e.Err}
}

func (c *Client) failure(ctx context.Context, key int16, began time.Time, err error) error {
	s := security(c.cluster, c.role).SASL
	f := &Failure{Key: key, Mechanism: s.Mechanism, User: s.Username, Timeout: min(c.cluster.Timeout, time.Since(began).Round(100*time.Millisecond)), Err: err}
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return f // someone pressed Ctrl-C: nothing to look into
	}
	if errors.Is(err, context.DeadlineExceeded) {
		if _, ok := errors.AsType[*LinkError](err); !ok {
			f.Cause = c.lastFailure(began)
		}
	}
	// Looking further takes a moment. A caller whose time is up waits for it only while the cluster was never reached:
	// that is someone who is setting it up, not a refresh that others wait for.
	if ctx.Err() != nil && c.meter.connected() {
		return f
	}
	if errors.Is(f, kerr.UnsupportedSaslMechanism) {
		f.Offered = c.offered(context.WithoutCancel(ctx))
	}
	if l, ok := errors.AsType[*LinkError](f); ok && worthSniffing(l) {
		f.Speaks = c.sniffOnce(ctx, l.Addr)
	}
	return f
}

// worthSniffing tells failures that another protocol on the port explains.
func worthSniffing(l *LinkError) bool {
	return l.Stage == StageTLS && !isCertificate(l.Err) || l.Stage == StageGreeting && len(l.First) == 0 && !isAlert(l.Err)
}
