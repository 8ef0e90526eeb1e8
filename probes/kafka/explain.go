package kafka

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"

	"weir/internal/kafka"
	"weir/internal/kafka/flat"
	"weir/lag"
)

// fault is why a value was not read.
type fault struct {
	reason lag.Reason
	detail string
}

func explain(err error) fault {
	if errors.Is(err, flat.ErrMalformed) {
		return fault{reason: lag.Unsupported, detail: err.Error()}
	}
	p := kafka.Explain(err)
	return fault{reason: p.Reason, detail: p.Sentence}
}

func coded(code int16) fault {
	detail := fmt.Sprintf("the broker answered with error code %d", code)
	if e := kerr.TypedErrorForCode(code); e != nil {
		detail = strings.TrimSuffix(e.Message+": "+e.Description, ".")
	}
	return fault{reason: kafka.ReasonOf(code), detail: detail}
}
