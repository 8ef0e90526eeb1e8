package tui

import (
	"weir/lag"
)

// view is one screen. It is a plain struct: it takes snapshots, draws itself, and answers a key with an intent. It does
// nothing itself.
type view interface {
	place() place
	crumbs(*snap) []string // from the root; not made safe
	// sync takes in a new snapshot. It is called before draw whenever something may have changed.
	sync(*snap)
	// draw returns at most h lines for the rows between the header and the keys, and what stands at the right of the keys.
	draw(s *snap, w, h int) (lines []line, position string)
	// do answers a key that works here.
	do(s *snap, v verb) intent
	// command is the shell's way to the same.
	command(*snap) []string
	// focus is what is looked at closely.
	focus(*snap) []lag.Ref
}

// filtered is a view with a filter.
type filtered interface {
	view
	// setFilter compiles an expression; the view keeps the old one on an error.
	setFilter(s *snap, expr string) error
	filter() string
}

// subject is a view that can describe what is under its cursor.
type subject interface {
	// describe returns pages of one item: as fields for a person, or raw.
	describe(s *snap, raw bool) (title string, body []string, ok bool)
}

// markdowned is a view that copies as Markdown in a form of its own.
type markdowned interface{ markdown(*snap) string }

// typist is a view that takes in text. Keys go to it first; it takes those it has a use for where its cursor stands.
type typist interface {
	view
	typeKey(s *snap, name, text string) (i intent, taken bool)
	pasted(s *snap, text string) intent
}

// intent is what a view asks for.
type intent interface{ intent() }

// openView asks for a view on top of this one.
type openView struct{ v view }

// replaceView asks for a view in place of this one.
type replaceView struct{ v view }

// say asks for a word in the footer, until the next key.
type say struct{ why string }

// runVerb asks for what another key does.
type runVerb struct{ v verb }

func (openView) intent()    {}
func (replaceView) intent() {}
func (say) intent()         {}
func (runVerb) intent()     {}
