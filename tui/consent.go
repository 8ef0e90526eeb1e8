package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

// A consent is armed by quiet alone, so that no stray key and no paste confirms: an Enter counts once nothing was pressed
// for a moment, and what comes in faster than hands type is refused as pasted.
const (
	quietFor = 425 * time.Millisecond
	beat     = 40 * time.Millisecond
	fastKeys = 6 // within a beat: no hand types so
)

// consent is a person's word for a plan, asked for below what the plan does.
type consent struct {
	plan    actions.Plan
	made    planSource
	resumes string // the run that goes on with it; "" for a new one
	asks    actions.Asks
	fields  []ask
	at      int
	quiet   bool // no key for a moment
	keys    int  // pressed since it was opened: tells whether a moment passed without one
	inBeat  int  // keys within the beat under way; 0: none is
	said    string
	sent    bool
}

// ask is a field of a consent.
type ask struct {
	name   string
	want   string // what has to be typed, exactly; "" for free text
	needed bool
	in     prompt
}

// Names of the fields.
const (
	askReason = "reason"
	askTicket = "ticket"
	askName   = "name"
	askYes    = "yes"
)

// applyNow asks to carry out a plan, or to go on with a run.
type applyNow struct {
	plan    actions.Plan
	made    planSource
	resumes string
	consent actions.Consent
}

// quietMsg comes when a moment has passed; beatMsg when a beat has.
type (
	quietMsg struct {
		of   *consent
		keys int
	}
	beatMsg struct{ of *consent }
)

// wakeLater asks for messages that come when time has passed.
type wakeLater struct{ of *consent }

func (applyNow) intent()  {}
func (wakeLater) intent() {}

func newConsent(s *snap, p actions.Plan, made planSource) *consent {
	c := &consent{plan: p, made: made, resumes: made.resumes, asks: s.acts.actor.Policy(p.Target.Cluster).Asks(p, s.now)}
	armed, _ := s.acts.armedOn(p.Target.Cluster, s.now)
	if c.asks.Reason || c.asks.Ticket || p.Tier >= actions.T2 {
		c.fields = append(c.fields, ask{name: askReason, needed: c.asks.Reason, in: prompt{input: armed.reason}})
	}
	if c.asks.Ticket {
		c.fields = append(c.fields, ask{name: askTicket, needed: true})
	}
	if c.asks.Typed != "" {
		c.fields = append(c.fields, ask{name: askName, want: typable(s, c.asks.Typed), needed: true})
	} else {
		c.fields = append(c.fields, ask{name: askYes, want: "y", needed: true})
	}
	for i := range c.fields {
		if f := &c.fields[i]; f.needed && f.in.input == "" {
			c.at = i
			break
		}
	}
	return c
}

// typable is a name as it stands on the screen: what keys can't write, control bytes and letters turned round among it, as
// its escapes; blanks at its ends don't count.
func typable(s *snap, name string) string {
	if shown := strings.TrimSpace(s.safe(name)); shown != "" {
		return shown
	}
	return s.quoted(name)
}

func (c *consent) place() place { return atConsent }
func (c *consent) crumbs(s *snap) []string {
	return []string{c.plan.Target.Name, s.acts.verbOf(c.plan.Kind), "consent"}
}
func (c *consent) focus(*snap) []lag.Ref { return focusOf([]lag.Ref{c.plan.Target}) }
func (c *consent) sync(*snap)            {}
func (c *consent) command(s *snap) []string {
	return []string{"weir", "apply", "plan.json", "--confirm", c.plan.Digest[:min(12, len(c.plan.Digest))]}
}

// opened begins to wait for quiet.
func (c *consent) opened() intent {
	c.quiet = false
	c.keys++
	return wakeLater{c}
}

// typeKey takes in what is typed. Every key breaks the quiet.
func (c *consent) typeKey(s *snap, name, typed string) (intent, bool) {
	if c.sent {
		return nil, false
	}
	armed := c.quiet
	c.keys++
	c.quiet, c.said = false, ""
	f := &c.fields[c.at]
	switch name {
	case "enter":
		return c.enter(s, armed), true
	case "esc", "f1":
		return nil, false
	case "up", "shift+tab":
		c.at = (c.at + len(c.fields) - 1) % len(c.fields)
	case "down", "tab":
		c.at = (c.at + 1) % len(c.fields)
	case "backspace", "ctrl+h":
		f.in.backspace()
	case "ctrl+w":
		f.in.word()
	case "ctrl+u":
		f.in.input = ""
	default:
		if typed == "" {
			return nil, false
		}
		f.in.insert(typed)
		c.hurried(f)
	}
	return wakeLater{c}, true
}

