package realkafka

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	firstSlots = 2                      // binaries that have a cluster at a time
	allSlots   = firstSlots + 1         // the last one serves a binary that has one already, so that no two wait for each other
	slotPoll   = 100 * time.Millisecond // a file lock tells nobody when it is let go
	portBase   = 20000                  // below the ports a system hands to clients, so that none of them takes a killed broker's
	portSpan   = 3000
)

// slot is the right to run one cluster: a folder to run it in and ports of its own.
type slot struct {
	lock *os.File
	dir  string
	port int // where the slot's ports begin
	next int
}

var held struct { // how many slots this binary has
	sync.Mutex
	n int
}

// takeSlot waits for a free slot and clears what a killed binary left in its folder.
func takeSlot(ctx context.Context, cache string) (*slot, error) {
	poll := time.NewTicker(slotPoll)
	defer poll.Stop()
	for {
		s, err := freeSlot(cache)
		if s != nil || err != nil {
			return s, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a place to run a cluster: other tests hold all %d: %w", allSlots, ctx.Err())
		case <-poll.C:
		}
	}
}

func freeSlot(cache string) (*slot, error) {
	held.Lock()
	defer held.Unlock()
	for _, i := range slotOrder(held.n) {
		dir := filepath.Join(cache, fmt.Sprintf("run-%d", i))
		f, err := tryLock(dir + ".lock")
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		if err := emptied(dir); err != nil {
			f.Close()
			return nil, err
		}
		held.n++
		return &slot{lock: f, dir: dir, port: portBase + i*portSpan, next: rand.IntN(portSpan)}, nil
	}
	return nil, nil
}

// slotOrder lists the slots a binary may take that holds this many.
func slotOrder(holds int) []int {
	var order []int
	if holds > 0 {
		order = append(order, firstSlots)
	}
	for i := range firstSlots {
		order = append(order, i)
	}
	return order
}

// emptied makes a folder anew; what a killed binary left in it goes.
func emptied(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return os.Mkdir(dir, 0o755)
}

// release gives the slot back; the cluster in it must have ended.
func (s *slot) release() error {
	err := os.RemoveAll(s.dir)
	s.lock.Close()
	held.Lock()
	held.n--
	held.Unlock()
	return err
}

// ports finds n free ports. Nothing else of this cache uses the slot's range, and a start that meets a stranger is repeated.
func (s *slot) ports(n int) ([]int, error) {
	var found []int
	for range portSpan {
		if len(found) == n {
			return found, nil
		}
		p := s.port + s.next
		s.next = (s.next + 1) % portSpan
		if l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			l.Close()
			found = append(found, p)
		}
	}
	return nil, fmt.Errorf("find ports: fewer than %d free from %d to %d", n, s.port, s.port+portSpan)
}
