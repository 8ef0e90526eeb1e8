package actions

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"weir/lag"
)

// PlanSchema names the form of a plan in a file and in output.
const PlanSchema = "weir.plan/v1"

// maxPlanBytes bounds what is read as a plan file: a change is some 500 bytes.
const maxPlanBytes = 256 << 20

// stamp is a time as the contract prints it: UTC, to the millisecond.
type stamp time.Time

const stampForm = "2006-01-02T15:04:05.000Z"

// MarshalJSON prints the time.
func (s stamp) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(s).UTC().Format(stampForm) + `"`), nil
}

// UnmarshalJSON reads what MarshalJSON printed.
func (s *stamp) UnmarshalJSON(b []byte) error {
	t, err := time.Parse(`"`+stampForm+`"`, string(b))
	*s = stamp(t)
	return err
}

// planItem is the plan as an item of weir.plan/v1.
type planItem struct {
	Plan   string `json:"plan"`
	Ref    string `json:"ref"`
	Digest string `json:"digest"`
	body
	MadeAt    stamp             `json:"made_at"`
	ExpiresAt stamp             `json:"expires_at"`
	Unknown   map[string]string `json:"unknown"`
}

type planCluster struct {
	Name string   `json:"name"`
	ID   string   `json:"id"`
	At   stamp    `json:"at"`
	Took *float64 `json:"took_seconds"`
	Gaps []string `json:"gaps"`
}

type planFile struct {
	Schema   string        `json:"schema"`
	Weir     string        `json:"weir"`
	At       stamp         `json:"at"`
	Complete bool          `json:"complete"`
	Clusters []planCluster `json:"clusters"`
	Items    []planItem    `json:"items"`
}

func (p Plan) item() planItem {
	it := planItem{Plan: p.ID, Ref: p.Target.String(), Digest: p.Digest, body: p.body(), MadeAt: stamp(p.MadeAt), ExpiresAt: stamp(p.Expires), Unknown: map[string]string{}}
	for name, v := range map[string]*int64{"reread": p.Totals.Reread, "skipped": p.Totals.Skipped, "gone": p.Totals.Gone, "bytes": p.Totals.Bytes} {
		if v == nil {
			it.Unknown["totals."+name] = lag.NotMeasured.String()
		}
	}
	if p.Undoes == "" {
		it.Unknown["undoes"] = lag.NotApplicable.String()
	}
	return it
}

// MarshalJSON gives the plan as an item of weir.plan/v1.
func (p Plan) MarshalJSON() ([]byte, error) { return encode(p.item()) }

// encode leaves <, > and & as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Write writes the plan as a file that ReadPlan takes: a document of weir.plan/v1 with one item. version is weir's.
func (p Plan) Write(w io.Writer, version string) error {
	f := planFile{
		Schema: PlanSchema, Weir: version, At: stamp(p.MadeAt), Complete: true,
		Clusters: []planCluster{{Name: p.Target.Cluster, ID: p.ClusterID, At: stamp(p.MadeAt), Gaps: []string{}}},
		Items:    []planItem{p.item()},
	}
	raw, err := encode(f)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", " "); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}

// ReadPlan reads a plan file. One that was changed after it was made, is of a newer weir, or isn't a plan is refused
// with ErrUsage. Whether it fits the cluster and is still fresh is for the Executor to say.
func ReadPlan(r io.Reader) (Plan, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxPlanBytes+1))
	if err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan can't be read", Err: err}
	}
	if len(raw) > maxPlanBytes {
		return Plan{}, Fail(ErrUsage, fmt.Sprintf("the plan is larger than %d bytes", maxPlanBytes), "")
	}
	if err := checkSchema(raw); err != nil {
		return Plan{}, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var f planFile
	if err := d.Decode(&f); err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan is damaged or was edited", Do: "make a new plan", Err: err}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Plan{}, Fail(ErrUsage, "something follows the plan in its file", "make a new plan")
	}
	if len(f.Items) != 1 {
		return Plan{}, Fail(ErrUsage, fmt.Sprintf("the file holds %d plans", len(f.Items)), "apply one plan at a time")
	}
	return f.Items[0].plan()
}

// checkSchema tells a newer weir's plan apart from what is no plan.
func checkSchema(raw []byte) error {
	var head struct{ Schema, Weir string }
	if err := json.Unmarshal(raw, &head); err != nil {
		return &Error{Kind: ErrUsage, What: "this is no plan file", Do: "make one with weir plan … --save FILE", Err: err}
	}
	if head.Schema == PlanSchema {
		return nil
	}
	if v, ok := strings.CutPrefix(head.Schema, "weir.plan/v"); ok {
		if n, err := strconv.Atoi(v); err == nil && n > 1 {
			return Fail(ErrUsage, fmt.Sprintf("the plan is of form v%d, from a newer weir (%s); this one reads v1", n, head.Weir), "apply it with the weir that made it, or make a new plan")
		}
	}
	return Fail(ErrUsage, fmt.Sprintf("this is no plan file: its schema is %q", head.Schema), "make one with weir plan … --save FILE")
}

// plan checks the item against its digest.
func (it planItem) plan() (Plan, error) {
	target, err := lag.ParseRef(it.Target)
	if err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan's target", Err: err}
	}
	p := Plan{
		ID: it.Plan, Kind: it.Kind, ClusterID: it.ClusterID, Target: target, Effect: it.Effect, Tier: parseTier(it.Tier),
		Params: it.Params, Facts: it.Facts, Changes: it.Changes, Commands: it.Commands, Guards: it.Guards, Warnings: it.Warnings, Undo: it.Undo,
		Totals: it.Totals, Locks: it.Locks, Digest: it.Digest, MadeAt: time.Time(it.MadeAt), Expires: time.Time(it.ExpiresAt),
	}
	if it.Undoes != nil {
		p.Undoes = *it.Undoes
	}
	want, err := p.ComputeDigest()
	if err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan", Err: err}
	}
	if want != p.Digest || it.Ref != it.Target || it.Cluster != target.Cluster {
		return Plan{}, Fail(ErrUsage, "the plan was changed after it was made: its digest doesn't fit", "make a new plan; what was shown is what is applied")
	}
	if it.Plan != planID(p) {
		return Plan{}, Fail(ErrUsage, "the plan's id or times were changed after it was made", "make a new plan")
	}
	return p, nil
}

// planID names a plan by its digest and times, so that times edited by hand are noticed too.
func planID(p Plan) string {
	sum := sha256.Sum256([]byte(p.Digest + " " + p.MadeAt.UTC().Format(stampForm) + " " + p.Expires.UTC().Format(stampForm)))
	return "p-" + hex.EncodeToString(sum[:6])
}

func parseTier(s string) Tier {
	for t := T1; t <= T3; t++ {
		if t.String() == s {
			return t
		}
	}
	return 0
}
