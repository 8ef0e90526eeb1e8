package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Mark is a moment that somebody wanted to see beside what happens on a cluster, such as a deploy. Its texts are kept as
// they were given, control characters too: whoever shows them makes them safe.
type Mark struct {
	At      time.Time // when; kept in UTC
	Text    string    // what; MaxMarkText characters at most
	By      string    // who said so, "" when that isn't known; MaxMarkName characters at most
	Cluster string    // where, "" for everywhere; MaxMarkName characters at most
}

// The longest texts of a Mark, in characters.
const (
	MaxMarkText = 1000
	MaxMarkName = 500
)

// ErrUnfit is the error of a mark that can't be kept, whatever the directory: it has no text or time, or too much text.
var ErrUnfit = errors.New("not a mark")

const markVersion = 1

// markLine is a line of the file. Fields may be added; a line of another version is not read.
type markLine struct {
	Version int       `json:"v"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	By      string    `json:"by,omitempty"`
	Cluster string    `json:"cluster,omitempty"`
}

func (m Mark) check() error {
	if m.At.IsZero() {
		return fmt.Errorf("%w: the time is missing", ErrUnfit)
	}
	if strings.TrimSpace(m.Text) == "" {
		return fmt.Errorf("%w: the text is empty; say what happened", ErrUnfit)
	}
	for _, f := range []struct {
		name, text string
		most       int
	}{{"text", m.Text, MaxMarkText}, {"name of who says so", m.By, MaxMarkName}, {"cluster's name", m.Cluster, MaxMarkName}} {
		if !utf8.ValidString(f.text) {
			return fmt.Errorf("%w: the %s is not valid UTF-8", ErrUnfit, f.name)
		}
		if n := utf8.RuneCountInString(f.text); n > f.most {
			return fmt.Errorf("%w: the %s has %d characters, and at most %d are kept; shorten it", ErrUnfit, f.name, n, f.most)
		}
	}
	return nil
}

// encode gives the line of a mark, with its end.
func (m Mark) encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the file is for people too
	if err := e.Encode(markLine{markVersion, m.At.UTC(), m.Text, m.By, m.Cluster}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnfit, err) // a year that RFC 3339 can't write
	}
	return b.Bytes(), nil
}

// decodeMark reads a line; false for one that is torn, broken or not of this version.
func decodeMark(line []byte) (Mark, bool) {
	var l markLine
	if !utf8.Valid(line) || json.Unmarshal(line, &l) != nil || l.Version != markVersion {
		return Mark{}, false
	}
	m := Mark{l.At.UTC(), l.Text, l.By, l.Cluster}
	return m, m.check() == nil
}
