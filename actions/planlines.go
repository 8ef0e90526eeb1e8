package actions

import (
	"fmt"
	"io"
)

// endSchema names the last line of output in lines.
const endSchema = "weir.end/v1"

// planEnd is the line that tells that no line is missing.
type planEnd struct {
	Schema   string       `json:"schema"`
	Weir     string       `json:"weir"`
	At       stamp        `json:"at"`
	Complete bool         `json:"complete"`
	Clusters []planSource `json:"clusters"`
	Items    int          `json:"items"`
}

// planSource is where a plan was made, as the last line of its output names it.
type planSource struct {
	Name string   `json:"name"`
	ID   string   `json:"id"`
	At   stamp    `json:"at"`
	Took *float64 `json:"took_seconds"`
}

// WriteLines writes the plan as lines: an item of weir.plan/v1, and the end. ReadPlan doesn't take them.
func (p Plan) WriteLines(w io.Writer, version string) error {
	item := struct {
		Schema string `json:"schema"`
		planItem
	}{PlanSchema, p.item()}
	end := planEnd{Schema: endSchema, Weir: version, At: stamp(p.MadeAt), Complete: true, Items: 1,
		Clusters: []planSource{{Name: p.Target.Cluster, ID: p.ClusterID, At: stamp(p.MadeAt)}}}
	for _, line := range []any{item, end} {
		raw, err := encode(line)
		if err != nil {
			return fmt.Errorf("write plan: %w", err)
		}
		if _, err := w.Write(append(raw, '\n')); err != nil {
			return fmt.Errorf("write plan: %w", err)
		}
	}
	return nil
}
