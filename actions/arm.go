package actions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weir/actions/audit"
)

// KindArm names the entries of the audit log that tell of read-only being lifted and set again. They are of no run.
const KindArm = "weir.arm"

// LongestArming is how long read-only may be lifted at once.
const LongestArming = 8 * time.Hour

// Arming is read-only lifted on one cluster until a moment, for plans that are consented to meanwhile.
type Arming struct {
	Cluster string
	Until   time.Time // zero in an entry that ends one
	Who     string
	Reason  string
}

// arming is its data in the audit log.
type arming struct {
	Cluster string `json:"cluster"`
	Until   *stamp `json:"until"` // null: it ends
	Who     string `json:"who"`
}

// Arm lifts read-only on a cluster for a while. It stands in the audit log before it holds; who applies a plan meanwhile
// sets Consent.Arm. ErrRefused where policy forbids it, and without a reason.
func (x *Executor) Arm(ctx context.Context, cluster string, d time.Duration, who, reason string) (Arming, error) {
	switch {
	case !x.Policy.ReadOnly:
		return Arming{}, Fail(ErrUsage, "cluster "+cluster+" is not read-only", "consent to a plan is enough")
	case x.Policy.NoArming:
		return Arming{}, Fail(ErrRefused, "cluster "+cluster+" is read-only, and policy forbids to lift that", "")
	case strings.TrimSpace(reason) == "":
		return Arming{}, Fail(ErrRefused, "lifting read-only needs a reason", "")
	case d <= 0 || d > LongestArming:
		return Arming{}, Fail(ErrUsage, fmt.Sprintf("read-only can be lifted for up to %s, not for %s", LongestArming, d), "")
	}
	a := Arming{Cluster: cluster, Until: x.now().Add(d).UTC().Truncate(time.Millisecond), Who: who, Reason: reason}
	return a, x.recordArming(ctx, a)
}

// Disarm sets read-only again before its time.
func (x *Executor) Disarm(ctx context.Context, cluster, who string) error {
	return x.recordArming(ctx, Arming{Cluster: cluster, Who: who})
}

func (x *Executor) recordArming(ctx context.Context, a Arming) error {
	data := arming{Cluster: a.Cluster, Who: a.Who}
	if !a.Until.IsZero() {
		data.Until = (*stamp)(&a.Until)
	}
	raw, err := encode(data)
	if err != nil {
		return &Error{Kind: ErrDefect, What: "what is to be recorded", Err: err}
	}
	id, err := NewRun(x.now())
	if err != nil {
		return err
	}
	e := audit.Entry{Run: "arm-" + strings.TrimPrefix(id, "r-"), Stage: audit.StageProgress, Kind: KindArm, Reason: a.Reason, Data: raw}
	_, err = x.record(ctx, e)
	return err
}
