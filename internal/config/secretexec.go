package config

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"time"
)

// readExec runs argv and gives what it printed. Neither output reaches an error: a failing password manager may well
// print the secret.
func readExec(ctx context.Context, argv []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, execTimeout)
	defer cancel()
	out := &boundedBuffer{}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout = out
	cmd.WaitDelay = time.Second // a child that keeps the pipe open must not hold us
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		var start *exec.Error
		if errors.As(err, &start) {
			err = start.Err
		}
		return "", errWithoutPath(err)
	}
	return trimmed(out.b.Bytes(), "the output")
}

// boundedBuffer takes a little more than the largest secret and drops the rest, so that a program that prints without
// end costs no memory.
type boundedBuffer struct{ b bytes.Buffer }

func (w *boundedBuffer) Write(p []byte) (int, error) {
	room := maxSecret + 1 - w.b.Len()
	w.b.Write(p[:min(room, len(p))])
	return len(p), nil
}

// errWithoutPath takes operation and path off a file error: the reference that stands before it already says the path.
func errWithoutPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// jsonString is s in JSON.
func jsonString(s string) ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("secret: json: %w", err)
	}
	return b, nil
}
