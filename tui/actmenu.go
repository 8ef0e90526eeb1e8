package tui

import (
	"cmp"
	"slices"
	"strings"

	"weir/actions"
	"weir/internal/text"
	"weir/lag"
)

// actMenu lists what can be done to what a person points at: what is offered, and why not, for what isn't.
type actMenu struct {
	of      selection
	rows    []offered
	at      int
	reading *lag.Reading
}

// offered is a kind of change, and what it says of the thing.
type offered struct {
	spec  actions.Spec
	ref   lag.Ref
	offer actions.Offer
}

func newActMenu(of selection) *actMenu { return &actMenu{of: of} }

func (a *actMenu) place() place          { return atMenu }
func (a *actMenu) crumbs(*snap) []string { return []string{a.of.name, "act"} }
func (a *actMenu) focus(*snap) []lag.Ref { return focusOf(a.of.refs) }
func (a *actMenu) command(s *snap) []string {
	return withCluster(s, "weir", "action", "list", a.of.refs[0].String())
}

// focusOf is what of a selection is looked at closely: its group or topic.
func focusOf(refs []lag.Ref) []lag.Ref {
	for _, r := range refs {
		if r.Kind == lag.KindGroup || r.Kind == lag.KindTopic {
			return []lag.Ref{r}
		}
	}
	return nil
}

// sync asks every kind anew when there is a new reading: what is offered changes as members come and go. The cursor
// keeps to its kind.
func (a *actMenu) sync(s *snap) {
	if s.read() == a.reading && a.rows != nil {
		return
	}
	var was string
	first := a.rows == nil
	if a.at < len(a.rows) {
		was = a.rows[a.at].spec.Kind
	}
	rank := func(verb string) int { return unranked }
	if ix, ok := groupNamed(s, a.of.refs[0].Name); ok && a.of.refs[0].Kind == lag.KindGroup && s.verdict(ix) != nil {
		st := s.verdict(ix).State // what mends it stands first also while it is no trouble yet
		rank = func(verb string) int { return mendRank(st, verb) }
	}
	a.reading, a.rows = s.read(), []offered{}
	for _, spec := range s.acts.actor.Specs() {
		if ref, ok := a.of.refFor(spec); ok {
			a.rows = append(a.rows, offered{spec, ref, offerOf(s, spec.Kind, ref)})
		}
	}
	slices.SortStableFunc(a.rows, func(x, y offered) int {
		return cmp.Or(cmp.Compare(len(nots(x)), len(nots(y))), cmp.Compare(rank(x.spec.Verb), rank(y.spec.Verb)), cmp.Compare(slices.Index(a.of.refs, x.ref), slices.Index(a.of.refs, y.ref)),
			cmp.Compare(x.spec.Tier, y.spec.Tier))
	})
	for i := range a.rows {
		if a.rows[i].spec.Kind == was {
			a.at = i
		}
	}
	if first { // what mends the state stands in hand at first, also where something is in its way
		for i := range a.rows {
			if rank(a.rows[i].spec.Verb) < rank(a.rows[a.at].spec.Verb) {
				a.at = i
			}
		}
	}
	a.at = max(0, min(a.at, len(a.rows)-1))
}

// offerOf is what a kind of change says of a thing, and the policy of the cluster before it.
func offerOf(s *snap, kind string, ref lag.Ref) actions.Offer {
	if why := s.acts.actor.Policy(s.conf.Name).Forbids(kind, s.conf.Name, s.now); len(why) > 0 {
		return actions.Offer{Why: why[0] + "; a plan can be made, and is not applied"}
	}
	return s.acts.actor.Offers(kind, ref, s.read())
}

// nots is a letter for what is not offered.
func nots(o offered) string {
	if o.offer.Possible {
		return ""
	}
	return "n"
}

const actionCells = 18

func (a *actMenu) draw(s *snap, w, h int) ([]line, string) {
	out := []line{nil}
	if h > 30 {
		out = append(out, subjectLines(s, a.of, w)...)
	}
	if len(a.rows) == 0 {
		return append(out, put(plain, "   ").add(plain, "no change that weir knows is about this")), "none"
	}
	fact := "nothing happens before a plan is shown and consented to"
	if w < 110 {
		fact = ""
	}
	out = append(out, rule(s, "what can be done to "+s.safe(a.of.name), fact, w))
	room := a.room(w)
	out = append(out, put(quiet, "   "+text.PadEnd("ACTION", actionCells)+text.PadEnd("WHAT IT DOES", room)+"ASKS FOR"))
	possible := slices.IndexFunc(a.rows, func(o offered) bool { return !o.offer.Possible })
	if possible < 0 {
		possible = len(a.rows)
	}
	for i := range a.rows[:possible] {
		out = append(out, a.row(s, i, w))
	}
	if possible == 0 {
		out = append(out, put(quiet, "   nothing, now"))
	}
	if possible < len(a.rows) {
		out = append(out, rule(s, "not now, because", "", w))
	}
	for i := possible; i < len(a.rows); i++ {
		out = append(out, a.row(s, i, w))
	}
	out = append(out, a.about(s, w, h-len(out))...)
	return out, itoa(a.at+1) + " of " + itoa(len(a.rows))
}

