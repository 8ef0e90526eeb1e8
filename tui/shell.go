package tui

import (
	"maps"
	"slices"
	"strings"

	"weir/internal/text"
	"weir/internal/wire"
)

// withCluster are the arguments that name a thing and the cluster.
func withCluster(s *snap, args ...string) []string {
	return append(args, "-c", s.conf.Name)
}

// listCommand is the command line that prints what a list shows.
func listCommand(s *snap, l *list, troubles string, args ...string) []string {
	out := append([]string{"weir", "get", l.noun}, withCluster(s, args...)...)
	filter := l.expr
	switch {
	case troubles != "" && filter == "":
		filter = troubles
	case troubles != "": // the comma binds tighter than the bar: each state takes the filter along
		var each []string
		for _, t := range strings.Split(troubles, "|") {
			each = append(each, t+","+filter)
		}
		filter = strings.Join(each, "|")
	}
	if filter != "" {
		out = append(out, "--filter", filter)
	}
	if l.order != "" {
		out = append(out, "--sort", l.order)
	}
	return out
}

func (g *groups) command(s *snap) []string {
	var names []string
	if g.onlyMine {
		names = slices.Sorted(maps.Keys(g.mine))
	}
	filter := ""
	if g.onlyBad {
		filter = troublesFilter
	}
	return listCommand(s, &g.list, filter, names...)
}

// troublesFilter is what ! does, as the shell filters.
const troublesFilter = "state=losing_data|state=stalled|state=blocked|state=stopped|state=ahead|state=falling_behind|state=rewinding|state=not_visible"

// shellLine quotes a command for a POSIX shell.
func shellLine(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a
		if a == "" || strings.Trim(a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/@+,=") != "" || strings.HasPrefix(a, "=") || strings.HasPrefix(a, "-") && i > 2 && len(a) > 2 && !strings.HasPrefix(a, "--") {
			out[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// fromShell is the command line that does the same, whole: on rows of its own where one is too short for it.
func fromShell(s *snap, args []string, indent string, w int) []line {
	said := s.safe(shellLine(args))
	head := put(quiet, indent+"the same from a shell:  ")
	if head.width()+text.Width(said) <= w {
		return []line{nil, head.add(plain, said)}
	}
	out := []line{nil, put(quiet, indent+"the same from a shell:")}
	for _, part := range wrap(s.glyphs, said, w-len(indent)-2, len(said)) {
		out = append(out, put(plain, indent+"  "+part))
	}
	return out
}

// markdown is the view on top as it is pasted into a channel: with the cluster, the path and when the data was read.
func (m *model) markdown() string {
	s := m.snap()
	head := "**" + escapeMarkdown(s.safe(s.conf.Name)) + "** " + escapeMarkdown(strings.Join(safeAll(s, m.top().crumbs(s)), " / ")) +
		", as of " + s.asOf.In(s.now.Location()).Format("2006-01-02 15:04:05") + " " + text.Zone(s.now) + "\n\n"
	if s.late != live || s.frozen {
		head = strings.TrimSuffix(head, "\n\n") + ", " + text.CoarseDuration(max(0, since(s.now, s.asOf))) + " old\n\n"
	}
	if v, ok := m.top().(markdowned); ok {
		return head + v.markdown(s)
	}
	body, _ := m.top().draw(s, max(m.w, leastWidth), max(m.h, leastHeight)-2)
	lines := make([]string, len(body))
	for i, l := range body {
		lines[i] = strings.TrimRight(l.text(), " ")
	}
	return head + fence(lines)
}

func safeAll(s *snap, in []string) []string {
	out := make([]string, len(in))
	for i := range in {
		out[i] = s.safe(in[i])
	}
	return out
}

// escapeMarkdown keeps a name from being read as Markdown.
func escapeMarkdown(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "<", "&lt;", "|", `\|`).Replace(s)
}

// fence makes a block of code, with a fence longer than any in it.
func fence(lines []string) string {
	body := strings.Trim(strings.Join(lines, "\n"), "\n")
	marks := "```"
	for strings.Contains(body, marks) {
		marks += "`"
	}
	return marks + "\n" + body + "\n" + marks + "\n"
}

// markdown is the list as a table, of all rows that it holds.
func (l *list) markdown(s *snap) string {
	rows := make([]int, 0, mostCopied)
	for _, at := range l.data[:min(len(l.data), mostCopied)] {
		if at < len(l.rows) {
			rows = append(rows, l.rows[at])
		}
	}
	var b strings.Builder
	doc := wire.New("", s.judged, s.wire(), l.table.Pick(rows))
	if err := wire.Write(&b, doc, wire.Markdown, wire.Style{Terminal: true, Glyphs: s.glyphs, Now: s.now}); err != nil {
		return s.safe(err.Error()) // a strings.Builder takes everything
	}
	if over := len(l.keys) - mostCopied; over > 0 {
		b.WriteString("\nand " + text.Plural(over, "row", "rows") + " more\n")
	}
	return b.String()
}

// mostCopied is how many rows of a list are copied: what is pasted is to be read.
const mostCopied = 500

// widen takes the narrowing to troubles and to one's own off; false when there was none.
func (l *list) widen() bool {
	was := l.onlyBad || l.onlyMine
	l.onlyBad, l.onlyMine, l.dirty = false, false, l.dirty || was
	return was
}
