package screentest

import (
	"bytes"
	"strings"
)

// italics replaces faint by italic, which the console never uses, because the emulation below has no faint.
type italics struct{ kept []byte }

// instead returns the bytes with faint as italic. A sequence that is not whole yet is kept until it is.
func (f *italics) instead(b []byte) []byte {
	b = append(f.kept, b...)
	f.kept = nil
	var out []byte
	for len(b) > 0 {
		at := bytes.IndexByte(b, 0x1b)
		if at < 0 {
			return append(out, b...)
		}
		out, b = append(out, b[:at]...), b[at:]
		n := len(sgrOf(b))
		switch {
		case n == len(b):
			f.kept = bytes.Clone(b)
			return out
		case n > 1 && b[n] == 'm':
			out = append(append(out, "\x1b["...), translated(string(b[2:n]))...)
			b = b[n:]
		default:
			out, b = append(out, b[0]), b[1:]
		}
	}
	return out
}

// sgrOf returns the part of b that may begin a sequence of attributes.
func sgrOf(b []byte) []byte {
	n := 1
	if n < len(b) && b[n] == '[' {
		for n++; n < len(b) && (b[n] >= '0' && b[n] <= '9' || b[n] == ';'); n++ {
		}
	}
	return b[:n]
}

func translated(attributes string) string {
	all := strings.Split(attributes, ";")
	for i := 0; i < len(all); i++ {
		switch all[i] {
		case "38", "48": // a colour follows
			i += 2
		case "2":
			all[i] = "3"
		case "22":
			all[i] = "22;23"
		}
	}
	return strings.Join(all, ";")
}
