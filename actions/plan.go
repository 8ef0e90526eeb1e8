package actions

import (
	"encoding/json"
	"time"

	"weir/lag"
)

// Tier is how much consent a plan needs.
type Tier int

// The tiers: T1 a yes, T2 the digest, T3 the digest, the target's name and a reason.
const (
	T1 Tier = 1 + iota
	T2
	T3
)

// String is T1, T2 or T3.
func (t Tier) String() string {
	if t < T1 || t > T3 {
		return ""
	}
	return "T" + string(rune('0'+t))
}

// UndoKind says how much of a plan can be undone.
type UndoKind string

// The kinds of undo.
const (
	UndoFull    UndoKind = "full"
	UndoPartial UndoKind = "partial"
	UndoNone    UndoKind = "none"
)

// Change is one thing that becomes another. What is shown is what is done: a Run works from the plan's changes.
type Change struct {
	Ref    string          `json:"ref"`    // as lag.Ref.String
	Field  string          `json:"field"`  // such as committed
	Before json.RawMessage `json:"before"` // null: absent
	After  json.RawMessage `json:"after"`  // null: absent afterwards
	Note   string          `json:"note"`   // for a person
	Data   json.RawMessage `json:"data"`   // what doing and undoing it need besides; null for nothing
}

// Guard is a condition that is checked when planning and again right before each mutation.
type Guard struct {
	Name string `json:"name"` // such as group_empty
	Want string `json:"want"` // the condition, for a person
	Now  string `json:"now"`  // how it stood when the plan was made
	OK   bool   `json:"ok"`   // whether it held then
}

// Command is a program that a run calls, without a shell, on the host that it is applied from. It is shown, and part of
// what is consented to.
type Command struct {
	Step    string   `json:"step"` // the step that calls it
	Argv    []string `json:"argv"`
	Timeout int64    `json:"timeout_seconds"` // when it is ended
}

// Totals sum a plan up. A nil field is not known.
type Totals struct {
	Items   int    `json:"items"`
	Reread  *int64 `json:"reread"`  // offsets that will be read again
	Skipped *int64 `json:"skipped"` // offsets that can be read now and will be passed over
	Gone    *int64 `json:"gone"`    // offsets that were deleted already
	Bytes   *int64 `json:"bytes"`
}

// Plan is what would be done, whole.
type Plan struct {
	ID        string
	Kind      string
	ClusterID string // as the brokers tell it: a plan is bound to it
	Target    lag.Ref
	Effect    Effect
	Tier      Tier
	Params    map[string]string // as asked for
	Facts     map[string]string // what else was seen and must still be so, by name
	Changes   []Change
	Commands  []Command
	Guards    []Guard
	Warnings  []string
	Undo      UndoKind
	Undoes    string // the run that this plan undoes; "" for none
	Totals    Totals
	Locks     []string // resources that are held for the run, without the cluster; see Executor
	Digest    string   // 64 hex digits; see digest
	MadeAt    time.Time
	Expires   time.Time
}

// DefaultExpiry is how long a plan may be applied after it was made.
const DefaultExpiry = 15 * time.Minute

// body is the plan without id, times and digest: what the digest is over.
type body struct {
	Kind      string            `json:"kind"`
	Cluster   string            `json:"cluster"`
	ClusterID string            `json:"cluster_id"`
	Target    string            `json:"target"`
	Effect    Effect            `json:"effect"`
	Tier      string            `json:"tier"`
	Params    map[string]string `json:"params"`
	Facts     map[string]string `json:"facts"`
	Changes   []Change          `json:"changes"`
	Commands  []Command         `json:"commands"`
	Guards    []Guard           `json:"guards"`
	Warnings  []string          `json:"warnings"`
	Undo      UndoKind          `json:"undo"`
	Undoes    *string           `json:"undoes"`
	Totals    Totals            `json:"totals"`
	Locks     []string          `json:"locks"`
}

func (p Plan) body() body {
	b := body{
		Kind: p.Kind, Cluster: p.Target.Cluster, ClusterID: p.ClusterID, Target: p.Target.String(), Effect: p.Effect, Tier: p.Tier.String(),
		Params: p.Params, Facts: p.Facts, Changes: p.Changes, Commands: p.Commands, Guards: p.Guards, Warnings: p.Warnings,
		Undo: p.Undo, Totals: p.Totals, Locks: p.Locks,
	}
	if p.Undoes != "" {
		b.Undoes = &p.Undoes
	}
	b.fill()
	return b
}

// fill makes what is empty empty rather than null, so that a plan and what was read back of it are the same.
func (b *body) fill() {
	if b.Params == nil {
		b.Params = map[string]string{}
	}
	if b.Facts == nil {
		b.Facts = map[string]string{}
	}
	b.Changes = filled(b.Changes)
	for i := range b.Changes {
		c := &b.Changes[i]
		c.Before, c.After, c.Data = orNull(c.Before), orNull(c.After), orNull(c.Data)
	}
	b.Commands = filled(b.Commands)
	b.Guards, b.Warnings, b.Locks = filled(b.Guards), filled(b.Warnings), filled(b.Locks)
}

// filled copies, so that fill changes nobody's plan.
func filled[T any](s []T) []T { return append([]T{}, s...) }

func orNull(m json.RawMessage) json.RawMessage {
	if len(m) == 0 {
		return json.RawMessage("null")
	}
	return m
}
