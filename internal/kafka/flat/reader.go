package flat

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrMalformed is wrapped by the error of every reply that is not what the protocol says it should be.
var ErrMalformed = errors.New("malformed reply")

// reader walks the flexible encoding (KIP-482) of a reply. After the first fault every read returns zero values and bad
// holds what was being read.
type reader struct {
	b   []byte
	bad string
}

func (r *reader) fail(what string) {
	if r.bad == "" {
		r.bad = what
	}
	r.b = nil
}

func (r *reader) err(op string) error {
	switch {
	case r.bad != "":
		return fmt.Errorf("%s: %w: it ends within %s", op, ErrMalformed, r.bad)
	case len(r.b) > 0:
		return fmt.Errorf("%s: %w: %d bytes too many", op, ErrMalformed, len(r.b))
	}
	return nil
}

func (r *reader) int16(what string) int16 {
	if len(r.b) < 2 {
		r.fail(what)
		return 0
	}
	v := int16(binary.BigEndian.Uint16(r.b))
	r.b = r.b[2:]
	return v
}

func (r *reader) int32(what string) int32 {
	if len(r.b) < 4 {
		r.fail(what)
		return 0
	}
	v := int32(binary.BigEndian.Uint32(r.b))
	r.b = r.b[4:]
	return v
}

func (r *reader) int64(what string) int64 {
	if len(r.b) < 8 {
		r.fail(what)
		return 0
	}
	v := int64(binary.BigEndian.Uint64(r.b))
	r.b = r.b[8:]
	return v
}

func (r *reader) uvarint(what string) uint32 {
	if len(r.b) > 0 && r.b[0] < 0x80 { // nearly all of them
		v := uint32(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > 1<<32-1 {
		r.fail(what)
		return 0
	}
	r.b = r.b[n:]
	return uint32(v)
}

// count reads the length of a compact array. One that is longer than the bytes left could hold is a fault at once, so
// that no loop runs on a made-up length.
func (r *reader) count(what string, smallest int) int {
	n := int(r.uvarint(what)) - 1
	if n < 0 { // null
		return 0
	}
	if n > len(r.b)/smallest {
		r.fail(what)
		return 0
	}
	return n
}

// bytes reads a compact string; nil is null.
func (r *reader) bytes(what string) []byte {
	n := int(r.uvarint(what)) - 1
	if n < 0 {
		return nil
	}
	if n > len(r.b) {
		r.fail(what)
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) tags() {
	if len(r.b) > 0 && r.b[0] == 0 {
		r.b = r.b[1:]
		return
	}
	for n := r.uvarint("tags"); n > 0 && r.bad == ""; n-- {
		r.uvarint("a tag")
		size := int(r.uvarint("a tag"))
		if size > len(r.b) {
			r.fail("a tag")
			return
		}
		r.b = r.b[size:]
	}
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s))+1)
	return append(b, s...)
}
