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
	vMarkTo
	vUndo
	vReadNow
	vSlower
	vFaster
	vEarlier
	vLater
	vMoment
	vRecord
	vMine
	vAgain
	vSave
	vGoOn
	vSettle
	vLeave
	vStop
	vVerify
	vBroken
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
	atMenu
	atForm
	atPlan
	atConsent
	atRun
	atRuns
	atAudit
	atClusters

	lists    = atGroups | atTopics | atBrokers | atBroker | atEvents | atPositions | atTopic | atPlan | atRuns | atAudit
	cursored = lists | atOverview | atGroup | atHelp | atRun | atClusters
	targets  = atOverview | atGroups | atGroup | atPositions | atTopics | atTopic | atBrokers | atBroker | atPeek // what can be acted on
	acting   = atMenu | atForm | atPlan | atConsent                                                               // on the way to a change: nothing is changed by leaving
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
	{vOpen, []string{"enter"}, "Enter", "open", "open what is under the cursor", secGo, cursored&^atPlan | atPeek, 1, "there is nothing here to open"},
	{vOpen, []string{"enter"}, "Enter", "form", "the form of the action under the cursor", secAct, atMenu, 1, "there is nothing here to open"},
	{vOpen, []string{"enter"}, "Enter", "plan (only reads)", "make the plan; it only reads", secAct, atForm, 1, "there is nothing here to open"},
	{vOpen, []string{"enter"}, "Enter", "consent", "ask for consent to the plan", secAct, atPlan, 1, "there is nothing here to open"},
	{vOpen, []string{"enter"}, "Enter", "applies", "apply, once all that is asked for is typed", secAct, atConsent, 1, "there is nothing here to open"},
	{vEsc, []string{"esc"}, "Esc", "back", "close, clear the filter, climb", secGo, anywhere &^ acting, 6, ""},
	{vEsc, []string{"esc"}, "Esc", "back, nothing changed", "back, with nothing changed", secAct, acting, 2, ""},
	{vBack, []string{"-"}, "-", "back", "the last view", secGo, anywhere &^ acting, 0, "Esc goes back, with nothing changed"},
	{vEarlier, []string{"["}, "[", "earlier", "the view before, as often as there is one", secGo, anywhere, 0, ""},
	{vLater, []string{"]"}, "]", "later", "the view after that", secGo, anywhere, 0, ""},
	{vView, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"}, "0-9", "views", "overview, groups, topics, brokers, events; 8 runs, 9 audit, 0 clusters", secGo, anywhere &^ (atForm | atConsent), 5, "digits are typed here; : goes to a view"},
	{vPalette, []string{":"}, ":", "view", "any view by its name", secGo, anywhere, 0, ""},
	{vQuit, []string{"q"}, "q", "quit", "back; at the root, quit", secGo, anywhere, 0, ""},
	{vInterrupt, []string{"ctrl+c"}, "ctrl+c", "quit", "stop the run under way; without one, quit at once", secGo, anywhere, 0, ""},
	{vSuspend, []string{"ctrl+z"}, "ctrl+z", "suspend", "to the shell; fg comes back", secGo, anywhere, 0, ""},

	{vDown, []string{"j", "down"}, "j ↓", "down", "down", secMove, anywhere, 0, ""},
	{vUp, []string{"k", "up"}, "k ↑", "up", "up", secMove, anywhere, 0, ""},
	{vFirst, []string{"g", "home"}, "g", "first", "first", secMove, anywhere, 0, ""},
	{vLast, []string{"G", "end"}, "G", "last", "last", secMove, anywhere, 0, ""},
	{vHalfDown, []string{"ctrl+d"}, "ctrl+d", "half down", "half a page down", secMove, anywhere, 0, ""},
	{vHalfUp, []string{"ctrl+u"}, "ctrl+u", "half up", "half a page up", secMove, anywhere, 0, ""},
	{vPageDown, []string{"pgdown", "ctrl+f"}, "PgDn", "page down", "a page down", secMove, anywhere, 0, ""},
	{vPageUp, []string{"pgup"}, "PgUp", "page up", "a page up", secMove, anywhere, 0, ""},
	{vPanel, []string{"tab"}, "Tab", "panel", "next panel; of a record, the next form", secMove, atGroup | atPeek, 4, "there is one panel here"},
	{vPanelBack, []string{"shift+tab"}, "shift+Tab", "last panel", "the panel before", secMove, atGroup | atPeek, 0, "there is one panel here"},

	{vFilter, []string{"/"}, "/", "filter", "filter, as --filter: x  !x  lag>1e5  state=stalled", secFind, lists | atHelp, 3, listsOnly},
	{vTroubles, []string{"!"}, "!", "troubles", "only troubles", secFind, atOverview | atGroups | atPositions | atBroker | atRuns, 4, "only groups, partitions and runs have states"},
	{vMine, []string{"M"}, "M", "mine", "only one's own groups, by their owner: :set mine=OWNER", secFind, atGroups, 0, "only groups have owners"},
	{vFolded, []string{"f"}, "f", "folded", "show what is folded away", secFind, atGroups, 0, "only groups are folded away"},

	{vByLag, []string{"L"}, "L", "lag", "order by lag", secOrder, atGroups | atPositions, 10, "there is no lag here to order by"},
	{vByName, []string{"N"}, "N", "name", "order by name", secOrder, lists, 11, listsOnly},
	{vByRate, []string{"R"}, "R", "rate", "order by rate", secOrder, atGroups | atTopics | atPositions, 0, "there is no rate here to order by"},
	{vByAge, []string{"A"}, "A", "since", "order by age in the state", secOrder, atGroups | atPositions, 0, "nothing here has an age"},
	{vByState, []string{"E"}, "E", "gravest", "gravest first", secOrder, atGroups | atPositions, 0, "nothing here has a state"},
	{vLeft, []string{"left", "h"}, "←", "column", "choose a column; in the map, a cell back; of records, those before", secOrder, lists | atGroup | atPeek, 0, listsOnly},
	{vRight, []string{"right", "l"}, "→", "column", "choose a column; in the map, a cell on; of records, those after", secOrder, lists | atGroup | atPeek, 0, listsOnly},
	{vSort, []string{"O"}, "O", "sort", "sort by the column; again reverses", secOrder, lists | atOverview, 8, listsOnly},

	{vRecord, []string{"r"}, "r", "record", "read the record at the committed offset; of a topic, the newest", secLook, atGroup | atPositions | atTopic, 2, "records are read from a group, its partitions, or a topic"},
	{vBroken, []string{"n"}, "n", "next broken", "the next record that begins as JSON and is not whole", secLook, atPeek, 2, "that works on records"},
	{vDescribe, []string{"d"}, "d", "describe", "all that is known, field by field", secLook, cursored&^atHelp | atPeek, 9, "there is nothing here to describe"},
	{vRaw, []string{"y"}, "y", "raw", "raw JSON, as -o json", secLook, cursored&^atHelp | atPeek, 0, "there is nothing here to show raw"},
	{vWide, []string{"w"}, "w", "wide", "the columns that did not fit", secLook, lists, 0, listsOnly},
	{vSpan, []string{"s"}, "s", "span", "the chart: an hour, or ten minutes", secLook, atGroup, 10, "the chart is on a group's page"},
	{vUTC, []string{"t"}, "t", "UTC", "UTC or local time", secLook, anywhere, 0, ""},
	{vFreeze, []string{"p"}, "p", "freeze", "freeze; again goes on", secLook, anywhere, 0, ""},
	{vReadNow, []string{"ctrl+r", "f5"}, "ctrl+r", "read now", "read all anew, now", secLook, anywhere, 0, ""},
	{vSlower, []string{">"}, ">", "slower", "read less often", secLook, anywhere, 0, ""},
	{vFaster, []string{"<"}, "<", "faster", "read more often, every 2 s at most", secLook, anywhere, 0, ""},
	{vHelp, []string{"?", "f1"}, "?", "help", "this", secLook, anywhere, 99, ""},

	{vMoment, []string{"m"}, "m", "mark", "note this moment, as weir mark does", secAct, anywhere &^ (atHelp | acting), 13, "Esc leaves this page first"},
	{vAct, []string{"a"}, "a", "act", "what can be done to what is under the cursor or marked", secAct, targets, 3, "there is nothing here to act on"},
	{vMark, []string{"space"}, "Space", "mark", "mark partitions, to act on several", secAct, atPositions | atTopic, 10, "only partitions are marked; an action on a group takes them"},
	{vMarkTo, []string{"v"}, "v", "mark to here", "mark all from the row marked last to this one", secAct, atPositions | atTopic, 0, "only partitions are marked; an action on a group takes them"},
	{vUndo, []string{"z"}, "z", "undo", "the plan that undoes the run under the cursor, or the last one", secAct, anywhere &^ (acting | atHelp | atText), 3, "that works where runs and what they change are looked at"},
	{vAgain, []string{"r"}, "r", "again", "make the plan anew; read the journal again", secAct, atPlan | atRun | atRuns | atAudit, 5, "that makes a plan anew, or reads the journal again"},
	{vSave, []string{"S"}, "S", "save", "keep the plan in a file for weir apply; :save NAME gives it a name", secAct, atPlan, 6, "only plans are saved"},
	{vSettle, []string{"s"}, "s", "settle", "find out what became of a run that was cut off; only reads", secAct, atRun | atRuns, 4, "that works on runs"},
	{vGoOn, []string{"o"}, "o", "go on", "go on with a run that stopped, after consent", secAct, atRun | atRuns, 6, "that works on runs"},
	{vLeave, []string{"e"}, "e", "end", "end an unfinished run as it is, with a note", secAct, atRun | atRuns, 7, "that works on runs"},
	{vStop, []string{"x"}, "x", "stop", "have a run stop after the step in hand", secAct, atRun | atRuns, 3, "that works on runs"},
	{vVerify, []string{"V"}, "V", "verify", "check every record and signature of the audit log", secAct, atAudit, 4, "that works on the audit log"},
	{vCommand, []string{"@"}, "@", "command", "the command line that does or shows the same; copies it", secAct, anywhere &^ atHelp, 0, "the help has no command line of its own"},
	{vCopy, []string{"c"}, "c", "copy", "copy this view as Markdown", secAct, anywhere &^ atHelp, 12, "the help is docs/keys.md"},
}

// byKey finds a key's bindings: one key may do different things in different views.
var byKey = func() map[string][]*binding {
	out := map[string][]*binding{}
	for i := range bindings {
		for _, k := range bindings[i].keys {
			out[k] = append(out[k], &bindings[i])
		}
	}
	return out
}()

// bindingOf finds what a key does in a view; where it does nothing there, its first binding, which says why.
func bindingOf(key string, p place) *binding {
	all := byKey[key]
	for _, b := range all {
		if b.works(p) {
			return b
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// works reports whether a binding does something in a view.
func (b *binding) works(p place) bool { return b.in&p != 0 }
