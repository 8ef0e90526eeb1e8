package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is a tree head signed by the log's key, in the form of C2SP
// tlog-checkpoint: origin, size and root, a line each, in a signed note.
type Checkpoint struct {
	Origin string    // the log; also the name of the key
	Size   int64     // records in the tree
	Root   tlog.Hash // RFC 6962 root of these records
	Note   []byte    // the signed note, byte for byte
}

// ParseCheckpoint reads a signed checkpoint and checks its signature with the
// verifier key of the log (the content of its key.pub).
func ParseCheckpoint(msg []byte, verifierKey string) (Checkpoint, error) {
	v, err := note.NewVerifier(strings.TrimSpace(verifierKey))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: verifier key: %w", err)
	}
	return openCheckpoint(msg, v)
}

func openCheckpoint(msg []byte, v note.Verifier) (Checkpoint, error) {
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := parseBody(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fmt.Errorf("checkpoint: origin %q is not %q", c.Origin, v.Name())
	}
	c.Note = bytes.Clone(msg)
	return c, nil
}

// parseBody reads the first three lines; C2SP allows more lines after them.
func parseBody(text string) (Checkpoint, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 {
		return Checkpoint{}, errors.New("checkpoint: less than three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("checkpoint: size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: root: %w", err)
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

func body(origin string, size int64, root tlog.Hash) string {
	return origin + "\n" + strconv.FormatInt(size, 10) + "\n" + root.String() + "\n"
}

// A checkpoint line is the JSON object {"checkpoint":NOTE,"record":HASH}; the
// hash of the record above it lets a verifier go on behind a changed entry.
const (
	checkpointOpen = `{"checkpoint":"`
	recordOpen     = `","record":"`
	sigChars       = 92 // base64 of 4 bytes key hash and 64 bytes Ed25519
)

// escapeNote quotes a note: of all that JSON escapes, it holds newlines only,
// because origin and base64 are plain ASCII.
func escapeNote(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }

// signLine makes the checkpoint line, without its newline. Ed25519 signatures
// are deterministic: the same tree gives the same line.
func signLine(s note.Signer, size int64, root, record tlog.Hash) (line, msg []byte, err error) {
	msg, err = note.Sign(&note.Note{Text: body(s.Name(), size, root)}, s)
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint: sign: %w", err)
	}
	line = []byte(checkpointOpen + escapeNote(string(msg)) + recordOpen + record.String() + `"}`)
	return line, msg, nil
}

// matchLine says whether line is, byte for byte, a checkpoint line for this
// tree and record, and gives its signature, not yet verified.
func matchLine(line []byte, origin string, size int64, root, record tlog.Hash) (sig string, ok bool) {
	head := checkpointOpen + escapeNote(body(origin, size, root)+"\n") + "— " + origin + " "
	tail := `\n` + recordOpen + record.String() + `"}`
	if len(line) != len(head)+sigChars+len(tail) ||
		string(line[:len(head)]) != head || string(line[len(head)+sigChars:]) != tail {
		return "", false
	}
	return string(line[len(head) : len(head)+sigChars]), true
}

// signatureOf gives the signature in a line that signLine made.
func signatureOf(line []byte) string {
	i := bytes.Index(line, []byte(`\n`+recordOpen))
	return string(line[i-sigChars : i])
}

// verifySig checks a signature over a body. The strict decoding matters: the
// unused bits of the last base64 character could be changed otherwise.
func verifySig(v note.Verifier, text, sig string) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(sig)
	if err != nil || len(b) < 5 || binary.BigEndian.Uint32(b) != v.KeyHash() {
		return false
	}
	return v.Verify([]byte(text), b[4:])
}

// statedCheckpoint is what a line that doesn't match says of itself.
type statedCheckpoint struct {
	Checkpoint
	record tlog.Hash
}

// readLine reads a checkpoint line that matchLine refused; the signature of
// the note in it was verified.
func readLine(line []byte, v note.Verifier) (statedCheckpoint, error) {
	var w struct {
		Checkpoint string    `json:"checkpoint"`
		Record     tlog.Hash `json:"record"`
	}
	if err := json.Unmarshal(line, &w); err != nil {
		return statedCheckpoint{}, err
	}
	c, err := openCheckpoint([]byte(w.Checkpoint), v)
	return statedCheckpoint{c, w.Record}, err
}
