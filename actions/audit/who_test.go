package audit

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestIdentify(t *testing.T) {
	files := map[string]string{
		"/proc/self/loginuid": "1000\n",
		"/proc/self/stat":     "42 (we (ir) x) S 1 42 42 34819 42 4194560 1",
		"/run/auth":           "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\npassword\n",
	}
	read := func(p string) ([]byte, error) {
		if s, ok := files[p]; ok {
			return []byte(s), nil
		}
		return nil, errors.New("none")
	}
	env := map[string]string{
		"SUDO_USER": "kim", "SUDO_UID": "1000", "SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22", "SSH_TTY": "/dev/pts/3",
		"USER": strings.Repeat("ü", 200), "SSH_USER_AUTH": "/run/auth",
	}
	w := identify("/proc", func(k string) string { return env[k] }, read, "User:kim\xff")
	if w.Verified.UID != os.Getuid() || w.Verified.PID != os.Getpid() || *w.Verified.LoginUID != 1000 || *w.Verified.TTY != "pts/3" || w.Verified.Host == nil {
		t.Errorf("%+v", w.Verified)
	}
	for k, want := range map[string]string{
		"sudo_user": "kim", "sudo_uid": "1000", "ssh_connection": "10.0.0.1 5 10.0.0.2 22", "ssh_tty": "/dev/pts/3",
		"kafka_principal": "User:kim\uFFFD", "user": strings.Repeat("ü", 128) + "…",
		"ssh_key": "SHA256:" + "mvDQ1DJDLI2IDaVGjBFD1SxyoqsHXSXYFVHGREFUPMs",
	} {
		if k == "ssh_key" {
			if !strings.HasPrefix(w.Claimed[k], "SHA256:") || len(w.Claimed[k]) != 7+43 {
				t.Errorf("%s = %q", k, w.Claimed[k])
			}
		} else if w.Claimed[k] != want {
			t.Errorf("%s = %q, want %q", k, w.Claimed[k], want)
		}
	}
	none := identify("/proc", func(string) string { return "" }, func(string) ([]byte, error) { return nil, errors.New("none") }, "")
	if none.Verified.LoginUID != nil || none.Verified.TTY != nil || len(none.Claimed) != 0 {
		t.Errorf("unknown is not unknown: %+v", none)
	}
	if real := Identify(""); real.Verified.PID != os.Getpid() {
		t.Errorf("%+v", real)
	}
}

func TestParseLoginUID(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "1000\n": 1000, "4294967295": -1, "": -1, "-1": -1, "x": -1} {
		got := parseLoginUID([]byte(in))
		if want < 0 && got != nil || want >= 0 && (got == nil || *got != want) {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestParseTTY(t *testing.T) {
	for in, want := range map[string]string{
		"1 (a) S 1 1 1 0 x": "none", "1 (a) S 1 1 1 34816 x": "pts/0", "1 (a) S 1 1 1 1025 x": "tty1",
		"1 (a) S 1 1 1 1088 x": "ttyS0", "1 (a) S 1 1 1 34837 x": "pts/21", "1 (a) S 1 1 1 1048832 x": "1:256",
		"": "", "1 (a) S": "", "1 (a) S 1 1 1 x x": "",
	} {
		got := parseTTY([]byte(in))
		if want == "" && got != nil || want != "" && (got == nil || *got != want) {
			t.Errorf("%q: %v, want %q", in, got, want)
		}
	}
}

func TestSSHKey(t *testing.T) {
	for _, in := range []string{"", "password\n", "publickey ssh-rsa\n", "publickey ssh-rsa !!!\n"} {
		if got := sshKey([]byte(in)); got != "" {
			t.Errorf("%q: %q", in, got)
		}
	}
}
