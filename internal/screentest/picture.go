package screentest

import (
	"fmt"
	"html"
	"strings"

	"github.com/hinshun/vt10x"
)

// Picture is what a screen showed at one moment.
type Picture struct {
	Width, Height int
	cells         []vt10x.Glyph
}

// Picture takes one, once the screen reads all the texts.
func (p *Terminal) Picture(texts ...string) Picture {
	p.t.Helper()
	p.until(strings.Join(texts, ", "), holds(texts))
	defer p.mu.Unlock()
	w, h := p.screen.Size()
	pic := Picture{Width: w, Height: h}
	for y := range h {
		for x := range w {
			pic.cells = append(pic.cells, p.screen.Cell(x, y))
		}
	}
	return pic
}

func (p Picture) row(y int) []vt10x.Glyph { return p.cells[y*p.Width : (y+1)*p.Width] }

// Text returns the rows without the spaces at their ends.
func (p Picture) Text() string {
	var b strings.Builder
	for y := range p.Height {
		b.WriteString(strings.TrimRight(runes(p.row(y)), " ") + "\n")
	}
	return b.String()
}

func runes(cells []vt10x.Glyph) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteRune(max(c.Char, ' '))
	}
	return b.String()
}

// The attributes of a cell, as the emulation numbers them.
const (
	bold  = 1 << 2
	faint = 1 << 4 // shown as italic
)

const (
	cellWidth, cellHeight = 8.4, 17
	foreground            = "#d0d0d0"
	background            = "#16181c"
)

// palette holds the sixteen colours of a terminal.
var palette = [16]string{"#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5",
	"#666666", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff"}

func shade(c vt10x.Color) string {
	switch {
	case c < 16:
		return palette[c]
	case c == vt10x.DefaultBG:
		return background
	}
	return foreground
}

// SVG draws the screen with the colours of a dark terminal.
func (p Picture) SVG() string {
	var b strings.Builder
	w, h := float64(p.Width)*cellWidth, p.Height*cellHeight
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" font-family="monospace" font-size="14" fill="%s" xml:space="preserve">`+"\n",
		w, h, w, h, foreground)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="%s"/>`+"\n", background)
	for y := range p.Height {
		row := p.row(y)
		for from := 0; from < p.Width; {
			to := from + 1
			for to < p.Width && alike(row[from], row[to]) {
				to++
			}
			p.run(&b, row[from:to], from, y)
			from = to
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func alike(a, b vt10x.Glyph) bool { return a.FG == b.FG && a.BG == b.BG && a.Mode == b.Mode }

// run draws cells of one look. The emulation has turned the colours of what is reversed round already.
func (p Picture) run(b *strings.Builder, cells []vt10x.Glyph, x, y int) {
	c, left := cells[0], float64(x)*cellWidth
	if bg := shade(c.BG); bg != background {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, y*cellHeight, float64(len(cells))*cellWidth, cellHeight, bg)
	}
	all := runes(cells)
	text := strings.TrimLeft(all, " ")
	left += float64(len(all)-len(text)) * cellWidth
	if text = strings.TrimRight(text, " "); text == "" {
		return
	}
	look := ""
	if fg := shade(c.FG); fg != foreground {
		look = fmt.Sprintf(` fill="%s"`, fg)
	}
	if c.Mode&bold != 0 {
		look += ` font-weight="bold"`
	}
	if c.Mode&faint != 0 {
		look += ` opacity=".6"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d"%s textLength="%.1f">%s</text>`+"\n",
		left, y*cellHeight+13, look, float64(len([]rune(text)))*cellWidth, html.EscapeString(text))
}
