package tui

import (
	"strconv"
	"strings"

	"weir/actions"
	"weir/lag"
)

// actForm asks for the parameters of an action, with what is known filled in. It is made from the action's Spec alone, so
// that a new kind of change has a form without one being drawn for it.
type actForm struct {
	of    offered
	on    selection
	rows  []field
	at    int
	top   int
	fault string // of the whole; "" for none
	wait  bool   // a plan is being made
}

// field is a row of a form that the cursor can stand on.
type field struct {
	head   string // of the section that begins with it; "" none
	param  string // "" for a word of the target
	label  string
	help   string
	radio  string   // fields with the same one exclude each other; "" stands alone
	chosen bool     // of a radio
	value  string   // of a radio without text
	in     *prompt  // text; nil for none
	values []string // to choose from, in place
	pick   int
	usual  string // the default: not given when it stands
	file   bool
	needed bool // there is no plan without it
	fault  string
}

func newForm(s *snap, of offered, on selection) *actForm {
	f := &actForm{of: of, on: on}
	for i, word := range targetWords(of.spec) {
		if i > 0 {
			f.rows = append(f.rows, field{head: "what", label: word, help: "as " + word, in: &prompt{input: subWord(word, &on)}})
		}
	}
	for _, p := range of.spec.Params {
		f.rows = append(f.rows, f.fields(s, p)...)
	}
	f.group()
	return f
}

// targetWords are the words that name the target on the command line.
func targetWords(spec actions.Spec) []string { return strings.Fields(spec.Target) }

// subWord fills in a further word of a target from what is in hand: a partition, with the offset the group stands at where
// the word asks for one.
func subWord(word string, on *selection) string {
	if on.hand.topic == "" {
		return ""
	}
	out := on.hand.topic
	if strings.Contains(word, ":") {
		out += ":" + itoa(int(on.hand.partition))
	}
	if at := strings.Index(word, "@"); at >= 0 {
		out += "@"
		if on.committed >= 0 {
			out += strconv.FormatInt(on.committed, 10)
		}
	}
	return out
}

// targetArgs are the words of the target as they are typed, with what is known filled in.
func targetArgs(spec actions.Spec, ref lag.Ref, on *selection) []string {
	switch {
	case ref.Kind == lag.KindCluster:
		return []string{"--all"}
	case ref.Kind == lag.KindPartition:
		return []string{ref.Name + ":" + ref.Sub}
	}
	var out []string
	for i, word := range targetWords(spec) {
		v := typedTarget(ref)
		if i > 0 {
			v = subWord(word, on)
		}
		if v == "" {
			v = word
		}
		out = append(out, v)
	}
	return out
}

// fields are the rows of a parameter.
func (f *actForm) fields(s *snap, p actions.Param) []field {
	base := field{param: p.Name, label: p.Name, help: p.Help, usual: p.Default, needed: p.Needed}
	switch {
	case p.OneOf != "":
		return f.alternatives(p, base)
	case p.Type == actions.Topics:
		return f.partitions(s, base)
	case p.Type == actions.Bool:
		base.values = []string{"false", "true"}
	case p.Type == actions.Enum:
		base.values = p.Values
	default:
		base.in, base.file = &prompt{input: p.Default}, p.Type == actions.File
	}
	fits := p.Default
	if with, ok := f.of.offer.With[p.Name]; ok {
		if fits = with; base.in != nil {
			base.in.input = with
		}
	}
	for i, v := range base.values {
		if v == fits {
			base.pick = i
		}
	}
	return []field{base}
}

// alternatives are a row for each word that the parameter knows, and one for another value.
func (f *actForm) alternatives(p actions.Param, base field) []field {
	base.radio = p.OneOf
	var out []field
	for _, w := range p.Words {
		one := base
		one.label, one.help, one.value = w.Name, w.Help, w.Name
		out = append(out, one)
	}
	base.in, base.file = &prompt{}, p.Type == actions.File
	if len(p.Words) > 0 {
		base.label = "another"
	}
	return append(out, base)
}

