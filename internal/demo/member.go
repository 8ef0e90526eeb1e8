package demo

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// protocol is how a group shares its work.
type protocol int

const (
	classic  protocol = iota // client-side assignment, cooperative
	eager                    // client-side assignment that stops everyone at each rebalance
	consumer                 // KIP-848
	share                    // KIP-932
)

// member is the program that one member of a group runs.
type member struct {
	group     string
	id        string // client id
	protocol  protocol
	topics    []string
	committed bool    // reads committed records only
	silent    bool    // never commits
	pace      float64 // records a second it can handle; 0: as they come
	// handle is what it does with a record. It may block; false: the program dies of it.
	handle func(context.Context, *kgo.Record) bool
}

// crew returns so many members that differ in their client id.
func crew(n int, m member) []member {
	members := make([]member, n)
	for i := range members {
		members[i] = m
		members[i].id = numbered(m.group, i)
	}
	return members
}

// process is a running member.
type process struct {
	stop chan struct{} // closed to ask it to leave
	kill context.CancelFunc
	done chan struct{} // closed when it is gone
}

// quit asks the member to commit and leave, and waits until it has.
func (p *process) quit() {
	close(p.stop)
	<-p.done
}

// crash ends the member without a word to the broker, and waits until it is gone.
func (p *process) crash() {
	p.kill()
	<-p.done
}

// options are what the member's client is configured with.
func (m member) options() []kgo.Opt {
	opts := []kgo.Opt{
		kgo.ConsumeTopics(m.topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxWait(2 * time.Second),
	}
	if m.pace > 0 {
		// Little at a time from each partition: or one would be read for long while the others wait.
		opts = append(opts, kgo.FetchMaxPartitionBytes(1<<10))
	}
	if m.committed {
		opts = append(opts, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	if m.protocol == share {
		return append(opts, kgo.ShareGroup(m.group))
	}
	opts = append(opts, kgo.ConsumerGroup(m.group), kgo.SessionTimeout(sessionTimeout), kgo.HeartbeatInterval(heartbeat),
		kgo.RebalanceTimeout(sessionTimeout))
	if m.silent {
		opts = append(opts, kgo.DisableAutoCommit())
	} else {
		opts = append(opts, kgo.AutoCommitInterval(commitEvery))
	}
	switch m.protocol {
	case consumer:
		opts = append(opts, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	case eager:
		opts = append(opts, kgo.Balancers(kgo.RangeBalancer()))
	}
	return opts
}

// start runs a member until the stage ends, it is told to stop, or it dies.
func (s *stage) start(m member) (*process, error) {
	ctx, kill := context.WithCancel(s.ctx)
	cl, err := s.clientIn(ctx, m.id, m.options()...)
	if err != nil {
		kill()
		return nil, err
	}
	p := &process{stop: make(chan struct{}), kill: kill, done: make(chan struct{})}
	s.spawn(func(context.Context) {
		defer close(p.done)
		defer cl.Close()
		defer kill()
		s.read(ctx, cl, m, p.stop)
	})
	return p, nil
}

// keepAlive starts a member again whenever it has died, after a pause, as a supervisor does; until it is told to stop,
// which waits until the member is gone.
func (s *stage) keepAlive(m member, pause time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan struct{})
	s.spawn(func(context.Context) {
		defer close(ended)
		for {
			p, err := s.start(m)
			if err != nil {
				s.log.Error("start", "client", m.id, "err", err)
				return
			}
			select {
			case <-p.done:
			case <-ctx.Done():
				p.end()
				return
			}
			if !sleep(ctx, pause) {
				return
			}
		}
	})
	return func() {
		cancel()
		<-ended
	}
}

// patience is how long a member that is asked to leave has before it is killed.
const patience = 2 * time.Second

// end asks a member to leave, and kills it when it hangs.
func (p *process) end() {
	close(p.stop)
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-p.done:
	case <-t.C:
		p.crash()
	}
}

// startAll runs members and makes the start wait for each group to have all of them.
func (s *stage) startAll(members ...member) ([]*process, error) {
	count := map[string]int{}
	processes := make([]*process, 0, len(members))
	for _, m := range members {
		p, err := s.start(m)
		if err != nil {
			return nil, err
		}
		processes = append(processes, p)
		count[m.group]++
	}
	for _, m := range members {
		if n, ok := count[m.group]; ok {
			s.expect(m.group, n)
			delete(count, m.group)
		}
	}
	return processes, nil
}

// read is a member's poll loop. When told to stop it commits and leaves; the caller closes the client.
func (s *stage) read(ctx context.Context, cl *kgo.Client, m member, stop <-chan struct{}) {
	poll, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the poll context
		select {
		case <-stop:
			cancel()
		case <-poll.Done():
		}
	}()
	for {
		fetches := cl.PollRecords(poll, m.batch())
		if poll.Err() != nil {
			s.leave(ctx, cl, m)
			return
		}
		fetches.EachError(func(t string, p int32, err error) {
			s.log.Debug("fetch", "client", m.id, "topic", t, "partition", p, "err", err)
		})
		var handled []*kgo.Record
		for it := fetches.RecordIter(); m.handle != nil && !it.Done(); {
			r := it.Next()
			if !m.handle(poll, r) {
				s.commitBefore(poll, cl, m, handled)
				return
			}
			handled = append(handled, r)
		}
		if m.pace > 0 && !sleep(poll, time.Duration(float64(fetches.NumRecords())/m.pace*float64(time.Second))) {
			s.leave(ctx, cl, m)
			return
		}
	}
}

// commitBefore commits what a member handled before the record that it dies of, as most frameworks do.
func (s *stage) commitBefore(ctx context.Context, cl *kgo.Client, m member, handled []*kgo.Record) {
	if ctx.Err() != nil || len(handled) == 0 {
		return
	}
	if err := cl.CommitRecords(ctx, handled...); err != nil {
		s.log.Debug("commit before dying", "client", m.id, "err", err)
	}
}

// batch is how many records a member takes at a time: a quarter of a second's work.
func (m member) batch() int {
	if m.pace == 0 {
		return 500
	}
	return max(1, int(m.pace/4))
}

// leave commits and leaves the group, unless the member is being killed.
func (s *stage) leave(ctx context.Context, cl *kgo.Client, m member) {
	if ctx.Err() != nil {
		return
	}
	if !m.silent && m.protocol != share {
		if err := cl.CommitUncommittedOffsets(ctx); err != nil {
			s.log.Debug("commit on leaving", "client", m.id, "err", err)
		}
	}
	if err := cl.LeaveGroupContext(ctx); err != nil {
		s.log.Debug("leave", "client", m.id, "err", err)
	}
}
