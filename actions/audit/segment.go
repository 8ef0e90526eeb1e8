package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
)

// segment is a file of the log as it was when the lock was held: what is
// appended later isn't looked at.
type segment struct {
	ord  int // from 1
	size int64
}

func (s segment) name() string { return segmentName(s.ord) }

func segmentName(ord int) string { return fmt.Sprintf("%08d.log", ord) }

// segments lists the segments from ord on, in order. A directory that doesn't
// exist holds none.
func segments(d disk, dir string, from int) ([]segment, error) {
	names, err := d.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []segment
	for _, name := range names {
		var ord int
		if _, err := fmt.Sscanf(name, "%d.log", &ord); err != nil || segmentName(ord) != name || ord < from {
			continue
		}
		fi, err := d.Stat(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		out = append(out, segment{ord, fi.Size()})
	}
	slices.SortFunc(out, func(a, b segment) int { return a.ord - b.ord })
	return out, nil
}

// segmentsFrom is segments for one that knows the log up to ord: as a rule that
// is the last, and two look-ups tell so without listing the directory.
func segmentsFrom(d disk, dir string, ord int) ([]segment, error) {
	if ord == 0 {
		return segments(d, dir, 1)
	}
	if _, err := d.Stat(filepath.Join(dir, segmentName(ord+1))); !errors.Is(err, fs.ErrNotExist) {
		return segments(d, dir, ord) // another error will show again
	}
	fi, err := d.Stat(filepath.Join(dir, segmentName(ord)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []segment{{ord, fi.Size()}}, nil
}

// Torn names bytes that an append left behind when it was cut off by a crash,
// a kill or a full disk. They stay in their segment; they are no entry.
type Torn struct {
	Segment string `json:"segment"`
	Offset  int64  `json:"offset"`
	Length  int64  `json:"length"`
	SHA256  string `json:"sha256"` // hex
}

// repairData is the data of a repair record.
type repairData struct {
	Torn []Torn `json:"torn"`
}

// tornFrom hashes the end of a segment.
func tornFrom(f io.ReaderAt, s segment, off int64) (Torn, error) {
	h := sha256.New()
	n, err := io.Copy(h, io.NewSectionReader(f, off, s.size-off))
	if err != nil {
		return Torn{}, err
	}
	return Torn{Segment: s.name(), Offset: off, Length: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// repairs gives what a record repairs; nil if it isn't a repair.
func repairs(record []byte) ([]Torn, error) {
	var e Entry
	if err := json.Unmarshal(record, &e); err != nil || e.Stage != StageRepair {
		return nil, err
	}
	var d repairData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return nil, fmt.Errorf("repair record: %w", err)
	}
	if len(d.Torn) == 0 {
		return nil, errors.New("repair record: names nothing")
	}
	return d.Torn, nil
}
