package tui

// verb is what a key does.
type verb uint8

const (
	vNone verb = iota
	vOpen
	vEsc
	vBack
	vView // a number key
	vPalette
	vQuit
	vInterrupt
	vSuspend
	vUp
	vDown
	vFirst
	vLast
	vPageUp
	vPageDown
	vHalfUp
	vHalfDown
	vPanel
	vPanelBack
	vLeft
	vRight
	vFilter
	vTroubles
	vFolded
	vByName
	vByLag
	vByRate
	vByAge
	vByState
	vSort
	vWide
	vSpan
	vDescribe
	vRaw
	vCopy
	vCommand
	vUTC
	vFreeze
	vHelp
	vAct
	vMark
	vUndo
	vReadNow
	vSlower
	vFaster
	vEarlier
	vLater
	vMoment
	vRecord
)

// place is a kind of view, as a bit of the set in which a key works.
type place uint32

const (
	atOverview place = 1 << iota
	atGroups
	atGroup
	atTopics
	atTopic
	atBrokers
	atEvents
	atPositions
	atText
	atHelp
	atBroker
	atPeek

	lists    = atGroups | atTopics | atBrokers | atBroker | atEvents | atPositions | atTopic
	cursored = lists | atOverview | atGroup | atHelp
	anywhere = ^place(0)
)

// section is a block of the help.
type section uint8

const (
	secGo section = iota
	secMove
	secLook
	secFind
	secOrder
	secAct
	numSections
)

var sectionNames = [numSections]string{"go", "move", "look", "find", "order", "act"}

// binding is one thing a key does. The table of them makes the dispatch, the footer, the help and docs/keys.md.
type binding struct {
	verb    verb
	keys    []string // as the terminal layer names them
	shown   string   // as printed
	label   string   // in the footer
	help    string
	section section
	in      place
	foot    int    // place in the footer, from 1; 0: not there
	not     string // why it doesn't work elsewhere
}

const listsOnly = "that works on lists"