func (a *actMenu) row(s *snap, i, w int) line {
	o := &a.rows[i]
	l := put(plain, "   ")
	name, rest := plain, plain
	if i == a.at {
		l, name = put(strong, " > "), cursor
	}
	verb := o.spec.Verb
	l = l.add(name, verb).add(plain, strings.Repeat(" ", max(1, actionCells-text.Width(verb))))
	if !o.offer.Possible {
		why := s.safe(strings.TrimPrefix(o.offer.Why, "not offered: "))
		if head, _, more := strings.Cut(why, ";"); more && l.width()+text.Width(why) > w {
			why = head // the rest stands below, for the one under the cursor
		}
		return l.add(rest, why).fit(s.glyphs, w)
	}
	does, room := o.spec.Summary, a.room(w)
	if a.of.stood && o.ref.Kind == lag.KindPosition {
		does = "p" + itoa(int(a.of.hand.partition)) + " of " + a.of.hand.topic + ": " + does
	}
	return l.add(rest, text.PadEnd(s.glyphs.CutEnd(s.safe(does), room-1), room)).add(quiet, a.asks(i)).fit(s.glyphs, w)
}

// room is how many cells there are for what an action does: all that the other columns need not.
func (a *actMenu) room(w int) int {
	asks := len("ASKS FOR")
	for i := range a.rows {
		if a.rows[i].offer.Possible {
			asks = max(asks, text.Width(a.asks(i)))
		}
	}
	return max(20, w-3-actionCells-asks-1)
}

// asks is what consent to an action asks for.
func (a *actMenu) asks(i int) string {
	spec := &a.rows[i].spec
	if spec.Effect == actions.Destroy {
		return asksWords(spec.Tier) + ", destroys"
	}
	return asksWords(spec.Tier)
}

// asksWords is what consent to a tier asks for.
func asksWords(t actions.Tier) string {
	switch t {
	case actions.T1:
		return "a yes, T1"
	case actions.T2:
		return "name, T2"
	}
	return "name, reason, T3"
}

// about tells the action under the cursor.
func (a *actMenu) about(s *snap, w, h int) []line {
	if h < 3 {
		return nil
	}
	o := &a.rows[a.at]
	out := []line{nil, rule(s, o.spec.Verb, "", w)}
	if a.of.stood && o.ref.Kind == lag.KindPosition {
		out = append(out, sentences(s, s.safe("About p"+itoa(int(a.of.hand.partition))+" of "+a.of.hand.topic+", on which the group stands; of another, from the partitions on its page."), w, 2)...)
	}
	for _, said := range []string{upperFirst(sentence(o.offer.Why)), upperFirst(sentence(o.spec.Summary)) + " " + strings.Join(strings.Fields(o.spec.Help), " ")} {
		out = append(out, sentences(s, s.safe(said), w, h)...)
	}
	if said := ofMarked(s, o.spec, o.ref, &a.of); said != "" {
		out = append(out, put(plain, "   ").add(strong, said).fit(s.glyphs, w))
	}
	if how := readOnlyWords(s); how != "" {
		out = append(out, nil)
		for _, part := range wrap(s.glyphs, how, w-4, 3) {
			out = append(out, put(plain, "   ").add(warning, part))
		}
	}
	out = append(out, fromShell(s, a.shell(s), "   ", w)...)
	return out[:min(len(out), max(0, h))]
}

func (a *actMenu) shell(s *snap) []string {
	o := &a.rows[a.at]
	args := append([]string{"weir", "plan", o.spec.Verb}, targetArgs(o.spec, o.ref, &a.of)...)
	return withCluster(s, args...)
}

// readOnlyWords says how to lift read-only, where that is needed; "" where it isn't.
func readOnlyWords(s *snap) string {
	p := s.acts.actor.Policy(s.conf.Name)
	if _, armed := s.acts.armedOn(s.conf.Name, s.now); !p.ReadOnly || armed {
		return ""
	}
	if p.NoArming {
		return "This console is read-only, and that can't be lifted: plans can be made and read, nothing is applied."
	}
	return "This console is read-only: a plan can be made and read; to apply it, arm with :arm 15m REASON"
}

// subjectLines say how the group stands that the action is about.
func subjectLines(s *snap, of selection, w int) []line {
	ix, ok := groupNamed(s, of.refs[0].Name)
	v := s.verdict(max(0, ix))
	if of.refs[0].Kind != lag.KindGroup || !ok || v == nil {
		return nil
	}
	return append((&groupPage{name: of.refs[0].Name}).verdictLines(s, ix, w, 2), nil)
}

func (a *actMenu) do(s *snap, v verb) intent {
	switch v {
	case vUp:
		a.at--
	case vDown:
		a.at++
	case vFirst, vPageUp, vHalfUp:
		a.at = 0
	case vLast, vPageDown, vHalfDown:
		a.at = len(a.rows)
	case vOpen:
		if len(a.rows) == 0 {
			return say{"there is nothing here to open"}
		}
		return openView{newForm(s, a.rows[a.at], a.of)}
	}
	a.at = max(0, min(a.at, len(a.rows)-1))
	return nil
}
