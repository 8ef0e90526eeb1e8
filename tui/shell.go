package tui

import (
	"maps"
	"slices"
	"strings"

	"weir/internal/query"
	"weir/internal/text"
	"weir/internal/wire"
)

// withCluster are the arguments that name a thing and the cluster.
func withCluster(s *snap, args ...string) []string {
	args = append(args, s.conf.Flags...)
	if s.conf.Unnamed {
		return args
	}
	return append(args, "-c", s.conf.Name)
}

// lookOn is for how long a shell looks on to tell states and rates, as the screen does.
const lookOn = "20s"

// listCommand is the command line that prints what a list shows, narrowed as it is and by more.
func listCommand(s *snap, l *list, more string, args ...string) []string {
	return narrowedTo(withCluster(s, append([]string{"weir", "get", l.noun}, args...)...), l, more)
}

// narrowedTo is a command line that prints what a list has, in its order and narrowed as it is and by more.
func narrowedTo(out []string, l *list, more string) []string {
	switch l.noun {
	case "groups", "positions", "topics", "partitions":
		out = append(out, "--window", lookOn)
	}
	if filter := query.And(more, l.expr); filter != "" {
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
		for _, at := range g.data { // states that are trouble only for some
			row := g.reader.Row(g.rows[at])
			if state := row[g.table.Column("state")].String(); !strings.Contains("|"+troublesFilter+"|", "|state="+state+"|") {
				filter += "|group=" + query.Quoted(row[g.table.Column("group")].String())
			}
		}
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
	return head + fence(plainLines(body))
}

// copyWidth and copyHeight are what a part of a screen is drawn in when it is copied: as wide as is read in a channel.
const (
	copyWidth  = 118
	copyHeight = 60
)

// plainLines are lines without their colours.
func plainLines(in []line) []string {
	out := make([]string, len(in))
	for i, l := range in {
		out[i] = strings.TrimRight(l.text(), " ")
	}
	return out
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

// markdown is the list as a table, of all rows that it holds, and what of them is left out.
func (l *list) markdown(s *snap) string {
	said := ""
	if how := strings.Join(l.hides(s, false), "; "); how != "" {
		said = escapeMarkdown(text.Plural(len(l.keys), "row", "rows")+" of "+itoa(l.total)+": "+how) + "\n\n"
	}
	if l.folded > 0 && !l.unfolded && l.match == nil {
		said += itoa(l.folded) + " folded away\n\n"
	}
	if len(l.keys) == 0 {
		return said + "none\n"
	}
	rows := make([]int, 0, mostCopied)
	for _, at := range l.data[:min(len(l.data), mostCopied)] {
		if at < len(l.rows) {
			rows = append(rows, l.rows[at])
		}
	}
	var b strings.Builder
	b.WriteString(said)
	doc := wire.New(s.version, s.judged, s.wire(), l.table.Pick(rows))
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
