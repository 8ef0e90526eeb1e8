package wire

import (
	"encoding/json"

	"weir/lag"
)

// anyJSON is the JSON Schema of a value that may be anything.
const anyJSON = `{"type": ["string", "number", "boolean", "object", "array", "null"]}`

// valueOf is JSON that was made elsewhere; null and nothing are missing by nature.
func valueOf(r json.RawMessage) Value {
	if len(r) == 0 || string(r) == "null" {
		return Missing(lag.NotApplicable)
	}
	return Object(raw(r))
}

// raw is JSON that was made elsewhere, compact.
type raw json.RawMessage

// AppendJSON appends it, its strings safe to print; what is no JSON is a string.
func (r raw) AppendJSON(dst []byte) []byte {
	if !json.Valid(r) {
		return AppendString(dst, string(r))
	}
	return AppendSafeJSON(dst, r)
}

// AppendText appends a string without its quotes, and all else as it stands.
func (r raw) AppendText(dst []byte) []byte {
	var s string
	if json.Unmarshal(r, &s) == nil {
		return append(dst, s...)
	}
	return append(dst, r...)
}

// AppendSafeJSON appends JSON, layout and all, its strings written anew as [AppendString] does: the same values, and nothing
// in them steers a terminal.
func AppendSafeJSON(dst []byte, r []byte) []byte {
	for i := 0; i < len(r); {
		if r[i] != '"' {
			dst = append(dst, r[i])
			i++
			continue
		}
		end := i + 1
		for end < len(r) && r[end] != '"' {
			if r[end] == '\\' {
				end++
			}
			end++
		}
		var s string
		if end >= len(r) || json.Unmarshal(r[i:end+1], &s) != nil {
			return append(dst, r[i:]...)
		}
		dst = AppendString(dst, s)
		i = end + 1
	}
	return dst
}
