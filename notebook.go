package main

import (
	"time"

	"weir/internal/store"
	"weir/tui"
)

// notebook keeps the console's marks where weir mark keeps them.
type notebook struct {
	dir *store.Store
	by  string
}

// Since reads the marks from a moment on.
func (n notebook) Since(since time.Time) ([]tui.Mark, error) {
	found, err := n.dir.Marks(since)
	var out []tui.Mark
	for _, m := range found.Marks {
		out = append(out, tui.Mark{At: m.At, Text: m.Text, By: m.By, Cluster: m.Cluster})
	}
	return out, err
}

// Set notes this moment.
func (n notebook) Set(cluster, text string) (tui.Mark, error) {
	m := store.Mark{At: time.Now(), Text: text, By: n.by, Cluster: cluster}
	return tui.Mark{At: m.At, Text: m.Text, By: m.By, Cluster: m.Cluster}, n.dir.AppendMark(m)
}
