package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine bounds what is kept of one line when a file is hostile: an entry, or
// a checkpoint line, never is longer.
const maxLine = MaxEntryBytes + 1<<10

// line is one line of a segment.
type line struct {
	off   int64  // of its first byte in the segment
	text  []byte // without newline; cut to maxLine when longer
	size  int64  // bytes, with newline
	whole bool   // ends with a newline and isn't longer than maxLine
}

// lineReader reads the lines of a segment from an offset on.
type lineReader struct {
	r   *bufio.Reader
	off int64
}

func newLineReader(f io.ReaderAt, from, to int64) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 64<<10), off: from}
}

// next reads a line into buf's memory; io.EOF when there is none.
func (lr *lineReader) next(buf []byte) (line, error) {
	l := line{off: lr.off, text: buf[:0]}
	for {
		chunk, err := lr.r.ReadSlice('\n')
		l.size += int64(len(chunk))
		if room := maxLine + 1 - len(l.text); room > 0 {
			l.text = append(l.text, chunk[:min(room, len(chunk))]...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		lr.off += l.size
		switch {
		case err == nil:
			l.whole = l.size <= maxLine+1
			l.text = bytes.TrimSuffix(l.text, []byte("\n"))
			return l, nil
		case errors.Is(err, io.EOF) && l.size > 0:
			return l, nil
		}
		return l, err
	}
}

// last says whether nothing follows.
func (lr *lineReader) last() bool {
	_, err := lr.r.Peek(1)
	return err != nil
}
