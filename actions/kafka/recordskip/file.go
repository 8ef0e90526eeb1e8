package recordskip

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"weir/actions"
	"weir/internal/kafka/records"
	"weir/internal/text"
)

// file keeps the copy in a new file of this host.
type file struct {
	path string // absolute
	want identity
}

func (f file) describe() string { return "save the record in " + f.path }

// checkFile refuses a path that can't become a new file, before anything is planned on it.
func checkFile(path string) (string, error) {
	bad := func(why string, err error) (string, error) {
		return "", &actions.Error{Kind: actions.ErrUsage, What: "--" + pFile + " " + text.Safe(path) + ": " + why, Err: err}
	}
	abs, err := filepath.Abs(path)
	if err != nil || path == "" {
		return bad("no usable path", err)
	}
	if text.Safe(abs) != abs {
		return bad("it holds characters that can't be shown", nil)
	}
	switch info, err := os.Stat(filepath.Dir(abs)); {
	case err != nil:
		return bad("its directory", reason(err))
	case !info.IsDir():
		return bad("its directory is none", nil)
	}
	switch _, err := os.Lstat(abs); {
	case err == nil:
		return bad("it is there already, and weir overwrites nothing", nil)
	case !errors.Is(err, fs.ErrNotExist):
		return bad("it can't be looked at", reason(err))
	}
	return abs, nil
}

// reason leaves out the path, which is said already.
func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

func (file) begin(context.Context, *run) (json.RawMessage, error) { return nil, nil }

// keep writes the file whole or not at all: under another name first, then linked to its own, which fails if that is
// taken.
func (f file) keep(_ context.Context, _ *run, o origin, r records.Record) (actions.Done, error) {
	not := actions.Done{Outcome: actions.OutcomeNot}
	b, err := line(o, r)
	if err != nil {
		return not, err
	}
	fail := func(err error) (actions.Done, error) {
		return not, &actions.Error{Kind: actions.ErrGuard, What: "the record can't be saved in " + f.path, Do: "make room there, or plan with another --" + pFile, Err: reason(err)}
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), ".weir-record-*") // 0600
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fail(err)
	}
	if err := os.Link(tmp.Name(), f.path); err != nil {
		return fail(linkReason(err))
	}
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return actions.Done{}, fmt.Errorf("save %s: %w", f.path, err)
	}
	return actions.Done{Outcome: actions.OutcomeApplied, Note: fmt.Sprintf("%s, %d bytes", f.path, len(b))}, nil
}

func linkReason(err error) error {
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

const maxSaved = 512 << 20 // bytes of a file that is looked at

// look reads the file: one with the copy that this run makes is the copy.
func (f file) look(_ context.Context, _ *run, o origin, _ json.RawMessage) (actions.Done, error) {
	in, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return actions.Done{Outcome: actions.OutcomeNot, Note: f.path + " is not there"}, nil
	}
	if err != nil {
		return actions.Done{}, &actions.Error{Kind: actions.ErrUnseen, What: f.path, Err: reason(err)}
	}
	defer in.Close()
	var got saved
	info, err := in.Stat()
	if err != nil {
		return actions.Done{}, &actions.Error{Kind: actions.ErrUnseen, What: f.path, Err: reason(err)}
	}
	if info.Size() <= maxSaved {
		d := json.NewDecoder(bufio.NewReader(in))
		err = d.Decode(&got)
		rest, _ := bufio.NewReader(d.Buffered()).ReadBytes(0)
		if err == nil && len(bytes.TrimSpace(rest)) == 0 && got.Schema == savedSchema && got.ClusterID == o.ClusterID && got.Run == o.Run &&
			got.Topic == o.Place.Topic && got.Partition == o.Place.Partition && got.Offset == f.want.Offset {
			return actions.Done{Outcome: actions.OutcomeApplied, Note: f.path + " holds the record"}, nil
		}
	}
	return actions.Done{Outcome: actions.OutcomeNot, Note: f.path + " is there, with something else in it"}, nil
}
