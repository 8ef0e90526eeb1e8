package kafka

import (
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// txn is what a coordinator tells of a transactional id.
type txn struct {
	id, state string
	since     time.Time
	at        []lag.NodeIx // who listed it: its coordinator, and while that moves perhaps another
}

// listCalls asks every broker which transactional ids the transactional producers have: any may be the coordinator.
func (l *writersLook) listCalls() []call {
	var ids []int64
	for _, w := range l.now.Written {
		for i := range w.Producers {
			if p := &w.Producers[i]; p.Transactional && !slices.Contains(ids, p.ID) && len(ids) < mostTxns {
				ids = append(ids, p.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	l.txns = map[int64]txn{}
	var calls []call
	for _, n := range l.brokers() {
		if !l.speaks(n, kmsg.ListTransactions.Int16(), 0) {
			l.gap(l.nodeRef(n), lag.Unsupported, "the broker is too old to list transactions (KIP-664)")
			continue
		}
		req := kmsg.NewPtrListTransactionsRequest()
		req.ProducerIDFilters = ids
		calls = append(calls, call{node: n, req: req, what: "transactions", apply: func(a answer) {
			if a.err != nil {
				f := explain(a.err)
				l.gap(l.nodeRef(n), f.reason, "transactions: "+f.detail)
				return
			}
			resp := a.resp.(*kmsg.ListTransactionsResponse)
			if resp.ErrorCode != 0 {
				f := coded(resp.ErrorCode)
				l.gap(l.nodeRef(n), f.reason, "transactions: "+f.detail)
				return
			}
			for _, t := range resp.TransactionStates {
				if slices.Contains(ids, t.ProducerID) {
					l.txns[t.ProducerID] = txn{id: t.TransactionalID, state: t.TransactionState, at: append(l.txns[t.ProducerID].at, n)}
				}
			}
		}})
	}
	return calls
}

// describeCalls asks the coordinators since when their transactions are open.
func (l *writersLook) describeCalls() []call {
	byNode := map[lag.NodeIx][]string{}
	for _, t := range l.txns {
		for _, n := range t.at {
			byNode[n] = append(byNode[n], t.id)
		}
	}
	var calls []call
	for n, ids := range byNode {
		if !l.speaks(n, kmsg.DescribeTransactions.Int16(), 0) {
			continue // when it began is then not known
		}
		req := kmsg.NewPtrDescribeTransactionsRequest()
		slices.Sort(ids)
		req.TransactionalIDs = ids
		calls = append(calls, call{node: n, req: req, what: "transactions", apply: func(a answer) {
			if a.err != nil {
				f := explain(a.err)
				l.gap(l.nodeRef(n), f.reason, "transactions: "+f.detail)
				return
			}
			for _, d := range a.resp.(*kmsg.DescribeTransactionsResponse).TransactionStates {
				t, listed := l.txns[d.ProducerID]
				if d.ErrorCode != 0 || !listed || t.id != d.TransactionalID {
					continue
				}
				t.state = d.State
				if d.StartTimestamp > 0 {
					t.since = time.UnixMilli(d.StartTimestamp)
				}
				l.txns[d.ProducerID] = t
			}
		}})
	}
	return calls
}

// christen gives the producers what the coordinators told.
func (l *writersLook) christen() {
	for _, w := range l.now.Written {
		for i := range w.Producers {
			p := &w.Producers[i]
			t, listed := l.txns[p.ID]
			if !listed || !p.Transactional {
				continue
			}
			p.TxnID, p.TxnState = t.id, t.state
			if p.TxnStart != lag.None {
				p.TxnSince = t.since
			}
		}
	}
}
