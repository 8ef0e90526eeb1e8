package tui

import (
	"os"
	"sync"
)

// keyboard is the terminal's end that keys come from. When the terminal is gone, as when a line drops, reading from it
// fails; a shell in between may keep the signal that says so to itself, and the layer above goes on as if nobody typed.
type keyboard struct {
	*os.File
	escapes escapes
	once    sync.Once
	gone    func()
}

// Read reads keys, and tells once when none can come any more.
func (k *keyboard) Read(b []byte) (int, error) {
	n, err := k.File.Read(b)
	if err != nil {
		k.once.Do(k.gone)
		return n, err
	}
	return k.escapes.told(k.File, b, n), nil
}
