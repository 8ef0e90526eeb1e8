package cli

import (
	"errors"
	"os"
	"sync"
	"time"

	"weir/internal/config"
	"weir/internal/engine"
	"weir/internal/store"
	"weir/lag/state"
)

// habitsName is where the state directory keeps what was learned of groups: how rarely they commit, and come and go.
const habitsName = "habits.json"

// habits are what earlier watches have learned of groups, and what this one learns. What can't be read or written never
// keeps a command from what it is for: one line says so.
type habits struct {
	app  *app
	mu   sync.Mutex
	book state.HabitBook
	owed map[string]error // by cluster, why what was learned is not kept yet
}

// recollect lets the sources go by what was learned before, and keep what they learn. Of the embedded cluster nothing is kept:
// each is a new one.
func (a *app) recollect(clusters []config.Cluster, sources []engine.Source) *habits {
	h := &habits{app: a}
	for i, c := range clusters {
		if config.IsDemo(c.Name) {
			continue
		}
		if h.book == nil {
			h.book = h.first()
		}
		sources[i].Recall = func(id string) []state.Habit {
			h.mu.Lock()
			defer h.mu.Unlock()
			return append([]state.Habit(nil), h.book[id]...)
		}
		sources[i].Learned = h.learned
	}
	return h
}

// first reads the book at the start.
func (h *habits) first() state.HabitBook {
	dir, err := store.Dir(h.app.Getenv)
	if err != nil {
		return state.HabitBook{} // who has no state directory has nothing in it
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return state.HabitBook{}
	}
	book, err := h.read()
	if err != nil {
		h.app.note("%v; how rarely groups commit is learned anew", err)
	}
	return book
}

// read reads the book as it is now; it is never nil.
func (h *habits) read() (state.HabitBook, error) {
	dir, err := h.app.store()
	if err != nil {
		return state.HabitBook{}, err
	}
	text, err := dir.Kept(habitsName)
	if err != nil {
		return state.HabitBook{}, err
	}
	book, err := state.ParseHabits(text)
	if err != nil {
		err = errUnread{dir.Path(habitsName), err}
	}
	return book, err
}

// errUnread is a file whose text can't be read as what it should be.
type errUnread struct {
	path string
	err  error
}

// Error says which, and why.
func (e errUnread) Error() string { return e.path + ": " + e.err.Error() }

// Unwrap is why.
func (e errUnread) Unwrap() error { return e.err }

// learned puts what a watch has learned beside what is kept, which other processes may have written since.
func (h *habits) learned(id string, hs []state.Habit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.owed == nil {
		h.owed = map[string]error{}
	}
	if err := h.keep(id, hs); err != nil {
		h.owed[id] = err
	} else {
		delete(h.owed, id)
	}
}

func (h *habits) keep(id string, hs []state.Habit) error {
	if !h.book.Take(id, hs) && h.owed[id] == nil {
		return nil
	}
	dir, err := h.app.store()
	if err != nil {
		return err
	}
	book, err := h.read()
	if _, broken := errors.AsType[errUnread](err); err != nil && (!broken || errors.Is(err, state.ErrNewerHabits)) {
		return err // what is there is not written over
	}
	book.Take(id, hs)
	return dir.Keep(habitsName, book.Text(time.Now()))
}

// tell says, once the watch is over, that not all of it is remembered.
func (h *habits) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, err := range h.owed {
		h.app.note("what was learned of groups is not remembered: %v", err)
		return // of several clusters it is the same
	}
}
