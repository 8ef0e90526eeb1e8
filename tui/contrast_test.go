package tui

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// The sixteen colours as terminals come with them: xterm, the Linux console, GNOME's Tango.
var palettes = map[string][16]uint32{
	"xterm": {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff},
	"console": {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
		0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff},
	"tango": {0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf,
		0x555753, 0xef2929, 0x8ae234, 0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec},
}

// luminance is that of WCAG 2.2.
func luminance(rgb uint32) float64 {
	var out float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb>>(16-8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		out += weight * c
	}
	return out
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b uint32) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// worn are the colours of a text in a role: those of the terminal, but for what the role says.
func worn(code string, fore, back uint32, palette [16]uint32) (uint32, uint32) {
	for part := range strings.SplitSeq(code, ";") {
		switch n, _ := strconv.Atoi(part); {
		case n == 7:
			fore, back = back, fore
		case n >= 30 && n <= 37:
			fore = palette[n-30]
		case n >= 90 && n <= 97:
			fore = palette[n-82]
		case n >= 40 && n <= 47:
			back = palette[n-40]
		}
	}
	return fore, back
}

// TestEveryRoleCanBeRead holds every pair of colours to what WCAG 2.2 asks of text, 4.5, on the palettes of common
// terminals; what is bold or a chip counts as large, of which it asks 3: on a background that is not known no red is far
// from both black and white. What is faint is as faint as the terminal makes it, and holds nothing that one decides by.
func TestEveryRoleCanBeRead(t *testing.T) {
	grounds := map[string][2]uint32{"dark": {0xd0d0d0, 0x000000}, "light": {0x000000, 0xffffff}}
	for name, palette := range palettes {
		for _, of := range []struct {
			theme string
			roles *[numRoles]string
			on    []string
		}{{"dark", &darkRoles, []string{"dark"}}, {"light", &lightRoles, []string{"light"}}, {"unknown", &unknownRoles, []string{"dark", "light"}}, {"mono", &monoRoles, []string{"dark", "light"}}} {
			for _, ground := range of.on {
				if name == "console" && of.theme != "dark" {
					continue // it is known to be dark
				}
				for r, code := range of.roles {
					least := 4.5
					switch {
					case of.theme == "unknown" && role(r) == critical, role(r) >= chipCritical:
						least = 3
					case name == "console" && role(r) == warning:
						least = 4 // its yellow is a brown
					}
					fore, back := worn(code, grounds[ground][0], grounds[ground][1], palette)
					if got := contrast(fore, back); got < least {
						t.Errorf("%s, theme %s on %s: role %d (%s) has a contrast of %.2f, want %.1f", name, of.theme, ground, r, code, got, least)
					}
				}
			}
		}
	}
}

func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b uint32
		want float64
	}{{0, 0xffffff, 21}, {0x777777, 0xffffff, 4.48}, {0xcd0000, 0xffffff, 5.86}, {5, 5, 1}} {
		if got := contrast(c.a, c.b); math.Abs(got-c.want) > 0.02 {
			t.Errorf("%06x on %06x: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}
