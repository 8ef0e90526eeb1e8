package kafka

import (
	"cmp"
	"math"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Cost is what a client's traffic came to: totals since it was made, or the difference of two such totals (Sub).
type Cost struct {
	Requests          int           // answered, or failed after they were written; greetings and logins too
	BytesOut, BytesIn int64         // without TLS's own
	Throttle          time.Duration // throttle time that brokers asked for
	Connects          int           // connections that could be used
	FailedConnects    int
	Brokers           []BrokerCost // by ID, then address
}

// BrokerCost is one broker's share.
type BrokerCost struct {
	ID                int32  // SeedID for an address of the configuration, before its broker is known
	Addr              string // host:port
	Requests          int
	BytesOut, BytesIn int64
	Throttle          time.Duration
	Connects          int
	FailedConnects    int
	// P50 and P99 are of the time from a request's first byte out to its answer's last byte in, over the last requests
	// that are ordinary (no login, no waiting fetch) and were answered: at most LatencyWindow. Negative when Samples is 0.
	P50, P99 time.Duration
	Samples  int
}

// SeedID is the ID of a broker that is known by its configured address only.
const SeedID int32 = -1

// LatencyWindow is how many latencies are kept a broker.
const LatencyWindow = 256

// Sub tells what was spent after earlier, a Cost of the same client. Latencies stay those of c: they are of a window,
// not a sum.
func (c Cost) Sub(earlier Cost) Cost {
	out := c
	out.Requests -= earlier.Requests
	out.BytesOut -= earlier.BytesOut
	out.BytesIn -= earlier.BytesIn
	out.Throttle -= earlier.Throttle
	out.Connects -= earlier.Connects
	out.FailedConnects -= earlier.FailedConnects
	out.Brokers = slices.Clone(c.Brokers)
	for i := range out.Brokers {
		b := &out.Brokers[i]
		j := slices.IndexFunc(earlier.Brokers, func(e BrokerCost) bool { return e.ID == b.ID && e.Addr == b.Addr })
		if j >= 0 {
			b.sub(earlier.Brokers[j])
		}
	}
	return out
}

func (b *BrokerCost) sub(e BrokerCost) {
	b.Requests -= e.Requests
	b.BytesOut -= e.BytesOut
	b.BytesIn -= e.BytesIn
	b.Throttle -= e.Throttle
	b.Connects -= e.Connects
	b.FailedConnects -= e.FailedConnects
}

// meter counts by kgo's hooks.
type meter struct {
	mu      sync.Mutex
	brokers map[brokerKey]*brokerMeter
	failed  func(error) // told each failed connection
}

type brokerKey struct {
	id   int32
	addr string
}

type brokerMeter struct {
	cost BrokerCost
	ring [LatencyWindow]time.Duration
	seen int // latencies ever
}

func newMeter() *meter { return &meter{brokers: map[brokerKey]*brokerMeter{}} }

// of must be called with mu held.
func (m *meter) of(meta kgo.BrokerMetadata) *brokerMeter {
	k := brokerKey{max(meta.NodeID, SeedID), net.JoinHostPort(meta.Host, strconv.Itoa(int(meta.Port)))}
	b := m.brokers[k]
	if b == nil {
		b = &brokerMeter{cost: BrokerCost{ID: k.id, Addr: k.addr}}
		m.brokers[k] = b
	}
	return b
}

func (m *meter) OnBrokerConnect(meta kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	m.mu.Lock()
	b := m.of(meta)
	if err != nil {
		b.cost.FailedConnects++
	} else {
		b.cost.Connects++
	}
	m.mu.Unlock()
	if err != nil {
		m.failed(err)
	}
}

// connected tells whether any broker ever let us in.
func (m *meter) connected() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.brokers {
		if b.cost.Connects > 0 {
			return true
		}
	}
	return false
}

func (m *meter) OnBrokerE2E(meta kgo.BrokerMetadata, key int16, e kgo.BrokerE2E) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.of(meta)
	b.cost.BytesOut += int64(e.BytesWritten)
	b.cost.BytesIn += int64(e.BytesRead)
	if e.BytesWritten == 0 {
		return // never sent
	}
	b.cost.Requests++
	if e.Err() == nil && ordinary(key) {
		b.ring[b.seen%LatencyWindow] = e.DurationE2E()
		b.seen++
	}
}

func ordinary(key int16) bool {
	switch kmsg.Key(key) {
	case kmsg.Fetch, kmsg.ApiVersions, kmsg.SASLHandshake, kmsg.SASLAuthenticate:
		return false
	}
	return true
}

func (m *meter) OnBrokerThrottle(meta kgo.BrokerMetadata, d time.Duration, _ bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(meta).cost.Throttle += d
}

func (m *meter) cost() Cost {
	m.mu.Lock()
	defer m.mu.Unlock()
	var c Cost
	for _, b := range m.brokers {
		bc := b.cost
		bc.P50, bc.P99, bc.Samples = b.latency()
		c.Brokers = append(c.Brokers, bc)
		c.Requests += bc.Requests
		c.BytesOut += bc.BytesOut
		c.BytesIn += bc.BytesIn
		c.Throttle += bc.Throttle
		c.Connects += bc.Connects
		c.FailedConnects += bc.FailedConnects
	}
	slices.SortFunc(c.Brokers, func(a, b BrokerCost) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Addr, b.Addr))
	})
	return c
}

// latency gives the median and the 99th percentile by nearest rank.
func (b *brokerMeter) latency() (p50, p99 time.Duration, n int) {
	n = min(b.seen, LatencyWindow)
	if n == 0 {
		return -1, -1, 0
	}
	s := slices.Clone(b.ring[:n])
	slices.Sort(s)
	rank := func(p float64) time.Duration { return s[int(math.Ceil(p*float64(n)))-1] }
	return rank(0.5), rank(0.99), n
}
