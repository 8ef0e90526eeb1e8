package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// lines is a real sshd on loopback, with a host key, a port and an account key of its own.
type lines struct {
	dir, ssh, port string
}

// newLines starts it, and ends it with the test. Without OpenSSH the test is skipped with a sentence, or failed where real
// programs are required.
func newLines(t *testing.T) *lines {
	t.Helper()
	l := &lines{dir: t.TempDir()}
	daemon := needOpenSSH(t, "sshd", "/usr/sbin/sshd")
	l.ssh = needOpenSSH(t, "ssh")
	keygen := needOpenSSH(t, "ssh-keygen")
	for _, key := range []string{"host", "person"} {
		if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", l.path(key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	if os.Geteuid() == 0 { // only root needs the folder in which sshd gives up its rights
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // the port may be taken by somebody else before sshd does
		if l.listen(t, daemon) {
			return l
		}
	}
	t.Fatal("sshd does not start")
	return nil
}

func needOpenSSH(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				return path
			}
		}
	}
	if os.Getenv("WEIR_REQUIRE_REAL") == "1" {
		t.Fatalf("no %s here: install openssh-server and openssh-client", names[0])
	}
	t.Skipf("no %s here: install openssh-server and openssh-client", names[0])
	return ""
}

func (l *lines) path(name string) string { return filepath.Join(l.dir, name) }

// listen starts sshd on a free port and waits until it listens.
func (l *lines) listen(t *testing.T, daemon string) bool {
	t.Helper()
	free := listen(t)
	_, l.port, _ = net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	conf := fmt.Sprintf("ListenAddress 127.0.0.1:%s\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPrintMotd no\n",
		l.port, l.path("host"), l.path("person.pub"))
	if err := os.WriteFile(l.path("sshd_config"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(daemon, "-D", "-e", "-f", l.path("sshd_config"))
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r, log := bufio.NewReader(said), strings.Builder{}
	for {
		s, err := r.ReadString('\n')
		log.WriteString(s)
		if strings.Contains(s, "Server listening") {
			break
		}
		if err != nil {
			_ = cmd.Wait()
			t.Logf("sshd: %s", log.String())
			return false
		}
	}
	heard := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, r); close(heard) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-heard // sshd and all its sessions have ended
		_ = cmd.Wait()
	})
	return true
}

// command is the ssh client that runs a shell line on a terminal at the other end.
func (l *lines) command(t *testing.T, line string) *exec.Cmd {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(l.ssh, "-F", "none", "-tt", "-p", l.port, "-i", l.path("person"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", me.Username+"@127.0.0.1", line)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "SSH_AUTH_SOCK=")
	return cmd
}
