package mask

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// maxDepth is how deep JSON may be nested. What is deeper is hidden whole.
const maxDepth = 200

// json hides the fields of JSON. What is no JSON, has something behind it, or names a field twice is hidden whole: another
// reader might find there what this one doesn't.
func (s Set) json(b []byte) ([]byte, bool) {
	if len(bytes.TrimSpace(b)) == 0 {
		return b, false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	w := walker{d: d, fields: s.fields}
	if !w.value(nil, false, 0) {
		return []byte(Hidden), true
	}
	if _, err := d.Token(); err != io.EOF {
		return []byte(Hidden), true
	}
	if !w.hidden {
		return b, false // as it stands, with its own layout
	}
	return w.out.Bytes(), true
}

// walker writes JSON anew, without what is hidden, in the order that it has.
type walker struct {
	d      *json.Decoder
	fields [][]string
	out    bytes.Buffer
	hidden bool
}

// value copies one value; skip drops it. It is false for what can't be read.
func (w *walker) value(at []string, skip bool, depth int) bool {
	t, err := w.d.Token()
	if err != nil || depth > maxDepth {
		return false
	}
	if delim, ok := t.(json.Delim); ok {
		return w.nested(delim, at, skip, depth)
	}
	return skip || w.write(t)
}

func (w *walker) write(v any) bool {
	b, err := json.Marshal(v)
	w.out.Write(b)
	return err == nil
}

func (w *walker) nested(open json.Delim, at []string, skip bool, depth int) bool {
	seen := map[string]bool{}
	w.put(skip, byte(open))
	for n := 0; w.d.More(); n++ {
		if n > 0 {
			w.put(skip, ',')
		}
		name := "*" // of an element: no path names an index
		if open == '{' {
			t, err := w.d.Token()
			s, ok := t.(string)
			if err != nil || !ok || seen[strings.ToLower(s)] {
				return false
			}
			name, seen[strings.ToLower(s)] = s, true
			if !skip && !w.write(s) {
				return false
			}
			w.put(skip, ':')
		}
		if !w.member(append(at[:len(at):len(at)], name), skip, depth) {
			return false
		}
	}
	end, err := w.d.Token()
	if err != nil {
		return false
	}
	delim, ok := end.(json.Delim)
	w.put(skip, byte(delim))
	return ok
}

func (w *walker) member(at []string, skip bool, depth int) bool {
	if !skip && w.hides(at) {
		w.hidden = true
		return w.write(Hidden) && w.value(at, true, depth+1)
	}
	return w.value(at, skip, depth+1)
}

func (w *walker) put(skip bool, c byte) {
	if !skip {
		w.out.WriteByte(c)
	}
}

// hides reports whether a path is one of the fields. Case doesn't matter, as it doesn't to many who read JSON.
func (w *walker) hides(at []string) bool {
	for _, f := range w.fields {
		if len(f) != len(at) {
			continue
		}
		same := true
		for i := range f {
			same = same && (f[i] == "*" || strings.EqualFold(f[i], at[i]))
		}
		if same {
			return true
		}
	}
	return false
}
