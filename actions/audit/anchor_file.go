package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strconv"
)

// FileAnchor appends checkpoints to a file, a JSON string a line. It is worth
// as much as the file is out of reach: a mount of another host, or append-only
// for the user who runs weir. One file belongs to one log.
type FileAnchor struct{ path string }

// NewFileAnchor names the file; it is made by the first Put.
func NewFileAnchor(path string) *FileAnchor { return &FileAnchor{path} }

// Name is "file:" and the path.
func (a *FileAnchor) Name() string { return "file:" + a.path }

// Put appends the checkpoint and syncs the file. The context isn't waited on:
// a file that blocks, blocks.
func (a *FileAnchor) Put(_ context.Context, checkpoint []byte) error {
	quoted, err := json.Marshal(string(checkpoint))
	if err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	f, err := os.OpenFile(a.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	// A line that a crash cut off is closed first. An empty line does no harm.
	if torn, err := endsTorn(f); err != nil {
		return errors.Join(fmt.Errorf("anchor: %w", err), f.Close())
	} else if torn {
		quoted = append([]byte("\n"), quoted...)
	}
	_, err = f.Write(append(quoted, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	return nil
}

func endsTorn(f *os.File) (bool, error) {
	fi, err := f.Stat()
	if err != nil || fi.Size() == 0 {
		return false, err
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], fi.Size()-1)
	return last[0] != '\n', err
}

// newestTail is how much of the file Newest reads: hundreds of checkpoints, as
// several processes may have appended theirs a little out of order.
const newestTail = 64 << 10

// Newest reads the end of the file; nil if the file isn't there or empty.
func (a *FileAnchor) Newest(ctx context.Context) ([]byte, error) {
	var newest []byte
	most := int64(-1)
	for n, err := range a.read(ctx, newestTail) {
		if err != nil {
			return nil, err
		}
		if size := StatedSize(n); size > most {
			newest, most = n, size
		}
	}
	return newest, nil
}

// StatedSize is the number of records that a checkpoint states, unverified; 0
// if it states none.
func StatedSize(msg []byte) int64 {
	lines := bytes.SplitN(msg, []byte("\n"), 3)
	if len(lines) < 3 {
		return 0
	}
	n, err := strconv.ParseInt(string(lines[1]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Checkpoints gives every checkpoint in the file, in the order they came. A
// line that can't be read is an error, unless a crash cut it off.
func (a *FileAnchor) Checkpoints(ctx context.Context) iter.Seq2[[]byte, error] {
	return a.read(ctx, 0)
}

// read gives the checkpoints in the last tail bytes; 0 for all.
func (a *FileAnchor) read(ctx context.Context, tail int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		f, err := os.Open(a.path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(nil, fmt.Errorf("anchor: %w", err))
			return
		}
		defer f.Close()
		br, err := fromTail(f, tail)
		for err == nil {
			var l []byte
			if l, err = br.ReadBytes('\n'); err == nil {
				err = context.Cause(ctx)
			}
			if err != nil || cutShort(l) {
				continue
			}
			var s string
			if jerr := json.Unmarshal(l, &s); jerr != nil {
				jerr = fmt.Errorf("anchor: %s: %w", a.path, jerr)
				if !yield(nil, jerr) {
					return
				}
			} else if !yield([]byte(s), nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("anchor: %w", err))
		}
	}
}

// cutShort says whether a line is empty or a string without its end. A
// checkpoint holds no quotation marks.
func cutShort(l []byte) bool {
	l = bytes.TrimSpace(l)
	return len(l) == 0 || l[0] == '"' && bytes.Count(l, []byte(`"`)) == 1
}

// fromTail stands at the first line that begins in the last tail bytes.
func fromTail(f *os.File, tail int64) (*bufio.Reader, error) {
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if tail <= 0 || fi.Size() <= tail {
		return bufio.NewReader(f), nil
	}
	br := bufio.NewReader(io.NewSectionReader(f, fi.Size()-tail, tail))
	_, err = br.ReadBytes('\n')
	return br, err
}