var bindings = []binding{
	{vOpen, []string{"enter"}, "Enter", "open", "open what is under the cursor", secGo, cursored | atPeek, 1, "there is nothing here to open"},
	{vEsc, []string{"esc"}, "Esc", "back", "close, clear the filter, climb", secGo, anywhere, 0, ""},
	{vBack, []string{"-"}, "-", "back", "the last view", secGo, anywhere, 11, ""},
	{vEarlier, []string{"["}, "[", "earlier", "the view before, as often as there is one", secGo, anywhere, 0, ""},
	{vLater, []string{"]"}, "]", "later", "the view after that", secGo, anywhere, 0, ""},
	{vView, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, "1-9", "views", "overview, groups, topics, brokers, events", secGo, anywhere, 2, ""},
	{vPalette, []string{":"}, ":", "view", "any view by its name", secGo, anywhere, 0, ""},
	{vQuit, []string{"q"}, "q", "quit", "back; at the root, quit", secGo, anywhere, 0, ""},
	{vInterrupt, []string{"ctrl+c"}, "ctrl+c", "quit", "quit at once", secGo, anywhere, 0, ""},
	{vSuspend, []string{"ctrl+z"}, "ctrl+z", "suspend", "to the shell; fg comes back", secGo, anywhere, 0, ""},

	{vDown, []string{"j", "down"}, "j ↓", "down", "down", secMove, anywhere, 0, ""},
	{vUp, []string{"k", "up"}, "k ↑", "up", "up", secMove, anywhere, 0, ""},
	{vFirst, []string{"g", "home"}, "g", "first", "first", secMove, anywhere, 0, ""},
	{vLast, []string{"G", "end"}, "G", "last", "last", secMove, anywhere, 0, ""},
	{vHalfDown, []string{"ctrl+d"}, "ctrl+d", "half down", "half a page down", secMove, anywhere, 0, ""},
	{vHalfUp, []string{"ctrl+u"}, "ctrl+u", "half up", "half a page up", secMove, anywhere, 0, ""},
	{vPageDown, []string{"pgdown", "ctrl+f"}, "PgDn", "page down", "a page down", secMove, anywhere, 0, ""},
	{vPageUp, []string{"pgup"}, "PgUp", "page up", "a page up", secMove, anywhere, 0, ""},
	{vPanel, []string{"tab"}, "Tab", "next panel", "next panel; of a record, the next form", secMove, atGroup | atPeek, 4, "there is one panel here"},
	{vPanelBack, []string{"shift+tab"}, "shift+Tab", "last panel", "the panel before", secMove, atGroup | atPeek, 0, "there is one panel here"},

	{vFilter, []string{"/"}, "/", "filter", "filter, as --filter: x  !x  lag>1e5  state=stalled", secFind, lists | atHelp, 3, listsOnly},
	{vTroubles, []string{"!"}, "!", "troubles", "only troubles", secFind, atOverview | atGroups | atPositions | atBroker, 5, "only groups and partitions have states"},
	{vFolded, []string{"f"}, "f", "folded", "show what is folded away", secFind, atGroups, 0, "only groups are folded away"},

	{vByLag, []string{"L"}, "L", "lag", "order by lag", secOrder, atGroups | atPositions, 6, "there is no lag here to order by"},
	{vByName, []string{"N"}, "N", "name", "order by name", secOrder, lists, 7, listsOnly},
	{vByRate, []string{"R"}, "R", "rate", "order by rate", secOrder, atGroups | atTopics | atPositions, 0, "there is no rate here to order by"},
	{vByAge, []string{"A"}, "A", "since", "order by how long it is so", secOrder, atGroups | atPositions, 0, "nothing here has an age"},
	{vByState, []string{"E"}, "E", "gravest", "gravest first", secOrder, atGroups | atPositions, 0, "nothing here has a state"},
	{vLeft, []string{"left", "h"}, "←", "column", "choose a column; in the map, a cell back; of records, those before", secOrder, lists | atGroup | atPeek, 0, listsOnly},
	{vRight, []string{"right", "l"}, "→", "column", "choose a column; in the map, a cell on; of records, those after", secOrder, lists | atGroup | atPeek, 0, listsOnly},
	{vSort, []string{"O"}, "O", "sort", "sort by the column; again reverses", secOrder, lists | atOverview, 8, listsOnly},

	{vRecord, []string{"r"}, "r", "record", "read the record at the committed offset; of a topic, the newest", secLook, atGroup | atPositions | atTopic, 2, "records are read from a group, its partitions, or a topic"},
	{vDescribe, []string{"d"}, "d", "describe", "all that is known, field by field", secLook, cursored &^ atHelp, 9, "there is nothing here to describe"},
	{vRaw, []string{"y"}, "y", "raw", "raw JSON, as -o json", secLook, cursored &^ atHelp, 0, "there is nothing here to show raw"},
	{vWide, []string{"w"}, "w", "wide", "the columns that did not fit", secLook, lists, 0, listsOnly},
	{vSpan, []string{"s"}, "s", "span", "the chart: an hour, or ten minutes", secLook, atGroup, 10, "the chart is on a group's page"},
	{vUTC, []string{"t"}, "t", "UTC", "UTC or local time", secLook, anywhere, 0, ""},
	{vFreeze, []string{"p"}, "p", "freeze", "freeze; again goes on", secLook, anywhere, 0, ""},
	{vReadNow, []string{"ctrl+r", "f5"}, "ctrl+r", "read now", "read all anew, now", secLook, anywhere, 0, ""},
	{vSlower, []string{">"}, ">", "slower", "read less often", secLook, anywhere, 0, ""},
	{vFaster, []string{"<"}, "<", "faster", "read more often, every 2 s at most", secLook, anywhere, 0, ""},
	{vHelp, []string{"?", "f1"}, "?", "help", "this", secLook, anywhere, 99, ""},

	{vAct, []string{"a"}, "a", "act", "what can be done here", secAct, anywhere, 0, ""},
	{vMoment, []string{"m"}, "m", "mark", "note this moment, as weir mark does", secAct, anywhere &^ atHelp, 13, "esc closes the help first"},
	{vCommand, []string{"@"}, "@", "command", "the command line that shows the same; copies it", secAct, anywhere &^ atHelp, 0, "the help has no command line of its own"},
	{vCopy, []string{"c"}, "c", "copy", "copy this view as Markdown", secAct, anywhere &^ atHelp, 12, "the help is docs/keys.md"},
	{vMark, []string{"space"}, "Space", "mark", "mark rows", secAct, 0, 0, "marking rows serves actions, which this screen doesn't have yet"},
	{vUndo, []string{"z"}, "z", "undo", "undo a run", secAct, 0, 0, "no run was started here, so there is nothing to undo"},
}

// byKey finds a key's binding.
var byKey = func() map[string]*binding {
	out := map[string]*binding{}
	for i := range bindings {
		for _, k := range bindings[i].keys {
			out[k] = &bindings[i]
		}
	}
	return out
}()

// works reports whether a binding does something in a view.
func (b *binding) works(p place) bool { return b.in&p != 0 }
