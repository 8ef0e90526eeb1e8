package wire

import (
	"weir/actions"
	"weir/lag"
)

var changeColumns = []Column{
	refColumn, clusterColumn,
	{Name: "field", Kind: Text, Always: true, Doc: "What of it changes, such as committed."},
	{Name: "before", Kind: Nested, Schema: anyJSON, Doc: "The value as the plan saw it; null: there was none."},
	{Name: "after", Kind: Nested, Schema: anyJSON, Doc: "The value afterwards; null: there is none then."},
	{Name: "note", Kind: Text, Always: true, Doc: "How the value came about and what it means, for a person."},
}

// Changes is the table of what a plan changes, in the plan's order.
func Changes(p actions.Plan) Table {
	return Table{
		Schema: "weir.change/v1", Columns: changeColumns, Len: len(p.Changes), Name: "ref",
		Short: []string{"ref", "before", "after", "note"},
		Wide:  []string{"ref", "field", "before", "after", "note"},
		Fill: func(row int, dst []Value) {
			c := &p.Changes[row]
			fillCells(dst, func(col int) Value {
				switch changeColumns[col].Name {
				case "ref":
					return Word(c.Ref)
				case "cluster":
					return Word(p.Target.Cluster)
				case "field":
					return Word(c.Field)
				case "before":
					return valueOf(c.Before)
				case "after":
					return valueOf(c.After)
				}
				return Word(c.Note)
			})
		},
	}
}

var actionColumns = []Column{
	{Name: "ref", Kind: Text, Doc: "What it was asked about; null when that was nothing."},
	{Name: "cluster", Kind: Text, Doc: "Where that is; null when it was asked about nothing."},
	{Name: "kind", Kind: Text, Always: true, Doc: "The action, as plans and the audit log name it."},
	{Name: "verb", Kind: Text, Always: true, Doc: "What is typed after weir plan."},
	{Name: "target", Kind: Text, Always: true, Doc: "What is typed after the verb."},
	{Name: "effect", Kind: Enum, Always: true, Names: []string{string(actions.Read), string(actions.Mutate), string(actions.Destroy)},
		Doc: "How deep it reaches: destroy takes what weir can't bring back whole."},
	{Name: "tier", Kind: Enum, Always: true, Names: []string{actions.T1.String(), actions.T2.String(), actions.T3.String()},
		Doc: "How much consent its plans need at least."},
	{Name: "possible", Kind: Bool, Doc: "Whether it makes sense there now; null when it was asked about nothing."},
	{Name: "why", Kind: Text, Doc: "Why it is offered or not; null when it was asked about nothing."},
	{Name: "summary", Kind: Text, Always: true, Doc: "What it does, in a sentence."},
}

// Offered is an action, and what it says of what it was asked about.
type Offered struct {
	Spec  actions.Spec
	Ref   *lag.Ref // nil: it was asked about nothing, and Offer says nothing
	Offer actions.Offer
}

// Actions is the table of actions, in the order given.
func Actions(all []Offered) Table {
	t := Table{
		Schema: "weir.action/v1", Columns: actionColumns, Len: len(all), Name: "verb",
		Short: []string{"verb", "target", "tier", "effect", "summary"},
		Wide:  []string{"verb", "target", "tier", "effect", "kind", "summary"},
		Fill:  func(row int, dst []Value) { fillCells(dst, all[row].cell) },
	}
	if len(all) > 0 && all[0].Ref != nil {
		t.Short = []string{"verb", "possible", "why", "tier"}
		t.Wide = []string{"verb", "possible", "why", "tier", "effect", "kind", "ref"}
	}
	return t
}

func (o Offered) cell(col int) Value {
	name := actionColumns[col].Name
	switch name {
	case "kind":
		return Word(o.Spec.Kind)
	case "verb":
		return Word(o.Spec.Verb)
	case "target":
		return Word(o.Spec.Target)
	case "effect":
		return Word(string(o.Spec.Effect))
	case "tier":
		return Word(o.Spec.Tier.String())
	case "summary":
		return Word(o.Spec.Summary)
	}
	if o.Ref == nil {
		return Missing(lag.NotApplicable)
	}
	switch name {
	case "ref":
		return Word(o.Ref.String())
	case "cluster":
		return Word(o.Ref.Cluster)
	case "possible":
		return Truth(o.Offer.Possible)
	}
	return Word(o.Offer.Why)
}
