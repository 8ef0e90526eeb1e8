package recordskip

import (
	"fmt"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
)

// parseSub reads TOPIC:P or TOPIC:P@OFFSET. Topic names hold neither colon nor at sign. The offset is −1 where there is
// none.
func parseSub(s string) (cluster.Place, int64, error) {
	place, at, some := strings.Cut(s, "@")
	i := strings.LastIndexByte(place, ':')
	bad := actions.Fail(actions.ErrUsage, fmt.Sprintf("%q names no record", s), "write TOPIC:PARTITION@OFFSET, such as orders:3@1742")
	if i <= 0 {
		return cluster.Place{}, 0, bad
	}
	n, err := strconv.ParseInt(place[i+1:], 10, 32)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != place[i+1:] {
		return cluster.Place{}, 0, bad
	}
	out := cluster.Place{Topic: place[:i], Partition: int32(n)}
	if !some {
		return out, -1, nil
	}
	offset, err := strconv.ParseInt(at, 10, 64)
	if err != nil || offset < 0 || strconv.FormatInt(offset, 10) != at {
		return cluster.Place{}, 0, bad
	}
	return out, offset, nil
}

// target gives what a request is about. The offset stands behind the partition, as it is typed, or in a parameter, as a
// form asks for it.
func target(req actions.Request) (cluster.Place, int64, error) {
	place, offset, err := parseSub(req.Target.Sub)
	if err != nil {
		return place, 0, err
	}
	given, some := req.Params[pOffset]
	if !some {
		if offset < 0 {
			return place, 0, actions.Fail(actions.ErrUsage, "which record of "+place.String()+" is to be skipped is not said", "write "+place.String()+"@OFFSET")
		}
		return place, offset, nil
	}
	n, err := strconv.ParseInt(given, 10, 64)
	switch {
	case err != nil || n < 0:
		return place, 0, actions.Fail(actions.ErrUsage, fmt.Sprintf("%q is no offset of a record", given), "")
	case offset >= 0 && offset != n:
		return place, 0, actions.Fail(actions.ErrUsage, fmt.Sprintf("the target says offset %d, --%s says %d", offset, pOffset, n), "give one")
	}
	return place, n, nil
}
