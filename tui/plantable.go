package tui

import (
	"encoding/json"
	"strconv"

	"weir/actions"
	"weir/internal/text"
	"weir/internal/wire"
	"weir/lag"
)

var planTableColumns = []wire.Column{
	{Name: "ref", Kind: wire.Text}, {Name: "what", Kind: wire.Text}, {Name: "field", Kind: wire.Text},
	{Name: "before", Kind: wire.Number}, {Name: "after", Kind: wire.Number}, {Name: "change", Kind: wire.Number},
	{Name: "note", Kind: wire.Text},
}

// offsetField is what a change of a committed offset is called: of numbers only offsets have a difference, those of
// brokers have none.
const offsetField = "committed"

// planTable is what a plan changes, as rows to sort and to filter. Values that are no numbers stand as words.
func planTable(p *actions.Plan) wire.Table {
	return wire.Table{
		Schema: "weir.change/v1", Columns: planTableColumns, Len: len(p.Changes), Name: "ref", Words: []string{"what", "note"},
		Short: []string{"what", "before", "after", "change", "note"}, Wide: []string{"ref", "field", "before", "after", "note"},
		Fill: func(row int, dst []wire.Value) {
			c := &p.Changes[row]
			before, from, numbers := changeValue(c.Before)
			after, to, both := changeValue(c.After)
			dst[0], dst[1], dst[2] = wire.Word(c.Ref), wire.Word(changedName(c.Ref)), wire.Word(c.Field)
			dst[3], dst[4], dst[5] = before, after, wire.Missing(lag.NotApplicable)
			if numbers && both && c.Field == offsetField {
				dst[5] = wire.Int(to-from, lag.NotMeasured)
			}
			dst[6] = wire.Word(c.Note)
		},
	}
}

// changeValue is a value of a change: a number, a word, or that there is none.
func changeValue(raw json.RawMessage) (wire.Value, int64, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return wire.Word("absent"), 0, false
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return wire.Int(n, lag.NotMeasured), n, true
	}
	var word string
	if json.Unmarshal(raw, &word) == nil {
		return wire.Word(word), 0, false
	}
	return wire.Word(string(raw)), 0, false
}

// changedName names what a change is about within its plan's target.
func changedName(ref string) string {
	r, err := lag.ParseRef(ref)
	switch {
	case err != nil:
		return ref
	case r.Kind == lag.KindPartition:
		return partitionWord(r)
	case r.Sub != "":
		return r.Sub
	}
	return r.Name
}

// exactWord is a value in full.
func exactWord(v wire.Value) string {
	if n, ok := v.Integer(); ok {
		return text.Exact(n)
	}
	return v.String()
}
