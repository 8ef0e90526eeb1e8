package records

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/twmb/franz-go/pkg/kgo"
)

// maxInflated bounds what one batch may decompress to. A batch of the usual largest size, 1 MB, can hold gigabytes.
const maxInflated = 64 << 20

var codecs = [...]string{"none", "gzip", "snappy", "lz4", "zstd"}

func codecName(n uint8) string {
	if int(n) < len(codecs) {
		return codecs[n]
	}
	return fmt.Sprintf("codec %d", n)
}

// inflater decompresses up to so many bytes.
type inflater int

// Decompress gives the bytes of a batch; kgo.ErrMaxDecompress for one that holds more than the limit.
func (max inflater) Decompress(src []byte, codec kgo.CompressionCodecType) ([]byte, error) {
	switch codec {
	case kgo.CodecNone:
		return src, nil
	case kgo.CodecGzip:
		r, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return nil, err
		}
		return max.drain(r)
	case kgo.CodecLz4:
		return max.drain(lz4.NewReader(bytes.NewReader(src)))
	case kgo.CodecSnappy:
		return max.snappy(src)
	case kgo.CodecZstd:
		return max.zstd(src)
	}
	return nil, fmt.Errorf("compression %d is not known", codec)
}

func (max inflater) drain(r io.Reader) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(r, int64(max)+1))
	if err == nil && len(out) > int(max) {
		err = kgo.ErrMaxDecompress
	}
	return out, err
}

func (max inflater) zstd(src []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(uint64(max)))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	out, err := d.DecodeAll(src, nil)
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return nil, kgo.ErrMaxDecompress
	}
	return out, err
}

// xerial is how Java clients frame snappy: this magic, two versions, then blocks with their lengths.
var xerial = []byte{130, 'S', 'N', 'A', 'P', 'P', 'Y', 0}

const xerialHeader = 16

func (max inflater) snappy(src []byte) ([]byte, error) {
	if len(src) < xerialHeader || !bytes.HasPrefix(src, xerial) {
		return max.block(nil, src)
	}
	var out []byte
	for src = src[xerialHeader:]; len(src) > 0; {
		if len(src) < 4 {
			return nil, io.ErrUnexpectedEOF
		}
		n := int64(binary.BigEndian.Uint32(src))
		if src = src[4:]; n > int64(len(src)) {
			return nil, io.ErrUnexpectedEOF
		}
		var err error
		if out, err = max.block(out, src[:n]); err != nil {
			return nil, err
		}
		src = src[n:]
	}
	return out, nil
}

func (max inflater) block(out, src []byte) ([]byte, error) {
	n, err := s2.DecodedLen(src)
	if err != nil {
		return nil, err
	}
	if n > int(max)-len(out) {
		return nil, kgo.ErrMaxDecompress
	}
	b, err := s2.Decode(nil, src)
	return append(out, b...), err
}
