package flat

import "errors"

var errWriteOnly = errors.New("flat: requests are only written")

// reply keeps what arrived. The client hands each reply a buffer of its own, so that keeping it costs no copy.
type reply struct {
	key, max, version int16
	body              []byte
}

// Key returns the API key.
func (r *reply) Key() int16 { return r.key }

// MaxVersion returns the newest version spoken here.
func (r *reply) MaxVersion() int16 { return r.max }

// SetVersion sets the version of the reply.
func (r *reply) SetVersion(v int16) { r.version = v }

// GetVersion returns the version of the reply.
func (r *reply) GetVersion() int16 { return r.version }

// IsFlexible reports the encoding of the header (KIP-482).
func (r *reply) IsFlexible() bool { return r.version >= 6 }

// AppendTo exists for the interface; replies are only read here, and it appends nothing.
func (r *reply) AppendTo(b []byte) []byte { return b }

// ReadFrom keeps the body for Walk.
func (r *reply) ReadFrom(b []byte) error {
	r.body = b
	return nil
}

// Throttle returns how long the broker asks to wait, in milliseconds, and that the wait begins after the reply (KIP-219):
// the client then sends nothing to that broker for so long.
func (r *reply) Throttle() (int32, bool) {
	b := reader{b: r.body}
	return b.int32("throttle time"), true
}

// blind is a sink that looks at nothing.
type blind struct{}

func (blind) Group([]byte)                      {}
func (blind) Topic([]byte)                      {}
func (blind) Commit(int32, int64, int16)        {}
func (blind) EndGroup(int16)                    {}
func (blind) Offset(int32, int64, int64, int16) {}
