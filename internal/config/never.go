package config

import (
	"regexp/syntax"
)

// neverMatches tells whether a regular expression that compiles can match no text at all, such as one with something in
// front of ^. It walks the expression's program over kinds of characters instead of characters: what matters to ^, $ and
// \b is only whether a line feed, a letter or something else comes next, or nothing.
func neverMatches(expr string) bool {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return false
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return false
	}
	w := walker{prog: prog, seen: map[spot]bool{}}
	for before := range kinds {
		for next := range kinds {
			if w.matches(spot{uint32(prog.Start), before, next}) {
				return false
			}
		}
	}
	return true
}

// kinds of characters by one of each; −1 stands for the edge of the text.
var kinds = [4]rune{-1, '\n', 'a', ' '}

// spot is an instruction, with the kinds of the character before it and of the one that comes next.
type spot struct {
	pc           uint32
	before, next int
}

type walker struct {
	prog *syntax.Prog
	seen map[spot]bool
}

func (w walker) matches(s spot) bool {
	if w.seen[s] {
		return false
	}
	w.seen[s] = true
	i := &w.prog.Inst[s.pc]
	switch i.Op {
	case syntax.InstMatch:
		return true
	case syntax.InstAlt, syntax.InstAltMatch:
		return w.matches(spot{i.Out, s.before, s.next}) || w.matches(spot{i.Arg, s.before, s.next})
	case syntax.InstCapture, syntax.InstNop:
		return w.matches(spot{i.Out, s.before, s.next})
	case syntax.InstEmptyWidth:
		need := syntax.EmptyOp(i.Arg)
		return need&^syntax.EmptyOpContext(kinds[s.before], kinds[s.next]) == 0 && w.matches(spot{i.Out, s.before, s.next})
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		if !takes(i, s.next) {
			return false
		}
		for next := range kinds {
			if w.matches(spot{i.Out, s.next, next}) {
				return true
			}
		}
	}
	return false
}

// takes tells whether an instruction takes some character of a kind.
func takes(i *syntax.Inst, kind int) bool {
	switch kinds[kind] {
	case -1:
		return false
	case '\n':
		return i.MatchRune('\n')
	}
	word := kinds[kind] == 'a'
	for r := rune(0); r < 0x80; r++ {
		if r != '\n' && syntax.IsWordChar(r) == word && i.MatchRune(r) {
			return true
		}
	}
	if word { // all of them are ASCII
		return false
	}
	if i.Op == syntax.InstRuneAny || i.Op == syntax.InstRuneAnyNotNL {
		return true
	}
	for _, r := range i.Rune {
		if r >= 0x80 {
			return true
		}
	}
	return false
}
