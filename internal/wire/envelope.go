package wire

import (
	"strconv"
	"time"

	"weir/lag"
)

// schemas of what stands around the items.
const (
	gapSchema = "weir.gap/v1"
	endSchema = "weir.end/v1"
)

// json writes the envelope with the items in it.
func (o *output) json(d Document) {
	o.row = append(o.row[:0], `{"schema":"`...)
	o.row = append(o.row, d.Table.Schema...)
	o.row = append(o.row, '"')
	o.head(&d)
	o.row = append(o.row, `,"clusters":[`...)
	for i, c := range d.Clusters {
		if i > 0 {
			o.row = append(o.row, ',')
		}
		o.cluster(c)
		o.row = append(o.row, `,"gaps":[`...)
		if c.Reading != nil {
			for j := range c.Reading.Gaps {
				if j > 0 {
					o.row = append(o.row, ',')
				}
				o.row = append(o.row, '{')
				o.gap(c.Name, &c.Reading.Gaps[j], c.Reading.Tick, false)
				o.put()
			}
		}
		o.row = append(o.row, "]}"...)
	}
	o.row = append(o.row, ']')
	o.items("items", &d.Table)
	for i := range d.More {
		o.items(d.More[i].Key, &d.More[i].Table)
	}
	o.row = append(o.row, "}\n"...)
	o.put()
}

// items appends a key and its list, one item a line.
func (o *output) items(key string, t *Table) {
	o.row = append(append(append(o.row, `,"`...), key...), `":[`...)
	k, r := newKeys(t, false), NewReader(t)
	o.why = whys{}
	for row := range t.Len {
		if row > 0 {
			o.row = append(o.row, ',')
		}
		o.row = append(o.row, '\n')
		o.item(&k, r.Row(row))
		o.put()
	}
	o.row = append(o.row, ']')
}

// lines writes an item a line, then gaps, then the end.
func (o *output) lines(d Document) {
	o.itemLines(&d.Table)
	for i := range d.More {
		o.itemLines(&d.More[i].Table)
	}
	d.gaps(func(cluster string, g *lag.Gap, at time.Time) {
		o.row = append(o.row[:0], `{"schema":"`+gapSchema+`",`...)
		o.gap(cluster, g, at, true)
		o.row = append(o.row, '\n')
		o.put()
	})
	o.row = append(o.row[:0], `{"schema":"`+endSchema+`"`...)
	o.head(&d)
	o.row = append(o.row, `,"clusters":[`...)
	for i, c := range d.Clusters {
		if i > 0 {
			o.row = append(o.row, ',')
		}
		o.cluster(c)
		o.row = append(o.row, '}')
	}
	n := d.Table.Len
	for i := range d.More {
		n += d.More[i].Table.Len
	}
	o.row = strconv.AppendInt(append(o.row, `],"items":`...), int64(n), 10)
	o.row = append(o.row, "}\n"...)
	o.put()
}

func (o *output) itemLines(t *Table) {
	k, r := newKeys(t, true), NewReader(t)
	o.why = whys{}
	for row := range t.Len {
		o.item(&k, r.Row(row))
		o.row = append(o.row, '\n')
		o.put()
		if o.err != nil {
			return
		}
	}
}

func (o *output) head(d *Document) {
	o.row = AppendString(append(o.row, `,"weir":`...), d.Version)
	o.row = AppendTime(append(o.row, `,"at":"`...), d.At)
	o.row = strconv.AppendBool(append(o.row, `","complete":`...), d.Complete)
}

// cluster appends a cluster's object, open for more keys. What was never read has no time.
func (o *output) cluster(c Cluster) {
	o.row = AppendString(append(o.row, `{"name":`...), c.Name)
	if c.Reading == nil || c.Reading.Topology == nil || c.Reading.ID == "" {
		o.row = append(o.row, `,"id":null`...)
	} else {
		o.row = AppendString(append(o.row, `,"id":`...), c.Reading.ID)
	}
	if c.Reading == nil || c.Reading.Tick.IsZero() {
		o.row = append(o.row, `,"at":null,"took_seconds":null`...)
		return
	}
	o.row = AppendTime(append(o.row, `,"at":"`...), c.Reading.Tick)
	o.row = appendFloat(append(o.row, `","took_seconds":`...), c.Reading.Cost.Took.Seconds())
}

// gap appends a gap's members and closes it. A gap that doesn't say since when is as old as its reading.
func (o *output) gap(cluster string, g *lag.Gap, at time.Time, withCluster bool) {
	ref := g.Ref
	if ref.Cluster == "" {
		ref.Cluster = cluster
	}
	o.row = AppendString(append(o.row, `"ref":`...), ref.String())
	if withCluster {
		o.row = AppendString(append(o.row, `,"cluster":`...), cluster)
	}
	o.row = append(append(append(o.row, `,"reason":"`...), first(g.Reason).String()...), '"')
	o.row = AppendString(append(o.row, `,"detail":`...), g.Detail)
	since := g.Since
	if since.IsZero() {
		since = at
	}
	if since.IsZero() {
		o.row = append(o.row, `,"since":null}`...)
		return
	}
	o.row = append(AppendTime(append(o.row, `,"since":"`...), since), `"}`...)
}
