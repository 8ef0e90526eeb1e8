package wire

import "weir/lag"

// Check is one thing doctor looked at, and what it found.
type Check struct {
	Cluster string
	Check   string // what was looked at: "dns", "tcp", "tls", "sasl", "api_versions", "listener", "feature", "pattern" …
	Target  string // on what: host:port, a feature's name
	OK      bool
	Unknown lag.Reason // not NoReason when it could not be found out, and OK says nothing
	Detail  string     // what was seen; a sentence, without secrets
	Remedy  string     // what to do; "" when nothing is to be done
}

// Failed reports whether the check was made and failed.
func (c Check) Failed() bool { return !c.OK && c.Unknown == lag.NoReason }

// kindCheck is the kind of a check's ref.
const kindCheck = "check"

var checkColumns = []Column{
	refColumn, clusterColumn,
	{Name: "check", Kind: Text, Always: true, Doc: "What was looked at."},
	{Name: "target", Kind: Text, Always: true, Doc: "On what: an address, a feature."},
	{Name: "ok", Kind: Bool, Doc: "Whether it is as it should be; null when that could not be found out."},
	{Name: "detail", Kind: Text, Always: true, Doc: "What was seen."},
	{Name: "remedy", Kind: Text, Always: true, Doc: "What to do; empty when nothing is to be done."},
}

// Checks is the table of doctor's findings, in their order.
func Checks(all []Check) Table {
	return Table{
		Schema: "weir.check/v1", Columns: checkColumns, Len: len(all), Name: "ref",
		Short: []string{"cluster", "ok", "check", "target", "detail", "remedy"},
		Wide:  []string{"cluster", "ok", "check", "target", "detail", "remedy", "ref"},
		Fill:  func(row int, dst []Value) { fillCells(dst, all[row].cell) },
	}
}

func (c *Check) cell(col int) Value {
	switch col {
	case 0:
		return Word(lag.Ref{Cluster: c.Cluster, Kind: kindCheck, Name: c.Check, Sub: c.Target}.String())
	case 1:
		return Word(c.Cluster)
	case 2:
		return Word(c.Check)
	case 3:
		return Word(c.Target)
	case 4:
		if c.Unknown != lag.NoReason {
			return Missing(c.Unknown)
		}
		return Truth(c.OK)
	case 5:
		return Word(c.Detail)
	}
	return Word(c.Remedy)
}
