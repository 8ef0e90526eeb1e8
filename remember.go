package main

import (
	"errors"

	"weir/internal/store"
	"weir/tui"
)

// settingsName is where the console's settings are kept in the state directory.
const settingsName = "console.json"

// pastName is where the lines are kept that : took.
const pastName = "console.past"

// remember gives the console what a person chose before, and where to keep what is chosen. Settings that can't be read
// never stop it: they are set aside, and one line says so.
func remember(o *tui.Options, dir *store.Store) {
	raw, err := dir.Kept(settingsName)
	if err != nil {
		o.Said = "no settings: " + err.Error()
		return // what is there is not written over
	}
	o.Settings, err = tui.ParseSettings(raw)
	switch {
	case errors.Is(err, tui.ErrNewer):
		o.Said = err.Error() + ": not read, and not written over"
		return
	case err != nil:
		aside, moved := dir.SetAside(settingsName)
		if moved != nil {
			o.Said = err.Error() + ", and " + moved.Error()
			return
		}
		o.Said = err.Error() + "; the file is kept as " + aside
	}
	o.Keep = func(b []byte) error { return dir.Keep(settingsName, b) }
}

// recall gives the console what : took in earlier sessions, and where to keep more of it. What can't be read is nothing.
func recall(o *tui.Options, dir *store.Store) {
	raw, err := dir.Kept(pastName)
	if err != nil {
		return // what is there is not written over
	}
	o.Past = tui.ParsePast(raw)
	o.KeepPast = func(line string) error {
		raw, err := dir.Kept(pastName) // another console may have kept some
		if err != nil {
			return err
		}
		return dir.Keep(pastName, tui.EncodePast(append(tui.ParsePast(raw), line)))
	}
}
