package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Twin copies a request that any broker can answer; nil of one that belongs to a certain broker. The client writes into
// what it sends, so that a request that is sent to another broker meanwhile has to be a copy.
func Twin(req kmsg.Request) kmsg.Request {
	switch r := req.(type) {
	case *kmsg.MetadataRequest:
		c := *r
		return &c
	case *kmsg.FindCoordinatorRequest:
		c := *r
		return &c
	case *kmsg.DescribeACLsRequest:
		c := *r
		return &c
	case *kmsg.DescribeQuorumRequest:
		c := *r
		return &c
	}
	return nil
}

// A broker that takes connections and says nothing, or a host that swallows packets, would cost the first request all its
// time, though the brokers beside it are well. So the next one is asked too after a while, and a later one after more.
const (
	nextAfter = 500 * time.Millisecond // doubles each time
	mostAsked = 4
)

// anyone sends a request to one broker after the other, the client choosing the next each time, until one answers.
func (c *Client) anyone(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	type reply struct {
		first bool
		resp  kmsg.Response
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	landed := make(chan reply, mostAsked)
	asked, open := 0, 0
	ask := func() {
		first, twin := asked == 0, Twin(req)
		asked, open = asked+1, open+1
		go func() {
			resp, err := c.kgo.Request(ctx, twin)
			landed <- reply{first, resp, err}
		}()
	}
	ask()
	var failed error // the first, which had the most time
	next := time.NewTimer(nextAfter)
	defer next.Stop()
	for {
		select {
		case r := <-landed:
			if r.err == nil {
				return r.resp, nil
			}
			if r.first {
				failed = r.err
			}
			if open--; open == 0 {
				return nil, failed
			}
		case <-next.C:
			if asked < mostAsked {
				ask()
				next.Reset(nextAfter << (asked - 1))
			}
		}
	}
}
