package tui

import (
	"math"
	"strconv"

	"weir/internal/text"
	"weir/internal/wire"
)

func (p *peek) command(s *snap) []string {
	at := p.want.Topic + ":" + itoa(int(p.want.Partition)) + "@" + strconv.FormatInt(p.want.Offset, 10)
	return withCluster(s, "weir", "peek", at)
}

// describe is the record under the cursor, all of it: its fields and its value for a person, or what weir peek -o json says.
func (p *peek) describe(s *snap, raw bool) (string, []string, bool) {
	rec := p.hand()
	if rec == nil {
		return "", nil, false
	}
	title := p.want.Topic + " p" + itoa(int(p.want.Partition)) + " at " + text.Exact(rec.Offset)
	doc := wire.Document{Version: s.version, At: s.judged, Complete: true, Table: wire.Records([]wire.Record{*rec}, wire.DecodeAuto, 0),
		Clusters: []wire.Cluster{{Name: s.conf.Name, Environment: s.conf.Environment}}}
	if raw {
		return title, pages(s, doc, true), true
	}
	doc.Table = doc.Table.Without("key_base64", "value", "value_base64")
	return title, append(pages(s, doc, false), p.wholeValue(s, rec)...), true
}

// wholeValue is the value of a record, none of it left out; who shows it breaks the lines.
func (p *peek) wholeValue(s *snap, rec *wire.Record) []string {
	f := bestForm(rec)
	if p.picked && p.form == asHex {
		f = asHex
	}
	return append([]string{"", "value, as " + formNames[f]}, formedUpTo(s, rec, f, math.MaxInt, math.MaxInt)...)
}
