package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Verified is what the kernel says about the process that appended. A nil
// field is unknown.
type Verified struct {
	UID int `json:"uid"` // real user id; 0 after sudo
	// LoginUID is the user id the session began with, kept by the kernel
	// through sudo and su (/proc/self/loginuid); nil where the audit subsystem
	// never set it.
	LoginUID *int64  `json:"login_uid"`
	Host     *string `json:"host"`
	TTY      *string `json:"tty"` // controlling terminal, such as pts/3; "none" without one
	PID      int     `json:"pid"`
}

// Claimed is what the environment and the caller say: anyone who may run weir
// can set it to anything. Keys: sudo_user, sudo_uid, ssh_connection, ssh_tty,
// ssh_key (SHA256 fingerprint), user, kafka_principal; one that wasn't set is
// absent.
type Claimed map[string]string

// maxClaim bounds a claimed value, in bytes.
const maxClaim = 256

// Who is the author of the entries of this process.
type Who struct {
	Verified Verified
	Claimed  Claimed
}

// Identify finds out who runs this process. The Kafka principal, as far as the
// caller knows it, is added to the claims when it isn't empty.
func Identify(kafkaPrincipal string) Who {
	return identify("/proc", os.Getenv, os.ReadFile, kafkaPrincipal)
}

func identify(proc string, env func(string) string, read func(string) ([]byte, error), principal string) Who {
	w := Who{Verified: Verified{UID: os.Getuid(), PID: os.Getpid()}, Claimed: Claimed{}}
	if h, err := os.Hostname(); err == nil {
		w.Verified.Host = &h
	}
	if b, err := read(filepath.Join(proc, "self/loginuid")); err == nil {
		w.Verified.LoginUID = parseLoginUID(b)
	}
	if b, err := read(filepath.Join(proc, "self/stat")); err == nil {
		w.Verified.TTY = parseTTY(b)
	}
	for key, name := range map[string]string{
		"sudo_user": "SUDO_USER", "sudo_uid": "SUDO_UID", "ssh_connection": "SSH_CONNECTION",
		"ssh_tty": "SSH_TTY", "user": "USER",
	} {
		w.claim(key, env(name))
	}
	if path := env("SSH_USER_AUTH"); path != "" {
		if b, err := read(path); err == nil {
			w.claim("ssh_key", sshKey(b))
		}
	}
	w.claim("kafka_principal", principal)
	return w
}

func (w *Who) claim(key, value string) {
	if value == "" {
		return
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	if len(value) > maxClaim {
		value = strings.ToValidUTF8(value[:maxClaim], "") + "…"
	}
	w.Claimed[key] = value
}

// parseLoginUID gives nil for the kernel's "never set" (2³²−1) and for what
// isn't a number.
func parseLoginUID(b []byte) *int64 {
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 32)
	if err != nil || n == 1<<32-1 {
		return nil
	}
	uid := int64(n)
	return &uid
}

// parseTTY reads tty_nr, the fifth field after the command in /proc/PID/stat
// (proc(5)); the command may itself hold spaces and brackets.
func parseTTY(stat []byte) *string {
	i := bytes.LastIndexByte(stat, ')')
	fields := bytes.Fields(stat[i+1:])
	if i < 0 || len(fields) < 5 {
		return nil
	}
	n, err := strconv.ParseInt(string(fields[4]), 10, 64)
	if err != nil {
		return nil
	}
	dev := uint64(uint32(n))
	major, minor := dev>>8&0xfff, dev&0xff|dev>>12&0xfff00
	name := fmt.Sprintf("%d:%d", major, minor)
	switch {
	case dev == 0:
		name = "none"
	case major >= 136 && major <= 143: // Unix98 pseudo terminals
		name = fmt.Sprintf("pts/%d", (major-136)<<8+minor)
	case major == 4 && minor < 64:
		name = fmt.Sprintf("tty%d", minor)
	case major == 4:
		name = fmt.Sprintf("ttyS%d", minor-64)
	}
	return &name
}

// sshKey gives the fingerprint of the first public key in the file that sshd
// leaves with ExposeAuthInfo, "" if there is none.
func sshKey(b []byte) string {
	sc := bufio.NewScanner(bytes.NewReader(b))
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		if len(f) < 3 || f[0] != "publickey" {
			continue
		}
		if blob, err := base64.StdEncoding.DecodeString(f[2]); err == nil {
			sum := sha256.Sum256(blob)
			return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
		}
	}
	return ""
}
