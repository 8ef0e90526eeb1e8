package config

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a parsed TOML file and where each of its keys stands.
type document struct {
	file   string
	text   []byte
	tree   map[string]any
	places map[string]int // offset in text, by pathKey
	arrays map[string]int // number of tables so far in each array of tables, by pathKey
}

// path is the keys from the root to a value; elements of arrays by index.
type path []string

func (p path) with(key string) path { return append(p[:len(p):len(p)], key) }

// String is the path as TOML writes a dotted key.
func (p path) String() string {
	quoted := make([]string, len(p))
	for i, k := range p {
		quoted[i] = tomlKey(k)
	}
	return strings.Join(quoted, ".")
}

func pathKey(p path) string { return strings.Join(p, "\x00") }

// parseDocument reads text. What isn't TOML is one Problem, for nothing after it can be trusted.
func parseDocument(file string, text []byte) (*document, Problems) {
	d := &document{file: file, text: text, places: map[string]int{}, arrays: map[string]int{}}
	if err := toml.Unmarshal(text, &d.tree); err != nil {
		return nil, Problems{d.syntax(err)}
	}
	var p unstable.Parser
	p.Reset(text)
	var table path
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table:
			table = d.placeKeys(nil, e.Key())
		case unstable.ArrayTable:
			table = d.placeElement(e.Key())
		case unstable.KeyValue:
			d.placeValue(d.placeKeys(table, e.Key()), e.Value())
		}
	}
	return d, nil
}

// placeKeys places each part of a dotted key. A part that names an array of tables stands for the last of them.
func (d *document) placeKeys(at path, keys unstable.Iterator) path {
	for keys.Next() {
		n := keys.Node()
		at = at.with(string(n.Data))
		d.place(at, n)
		if tables := d.arrays[pathKey(at)]; tables > 0 {
			at = at.with(strconv.Itoa(tables - 1))
		}
	}
	return at
}

// placeElement places the parts of the key of an array of tables; the last stands for a new table of the array.
func (d *document) placeElement(keys unstable.Iterator) path {
	var at path
	for keys.Next() {
		n := keys.Node()
		at = at.with(string(n.Data))
		d.place(at, n)
		tables := d.arrays[pathKey(at)]
		if keys.IsLast() {
			d.arrays[pathKey(at)]++
			at = at.with(strconv.Itoa(tables))
			d.place(at, n)
		} else if tables > 0 {
			at = at.with(strconv.Itoa(tables - 1))
		}
	}
	return at
}

func (d *document) placeValue(at path, v *unstable.Node) {
	if v.Kind != unstable.Array && v.Kind != unstable.InlineTable {
		return
	}
	i, children := 0, v.Children()
	for children.Next() {
		switch c := children.Node(); c.Kind {
		case unstable.Comment:
		case unstable.KeyValue:
			d.placeValue(d.placeKeys(at, c.Key()), c.Value())
		default:
			elem := at.with(strconv.Itoa(i))
			d.place(elem, c)
			d.placeValue(elem, c)
			i++
		}
	}
}

func (d *document) place(at path, n *unstable.Node) {
	if _, known := d.places[pathKey(at)]; !known && n.Raw.Length > 0 {
		d.places[pathKey(at)] = int(n.Raw.Offset)
	}
}

// problem is a Problem at a path, or at the nearest table above it that the file holds.
func (d *document) problem(at path, message string) Problem {
	p := Problem{File: d.file, Key: at.String(), Message: message}
	for ; len(at) > 0; at = at[:len(at)-1] {
		if offset, ok := d.places[pathKey(at)]; ok {
			p.Line, p.Column = position(d.text, offset)
			break
		}
	}
	return p
}

// position is line and column, from 1, of an offset.
func position(text []byte, offset int) (line, column int) {
	before := string(text[:offset])
	line = strings.Count(before, "\n") + 1
	return line, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// quotedPart is what the TOML library quotes from the file in its messages; it may be a piece of a secret.
var quotedPart = regexp.MustCompile("(?s):.*|U\\+[0-9A-F]+( '.')?|['\"`].*['\"`]")

func (d *document) syntax(err error) Problem {
	p := Problem{File: d.file, Message: "not valid TOML"}
	var de *toml.DecodeError
	if errors.As(err, &de) {
		p.Line, p.Column = de.Position()
		what := strings.TrimPrefix(de.Error(), "toml: ")
		p.Message += ": " + strings.TrimSpace(quotedPart.ReplaceAllString(what, "…"))
	}
	return p
}