// partitions offers what is marked, in hand or in trouble, all, and others by name.
func (f *actForm) partitions(s *snap, base field) []field {
	base.radio = "partitions"
	var out []field
	add := func(label, help, value string) {
		one := base
		one.label, one.help, one.value = label, help, value
		out = append(out, one)
	}
	if n := len(f.on.marked); n > 0 {
		add("marked", shortSpots(s, f.on.marked), topicsWord(f.on.marked))
	}
	if f.on.hand.topic != "" && !f.on.stood {
		add("in hand", shortSpots(s, []spot{f.on.hand}), topicsWord([]spot{f.on.hand}))
	}
	if n := len(f.on.troubled); n > 0 && n < f.on.all && n <= 1000 {
		add("in trouble", shortSpots(s, f.on.troubled), topicsWord(f.on.troubled))
	}
	if !base.needed {
		add("all", "all that the action finds", "")
	}
	base.label, base.in = "these", &prompt{}
	return append(out, base)
}

// group chooses the first of each set of alternatives, and gives each section its head.
func (f *actForm) group() {
	last := ""
	seen := map[string]bool{}
	for i := range f.rows {
		r := &f.rows[i]
		head := "how"
		switch {
		case r.param == "":
			head = "what"
		case r.radio == "partitions":
			head = "which partitions"
		case r.radio != "":
			head = r.radio
		}
		if r.head = ""; head != last {
			r.head, last = head, head
		}
		if r.radio != "" && !seen[r.radio] {
			r.chosen, seen[r.radio] = true, true
		}
	}
}

// given are the parameters as they stand: those that differ from their defaults. files names those that are read from a
// file.
func (f *actForm) given() (params, files map[string]string, sub []string) {
	params, files = map[string]string{}, map[string]string{}
	for i := range f.rows {
		r := &f.rows[i]
		v := r.text()
		switch {
		case r.param == "":
			sub = append(sub, v)
		case r.radio != "" && !r.chosen:
		case r.radio == "partitions" && v == "", r.radio == "" && (v == r.usual || v == ""):
		case r.file:
			files[r.param] = v
		default:
			params[r.param] = v
		}
	}
	return params, files, sub
}

// text is a field's value as it stands.
func (r *field) text() string {
	switch {
	case r.in != nil && r.radio == "partitions":
		return strings.Join(strings.Fields(r.in.input), "\n")
	case r.in != nil:
		return strings.TrimSpace(r.in.input)
	case r.values != nil:
		return r.values[r.pick]
	}
	return r.value
}

// request is what the plan is asked for.
func (f *actForm) request() (actions.Request, map[string]string) {
	params, files, sub := f.given()
	target := f.of.ref
	target.Sub = strings.Join(sub, " ")
	if len(sub) == 0 {
		target.Sub = f.of.ref.Sub
	}
	return actions.Request{Kind: f.of.spec.Kind, Target: target, Params: params}, files
}

// shell is the command that makes the same plan.
func (f *actForm) shell(s *snap) []string {
	params, files, sub := f.given()
	args := append([]string{"weir", "plan", f.of.spec.Verb}, targetArgs(f.of.spec, f.of.ref, &f.on)[:min(1, len(targetWords(f.of.spec)))]...)
	args = append(args, sub...)
	for _, p := range f.of.spec.Params {
		v, ok := params[p.Name]
		if path, is := files[p.Name]; is {
			v, ok = path, true
		}
		if !ok {
			continue
		}
		for part := range strings.SplitSeq(v, "\n") {
			switch {
			case p.Type == actions.Bool:
				args = append(args, "--"+p.Name+"="+part)
			case strings.HasPrefix(part, "-"):
				args = append(args, "--"+p.Name+"="+part)
			default:
				args = append(args, "--"+p.Name, part)
			}
		}
	}
	return withCluster(s, args...)
}

func (f *actForm) place() place             { return atForm }
func (f *actForm) crumbs(*snap) []string    { return []string{f.on.name, f.of.spec.Verb} }
func (f *actForm) focus(*snap) []lag.Ref    { return focusOf(f.on.refs) }
func (f *actForm) sync(*snap)               {}
func (f *actForm) command(s *snap) []string { return f.shell(s) }
