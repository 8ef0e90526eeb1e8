package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Files of the directory beside the segments.
const (
	keyFile  = "key"     // signer key, 0600
	pubFile  = "key.pub" // verifier key, for anyone who checks
	lockFile = "lock"
)

// keys is the key pair of a log.
type keys struct {
	signer   note.Signer
	verifier note.Verifier
	vkey     string
}

// loadKeys reads the key, or makes it on first use (fresh: the log has no
// records). Call it under the lock.
func loadKeys(d disk, dir, host string, fresh bool) (keys, error) {
	path := filepath.Join(dir, keyFile)
	skey, err := d.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && fresh:
		return newKeys(d, dir, host)
	case errors.Is(err, fs.ErrNotExist):
		return keys{}, &Error{Op: "open", Where: path, Kind: ErrBroken, Err: errors.New("the signing key is gone, the log isn't"),
			Hint: "put the key back from a backup; or keep the whole directory as evidence, move it away, and weir begins a new log"}
	case err != nil:
		return keys{}, unwritable("open", path, err)
	}
	fi, err := d.Stat(path)
	if err != nil {
		return keys{}, unwritable("open", path, err)
	}
	if fi.Mode().Perm()&0o077 != 0 {
		return keys{}, &Error{Op: "open", Where: path, Kind: ErrUnwritable, Err: errors.New("others may read or write the signing key"),
			Hint: "find out who could have read it, then chmod 600"}
	}
	k, err := parseKeys(strings.TrimSpace(string(skey)))
	if err != nil {
		return keys{}, &Error{Op: "open", Where: path, Kind: ErrBroken, Err: err, Hint: "put the key back from a backup"}
	}
	return k, publish(d, dir, k)
}

// publish writes key.pub if a crash left it out, and refuses one of another key.
func publish(d disk, dir string, k keys) error {
	path := filepath.Join(dir, pubFile)
	b, err := d.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return place(d, dir, pubFile, k.vkey+"\n")
	}
	if err != nil {
		return unwritable("open", path, err)
	}
	if strings.TrimSpace(string(b)) != k.vkey {
		return &Error{Op: "open", Where: path, Kind: ErrBroken, Err: errors.New("not the public half of the signing key"),
			Hint: "one of the two was replaced: compare with a pinned verifier key or an anchor"}
	}
	return nil
}

// newKeys makes a key pair. Its name is the log's origin: the host, for
// people, and a random part, so that no two logs share one.
func newKeys(d disk, dir, host string) (keys, error) {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return keys{}, unwritable("make key", dir, err)
	}
	skey, _, err := note.GenerateKey(rand.Reader, "weir-audit/"+plainHost(host)+"/"+hex.EncodeToString(id[:]))
	if err != nil {
		return keys{}, unwritable("make key", dir, err)
	}
	k, err := parseKeys(skey)
	if err != nil {
		return keys{}, unwritable("make key", dir, err)
	}
	// The public half goes second: a key.pub without key would be an orphan.
	if err := place(d, dir, keyFile, skey+"\n"); err != nil {
		return keys{}, err
	}
	if err := d.Remove(filepath.Join(dir, pubFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return keys{}, unwritable("make key", dir, err)
	}
	return k, place(d, dir, pubFile, k.vkey+"\n")
}

// parseKeys derives the verifier from the signer key "PRIVATE+KEY+name+hash+data".
func parseKeys(skey string) (keys, error) {
	s, err := note.NewSigner(skey)
	if err != nil {
		return keys{}, fmt.Errorf("signing key: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(skey[strings.LastIndex(skey, s.Name()+"+")+len(s.Name())+10:])
	if err != nil || len(seed) != 1+ed25519.SeedSize || plainHost(s.Name()) != s.Name() {
		return keys{}, errors.New("signing key: malformed")
	}
	pub := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(s.Name(), pub)
	if err != nil {
		return keys{}, fmt.Errorf("signing key: %w", err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return keys{}, fmt.Errorf("signing key: %w", err)
	}
	return keys{signer: s, verifier: v, vkey: vkey}, nil
}

// HostOf is how the origins of all logs of an origin's host begin; without an
// origin, of this host.
func HostOf(origin string) string {
	if i := strings.LastIndexByte(origin, '/'); i >= 0 {
		return origin[:i+1]
	}
	host, err := os.Hostname()
	if err != nil {
		host = unknownHost
	}
	return "weir-audit/" + plainHost(host) + "/"
}

const unknownHost = "unknown-host"

// plainHost keeps what needs no quoting anywhere.
func plainHost(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/", r) {
			return r
		}
		return '-'
	}, s)
}

// place writes a small file so that it is there whole or not at all.
func place(d disk, dir, name, content string) error {
	path, tmp := filepath.Join(dir, name), filepath.Join(dir, name+".tmp")
	fail := func(err error) error { return unwritable("make key", path, err) }
	if err := d.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	f, err := d.Create(tmp)
	if err != nil {
		return fail(err)
	}
	_, err = f.Write([]byte(content))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fail(err)
	}
	if err := d.Rename(tmp, path); err != nil {
		return fail(err)
	}
	if err := d.SyncDir(dir); err != nil {
		return fail(err)
	}
	return nil
}

// loadVerifier reads the public key for reading and verifying.
func loadVerifier(d disk, dir string) (note.Verifier, string, error) {
	path := filepath.Join(dir, pubFile)
	b, err := d.ReadFile(path)
	if err != nil {
		kind := ErrUnwritable
		if errors.Is(err, fs.ErrNotExist) {
			kind = ErrBroken
		}
		return nil, "", &Error{Op: "read", Where: path, Kind: kind, Err: err, Hint: "the public key belongs beside the segments; the next change writes it again if the signing key is there"}
	}
	vkey := strings.TrimSpace(string(b))
	v, err := note.NewVerifier(vkey)
	if err == nil && plainHost(v.Name()) != v.Name() {
		err = errors.New("name of the key has odd characters")
	}
	if err != nil {
		return nil, "", &Error{Op: "read", Where: path, Kind: ErrBroken, Err: err, Hint: "the public key was changed: put it back from a backup or from config"}
	}
	return v, vkey, nil
}
