package records

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TransactionalID returns the transactional id under which a producer writes, as the coordinators of transactions tell it
// (ListTransactions, KIP-664); "" where none of them knows the producer, or none that one may see.
func TransactionalID(ctx context.Context, c Conn, producer int64) (string, error) {
	req := kmsg.NewPtrListTransactionsRequest()
	req.ProducerIDFilters = []int64{producer}
	got, err := c.Request(ctx, req)
	if err != nil {
		return "", fmt.Errorf("list the transactions of producer %d: %w", producer, err)
	}
	resp, ok := got.(*kmsg.ListTransactionsResponse)
	if !ok {
		return "", fmt.Errorf("list the transactions of producer %d: the answer is a %T", producer, got)
	}
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return "", fmt.Errorf("list the transactions of producer %d: %w", producer, err)
	}
	for _, t := range resp.TransactionStates {
		if t.ProducerID == producer {
			return t.TransactionalID, nil
		}
	}
	return "", nil
}
