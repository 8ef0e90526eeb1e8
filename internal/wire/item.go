package wire

import "weir/lag"

// keys are a table's columns as they stand in an item, made once for all rows.
type keys struct {
	first  string   // what an item begins with
	member []string // ,"lag":
	reason []string // "lag":"
}

func newKeys(t *Table, schema bool) keys {
	k := keys{first: "{", member: make([]string, len(t.Columns)), reason: make([]string, len(t.Columns))}
	if schema {
		k.first = `{"schema":"` + t.Schema + `"`
	}
	for i, c := range t.Columns {
		k.member[i] = `,"` + c.Name + `":`
		k.reason[i] = `"` + c.Name + `":"`
	}
	if !schema {
		k.member[0] = k.member[0][1:]
	}
	return k
}

// item appends one row as a JSON object.
func (o *output) item(k *keys, row []Value) {
	dst := append(o.row, k.first...)
	for col := range row {
		dst = appendJSON(append(dst, k.member[col]...), &row[col])
	}
	if o.why.changed(row) {
		o.why.text = o.why.text[:0]
		for col, r := range o.why.reasons {
			if r == lag.NoReason {
				continue
			}
			if len(o.why.text) > 0 {
				o.why.text = append(o.why.text, ',')
			}
			o.why.text = append(append(append(o.why.text, k.reason[col]...), r.String()...), '"')
		}
	}
	dst = append(append(dst, `,"unknown":{`...), o.why.text...)
	o.row = append(dst, "}}"...)
}

// whys are the reasons of a row's unknown values and their text. Most rows have those of the row before, so the text is
// kept.
type whys struct {
	reasons []lag.Reason // by column
	text    []byte
}

// changed notes the reasons of a row and reports whether they are others than those before.
func (w *whys) changed(row []Value) bool {
	if len(w.reasons) != len(row) {
		w.reasons = make([]lag.Reason, len(row))
		w.text = w.text[:0]
	}
	other := false
	for col := range row {
		if r := row[col].Reason(); r != w.reasons[col] {
			w.reasons[col], other = r, true
		}
	}
	return other
}
