package wire

import (
	"weir/lag/state"
)

var explanationColumns = []Column{
	refColumn, clusterColumn,
	{Name: "rule", Kind: Enum, Always: true, Names: stateNames(), Doc: "The state that the rule tells."},
	{Name: "speaks", Kind: Bool, Always: true, Doc: "Whether it tells it now."},
	{Name: "severity", Kind: Enum, Always: true, Names: severityNames, Doc: "As which it speaks, or would."},
	{Name: "because", Kind: Text, Always: true, Doc: "Why it speaks or is silent, in a sentence."},
	{Name: "inputs", Kind: Nested, Always: true, Doc: "What it looked at, each with its unit.",
		Schema: `{"type":"array","items":{"type":"object","required":["name","value","unit"],"additionalProperties":false,"properties":{"name":{"type":"string"},"value":{"type":"string"},"unit":{"type":"string"}}}}`},
}

var severityNames = []string{state.Calm.String(), state.Warning.String(), state.Critical.String()}

// Explanations is the table of what every rule says of a group or position, in their order.
func Explanations(all []state.Explanation) Table {
	return Table{
		Schema: "weir.explanation/v1", Columns: explanationColumns, Len: len(all), Name: "rule",
		Short: []string{"rule", "speaks", "severity", "because", "inputs"},
		Wide:  []string{"ref", "rule", "speaks", "severity", "because", "inputs"},
		Drop:  []string{"inputs"},
		Fill: func(row int, dst []Value) {
			e := &all[row]
			fillCells(dst, func(col int) Value { return explanationCell(e, col) })
		},
	}
}

func explanationCell(e *state.Explanation, col int) Value {
	switch col {
	case 0:
		return Word(e.Subject.String())
	case 1:
		return Word(e.Subject.Cluster)
	case 2:
		return Word(e.Rule)
	case 3:
		return Truth(e.Speaks)
	case 4:
		return Word(e.Severity.String())
	case 5:
		return Word(e.Because)
	}
	return Object(inputs(e.Inputs))
}

// inputs are the values a rule looked at.
type inputs []state.Input

// AppendJSON appends a list of objects.
func (in inputs) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, v := range in {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(append(dst, `{"name":`...), v.Name)
		dst = AppendString(append(dst, `,"value":`...), v.Value)
		dst = append(AppendString(append(dst, `,"unit":`...), v.Unit), '}')
	}
	return append(dst, ']')
}

// AppendText appends name=value unit, joined by commas.
func (in inputs) AppendText(dst []byte) []byte {
	for i, v := range in {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(append(dst, v.Name...), '='), v.Value...)
		if v.Unit != "" {
			dst = append(append(dst, ' '), v.Unit...)
		}
	}
	return dst
}
