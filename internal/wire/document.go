package wire

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"weir/internal/text"
	"weir/lag"
)

// Format is a form of output.
type Format string

// The forms of output.
const (
	Short    Format = "table"
	Wide     Format = "wide"
	JSON     Format = "json"
	JSONL    Format = "jsonl"
	CSV      Format = "csv"
	Markdown Format = "md"
	Names    Format = "name"
)

// Formats returns all forms, in the order of the manual.
func Formats() []Format { return []Format{Short, Wide, JSON, JSONL, CSV, Markdown, Names} }

// Document is what one command prints.
type Document struct {
	Version  string // of weir
	At       time.Time
	Complete bool // nothing that was asked for is missing
	Clusters []Cluster
	Table    Table
	More     []Section // further tables of the same subject
}

// Section is a table under a key of its own.
type Section struct {
	Key   string
	Table Table
}

// New is a document of one table on clusters, complete when all of their readings are.
func New(version string, at time.Time, clusters []Cluster, t Table) Document {
	d := Document{Version: version, At: at, Complete: true, Clusters: clusters, Table: t}
	for _, c := range clusters {
		d.Complete = d.Complete && c.Reading != nil && c.Reading.Complete
	}
	return d
}

// Style is how the forms for people look; JSON is the same for everybody.
type Style struct {
	NoHeaders bool
	Terminal  bool // what is written goes to a terminal: CSV and names too are made safe for it
	Glyphs    text.Glyphs
	Now       time.Time // for stamps: its day and its zone
	Width     int       // cells of a line; a table leaves out columns to fit in; 0: any
}

// Write writes the document in a form. Errors are those of w.
func Write(w io.Writer, d Document, f Format, s Style) error {
	out := &output{w: bufio.NewWriterSize(w, 1<<16)}
	switch f {
	case Short, Wide:
		out.grid(d, f == Wide, s)
	case JSON:
		out.json(d)
	case JSONL:
		out.lines(d)
	case CSV:
		out.csv(d.Table, s)
	case Markdown:
		out.markdown(d, s)
	case Names:
		out.names(d.Table, s)
	default:
		return fmt.Errorf("write: format %q: unknown", f)
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.err
}

// output writes row after row and keeps the first error, after which nothing is written.
type output struct {
	w   *bufio.Writer
	row []byte // reused
	why whys
	err error
}

// put writes the row made last.
func (o *output) put() {
	if o.err == nil {
		_, o.err = o.w.Write(o.row)
	}
	o.row = o.row[:0]
}

func (o *output) text(s string) {
	o.row = append(o.row[:0], s...)
	o.put()
}

// gaps calls do for every gap of the document's clusters.
func (d *Document) gaps(do func(cluster string, g *lag.Gap, at time.Time)) {
	for _, c := range d.Clusters {
		if c.Reading == nil {
			continue
		}
		for i := range c.Reading.Gaps {
			do(c.Name, &c.Reading.Gaps[i], c.Reading.Tick)
		}
	}
}