// hurried refuses what came faster than it can be typed: a paste that the terminal did not tell as one.
func (c *consent) hurried(f *ask) {
	c.inBeat++
	if c.inBeat >= fastKeys || c.inBeat >= 3 && c.inBeat >= len([]rune(f.want)) && f.in.input == f.want {
		c.refusePaste()
	}
}

func (c *consent) refusePaste() {
	if f := &c.fields[c.at]; f.want != "" {
		f.in.input = ""
		c.said = "Pasting is refused: what is confirmed is typed. Nothing changed."
	}
	c.keys++
	c.quiet = false
}

// pasted refuses what was pasted into a name; a reason may be pasted.
func (c *consent) pasted(_ *snap, s string) intent {
	if f := &c.fields[c.at]; f.want == "" {
		f.in.insert(strings.ReplaceAll(strings.TrimSpace(s), "\n", " "))
	}
	c.refusePaste()
	return wakeLater{c}
}

// woken takes in that time has passed.
func (c *consent) woken(msg tea.Msg) {
	switch msg := msg.(type) {
	case quietMsg:
		c.quiet = msg.keys == c.keys
	case beatMsg:
		c.inBeat = 0
	}
}

// enter applies, or says what is missing.
func (c *consent) enter(s *snap, armed bool) intent {
	if why := c.missing(s); why != "" {
		c.said = upperFirst(sentence(why))
		return wakeLater{c}
	}
	if !armed {
		c.said = "Too soon: Enter counts after a moment without a key. Nothing changed."
		return wakeLater{c}
	}
	word := c.word(s)
	if err := s.acts.actor.Policy(c.plan.Target.Cluster).Check(c.plan, word, s.now); err != nil {
		c.said = s.safe(failure(err))
		return wakeLater{c}
	}
	c.sent = true
	return applyNow{c.plan, c.made, c.resumes, word}
}

// word is the consent as it stands.
func (c *consent) word(s *snap) actions.Consent {
	_, armed := s.acts.armedOn(c.plan.Target.Cluster, s.now)
	out := actions.Consent{Digest: c.plan.Digest, Yes: true, Who: s.acts.actor.Who(), Via: "screen", Arm: c.asks.Arm && armed, At: s.now.UTC(),
		Reason: c.value(askReason), Ticket: c.value(askTicket)}
	if c.plan.Tier == actions.T3 {
		if out.Name = c.value(askName); out.Name == typable(s, c.asks.Typed) {
			out.Name = c.asks.Typed
		}
	}
	return out
}

func (c *consent) value(name string) string {
	for i := range c.fields {
		if c.fields[i].name == name {
			return strings.TrimSpace(c.fields[i].in.input)
		}
	}
	return ""
}

// missing says what is not there yet; "" when all is.
func (c *consent) missing(s *snap) string {
	if _, expired := validWords(s, &c.plan); expired && c.resumes == "" {
		return "the plan has expired; Esc goes back to it, and r makes it anew. Nothing changed"
	}
	if c.asks.Refused != nil {
		return s.safe(failure(c.asks.Refused))
	}
	if how := readOnlyWords(s); c.asks.Arm && how != "" {
		return how
	}
	for i := range c.fields {
		f := &c.fields[i]
		switch v := strings.TrimSpace(f.in.input); {
		case f.want != "" && v != f.want:
			return toGo(f.want, f.in.input)
		case f.needed && v == "":
			return "a " + f.name + " is needed"
		}
	}
	return ""
}

// toGo says how far a name is typed.
func toGo(want, typed string) string {
	if want == "y" {
		return "y is not typed"
	}
	if rest, ok := strings.CutPrefix(want, typed); ok {
		return text.Plural(len([]rune(rest)), "letter", "letters") + " to go"
	}
	return "it is not the name: a letter is wrong"
}

func (c *consent) do(_ *snap, _ verb) intent { return nil }
