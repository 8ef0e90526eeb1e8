//go:build unix

package config

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// readableByOthers says what to do when somebody else than the one who runs weir (or root) can read the file, "" when
// nobody can.
func readableByOthers(path string, info fs.FileInfo) string {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Sprintf("others can read the file (mode %#o): run chmod 600 %s", mode, shellQuote(path))
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "its owner can't be told"
	}
	if uid := int(st.Uid); uid != 0 && uid != os.Geteuid() {
		return fmt.Sprintf("the file belongs to another user (uid %d): run chown %d %s", uid, os.Geteuid(), shellQuote(path))
	}
	return ""
}
