package tui

import (
	"strings"

	"weir/lag/state"
)

// look is how a state is told.
type look struct {
	word, unicode, ascii string
	chip                 string
	one, many            string // after a number: "1 group …", "2 groups …"
}

var looks = [state.NumStates]look{
	state.LosingData:     {"losing data", "✗", "X", "LOSING DATA", "is losing data", "are losing data"},
	state.Stalled:        {"stalled", "■", "S", "STALLED", "is stalled", "are stalled"},
	state.Blocked:        {"blocked", "‖", "B", "BLOCKED", "is blocked", "are blocked"},
	state.Stopped:        {"stopped", "□", "T", "STOPPED", "is stopped", "are stopped"},
	state.Ahead:          {"ahead", "»", "A", "AHEAD", "is ahead of its log", "are ahead of their logs"},
	state.FallingBehind:  {"falling behind", "↗", "F", "FALLING BEHIND", "is falling behind", "are falling behind"},
	state.Rewinding:      {"rewinding", "↺", "R", "REWINDING", "is rewinding", "are rewinding"},
	state.NotVisible:     {"not visible", "?", "?", "NOT VISIBLE", "can't be seen", "can't be seen"},
	state.Unknown:        {"unknown", "?", "?", "UNKNOWN", "is not judged yet", "are not judged yet"},
	state.NeverCommitted: {"never committed", "∅", "N", "NEVER COMMITTED", "has never committed", "have never committed"},
	state.Rebalancing:    {"rebalancing", "⇄", "%", "REBALANCING", "keeps rebalancing", "keep rebalancing"},
	state.Draining:       {"draining", "↘", "D", "DRAINING", "is draining", "are draining"},
	state.Empty:          {"empty", "○", "o", "EMPTY", "is empty", "are empty"},
	state.Abandoned:      {"abandoned", "◌", ":", "ABANDONED", "is abandoned", "are abandoned"},
	state.KeepingUp:      {"keeping up", "·", ".", "KEEPING UP", "keeps up", "keep up"},
	state.Idle:           {"idle", " ", " ", "IDLE", "is idle", "are idle"},
}

func (t theme) glyph(s state.State) string {
	if int(s) >= len(looks) {
		return "?"
	}
	return t.pick(looks[s].unicode, looks[s].ascii)
}

// roleOf is the role of a state's word and glyph.
func roleOf(s state.State, sev state.Severity) role {
	switch {
	case sev == state.Critical:
		return critical
	case sev == state.Warning, s == state.Unknown:
		return warning
	case s == state.Draining, s == state.Rebalancing:
		return accent
	case s == state.KeepingUp, s == state.Idle, s == state.Abandoned:
		return quiet
	}
	return plain
}

func chipOf(s state.State, sev state.Severity) role {
	switch {
	case sev == state.Critical:
		return chipCritical
	case sev == state.Warning, s == state.Unknown:
		return chipWarning
	}
	return strong
}

// lowerFirst has a sentence follow a name and a colon.
func lowerFirst(s string) string {
	upper := func(b byte) bool { return b >= 'A' && b <= 'Z' }
	if len(s) < 2 || !upper(s[0]) || upper(s[1]) {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
