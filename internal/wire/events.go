package wire

import (
	"time"

	"weir/lag"
)

// Event is one line of the change feed: what a reading told, or a mark somebody set.
type Event struct {
	Cluster       string // "" for a mark of every cluster
	At            time.Time
	Ref           lag.Ref // what changed; of a mark, the cluster
	Kind          string  // one of lag.EventKinds, or KindMark
	Before, After string
}

// KindMark is the kind of an event that a person told.
const KindMark = "mark"

var eventColumns = []Column{
	refColumn, clusterColumn,
	{Name: "at", Kind: Time, Doc: "When it was seen, at most a refresh after it happened."},
	{Name: "kind", Kind: Enum, Head: "WHAT", Always: true, Names: append(lag.EventKinds(), KindMark), Doc: "What changed."},
	{Name: "before", Kind: Text, Always: true, Doc: "What it was, in a few words; empty where there was nothing."},
	{Name: "after", Kind: Text, Always: true, Doc: "What it is; empty where there is nothing."},
}

// Events is the table of a change feed, in its order.
func Events(all []Event) Table {
	return Table{
		Schema: "weir.event/v1", Columns: eventColumns, Len: len(all), Name: "ref", Words: []string{"ref", "after"},
		Short: []string{"at", "kind", "ref", "before", "after"},
		Wide:  []string{"at", "cluster", "kind", "ref", "before", "after"},
		Fill:  func(row int, dst []Value) { fillCells(dst, all[row].cell) },
	}
}

func (e *Event) cell(col int) Value {
	switch col {
	case 0:
		return Word(e.Ref.String())
	case 1:
		return Word(e.Cluster)
	case 2:
		return Moment(e.At, lag.NotMeasured)
	case 3:
		return Word(e.Kind)
	case 4:
		return Word(e.Before)
	}
	return Word(e.After)
}
