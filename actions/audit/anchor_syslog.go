package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// SyslogAnchor sends checkpoints to the local syslog socket, which syslogd or
// journald keeps and, where it is set up so, forwards off the host. It can't
// be read back: search the journal for "weir-audit" and hold what it has
// against audit verify by hand. The socket doesn't confirm: a message it took
// may still be dropped.
type SyslogAnchor struct {
	paths []string
	now   func() time.Time
}

// NewSyslogAnchor takes the path of the socket; empty for the usual ones.
func NewSyslogAnchor(path string) *SyslogAnchor {
	a := &SyslogAnchor{paths: []string{path}, now: time.Now}
	if path == "" {
		a.paths = []string{"/dev/log", "/var/run/syslog", "/var/run/log"}
	}
	return a
}

// Name is "syslog".
func (a *SyslogAnchor) Name() string { return "syslog" }

// Newest is always ErrWriteOnly.
func (a *SyslogAnchor) Newest(context.Context) ([]byte, error) { return nil, ErrWriteOnly }

// authNotice is facility auth (4), severity notice (5): RFC 3164 §4.1.1.
const authNotice = 4<<3 | 5

// Put sends one message that holds the checkpoint as a JSON string.
func (a *SyslogAnchor) Put(ctx context.Context, checkpoint []byte) error {
	quoted, err := json.Marshal(string(checkpoint))
	if err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	msg := fmt.Sprintf("<%d>%s weir-audit[%d]: checkpoint %s", authNotice, a.now().Format(time.Stamp), os.Getpid(), quoted)
	var tried []error
	for _, path := range a.paths {
		for _, network := range []string{"unixgram", "unix"} {
			err := send(ctx, network, path, msg)
			if err == nil {
				return nil
			}
			tried = append(tried, err)
		}
	}
	return fmt.Errorf("anchor: syslog: %w", errors.Join(tried...))
}

func send(ctx context.Context, network, path, msg string) error {
	c, err := new(net.Dialer).DialContext(ctx, network, path)
	if err != nil {
		return err
	}
	if t, ok := ctx.Deadline(); ok {
		err = c.SetDeadline(t)
	}
	if network == "unix" {
		msg += "\n" // a stream has no other end of message
	}
	if err == nil {
		_, err = c.Write([]byte(msg))
	}
	return errors.Join(err, c.Close())
}
