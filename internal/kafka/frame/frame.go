// Package frame finds the request headers in the bytes that a Kafka client writes to a broker.
package frame

import (
	"encoding/binary"
	"errors"
)

// Header is the fixed start of a request on the wire (Kafka protocol guide, request header).
type Header struct {
	Size        int   // bytes of the whole frame, its four length bytes included
	Key         int16 // API key
	Version     int16
	Correlation int32
}

// ErrShort is a frame too short to hold a request header, or of negative length.
var ErrShort = errors.New("frame: request frame is shorter than its header")

const (
	lengthBytes = 4
	headerBytes = 12 // length, key, version, correlation id
)

// Splitter cuts a stream of request frames at their bounds, however the stream is chopped into writes. The zero value is
// ready. It is not safe for use by several goroutines at once.
type Splitter struct {
	head [headerBytes]byte
	have int // bytes of head that are filled
	left int // bytes of the current frame that are still to come after its header
}

// Feed takes the next bytes of the stream and calls each for every header that they complete, in order. It stops at the
// first error, its own (ErrShort) or that of each; the stream is then of no more use.
func (s *Splitter) Feed(p []byte, each func(Header) error) error {
	for len(p) > 0 {
		if s.left > 0 {
			n := min(s.left, len(p))
			s.left -= n
			p = p[n:]
			continue
		}
		n := copy(s.head[s.have:], p)
		s.have += n
		p = p[n:]
		if s.have < headerBytes {
			return nil
		}
		h, err := parse(s.head[:])
		if err != nil {
			return err
		}
		s.have, s.left = 0, h.Size-headerBytes
		if err := each(h); err != nil {
			return err
		}
	}
	return nil
}

func parse(b []byte) (Header, error) {
	size := int32(binary.BigEndian.Uint32(b))
	if size < headerBytes-lengthBytes {
		return Header{}, ErrShort
	}
	return Header{
		Size:        int(size) + lengthBytes,
		Key:         int16(binary.BigEndian.Uint16(b[4:])),
		Version:     int16(binary.BigEndian.Uint16(b[6:])),
		Correlation: int32(binary.BigEndian.Uint32(b[8:])),
	}, nil
}
