package wire

import (
	"errors"
	"strings"
	"testing"

	"weir/internal/text"
)

func TestTable(t *testing.T) {
	d := New("0.1.0", night, []Cluster{world()}, Groups([]Cluster{world()}))
	want := `GROUP                      TYPE      LAG   LOST   MEMBERS   PARTITIONS
evil\x1b[31m\u202e",|\x0a  simple      0      0         0            1
forbidden                  ?           ?      ?         ?            ?
payments                   classic   ≥60    ≥40         1            3
shared                     share       ?      0         0            1
workers                    connect     0      0         1            0
`
	if got := written(t, d, Short, Style{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableNamesClustersAndMeasures(t *testing.T) {
	clusters := []Cluster{watched(), dead()}
	got := written(t, New("0.1.0", night, clusters, Groups(clusters)), Wide, Style{Now: night})
	first := strings.Fields(strings.SplitN(got, "\n", 3)[1])
	want := []string{"prod", "stalled", "payments", "classic", "preparing_rebalance", "61", "exact", "≥1m30s", "1.50", "0", "never", "1h00m", "40"}
	for i, w := range want {
		if first[i] != w {
			t.Fatalf("row %q, want it to begin with %q", first, want)
		}
	}
	if !strings.Contains(got, "03:00:00") || !strings.Contains(got, "SINCE UTC") {
		t.Errorf("stamps without a time or a zone in\n%s", got)
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	clusters := []Cluster{watched()}
	d := New("0.1.0", night, clusters, Groups(clusters))
	for _, width := range []int{80, 60} {
		got := written(t, d, Short, Style{Width: width})
		for line := range strings.Lines(got) {
			if n := text.Width(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d cells in %q, want at most %d", n, line, width)
			}
		}
		for _, head := range []string{"STATE", "GROUP", "LAG", "BEHIND"} {
			if !strings.Contains(got, head) {
				t.Errorf("at %d, %s is gone from\n%s", width, head, got)
			}
		}
	}
	if wide := written(t, d, Wide, Style{Width: 60}); !strings.Contains(wide, "COORDINATOR") {
		t.Errorf("a wide table leaves something out:\n%s", wide)
	}
}

func TestLowerBoundsSaySo(t *testing.T) {
	c := []Cluster{world()}
	groups := Groups(c)
	d := New("0.1.0", night, c, groups.Pick([]int{2}))
	for form, want := range map[Format]string{Short: "  ≥60  ", Wide: "  ≥60  ", Markdown: "| ≥60 |", CSV: ",60,at_least,", JSON: `"lag":60,"lag_bound":"at_least"`} {
		if got := written(t, d, form, Style{}); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in\n%s", form, want, got)
		}
	}
	if got := written(t, d, Short, Style{Glyphs: text.ASCII}); !strings.Contains(got, "  >60  ") {
		t.Errorf("no bound in\n%s", got)
	}
}

func TestTableInASCII(t *testing.T) {
	d := New("0.1.0", night, []Cluster{world()}, Positions([]Cluster{world()}))
	for i, r := range written(t, d, Short, Style{Glyphs: text.ASCII}) {
		if r > '~' || r < ' ' && r != '\n' {
			t.Fatalf("%q at byte %d", r, i)
		}
	}
}

func TestNoHeaders(t *testing.T) {
	for _, f := range []Format{Short, Wide, CSV, Markdown} {
		d := New("0.1.0", night, []Cluster{world()}, Topics([]Cluster{world()}))
		with, without := written(t, d, f, Style{}), written(t, d, f, Style{NoHeaders: true})
		rows := strings.Count(without, "\n")
		if strings.Contains(without, "REPLICAS") || strings.Contains(without, "replication_factor") || rows >= strings.Count(with, "\n") || rows != 2 {
			t.Errorf("%s has heads all the same, or not all rows:\n%s", f, without)
		}
	}
}

func TestCSV(t *testing.T) {
	d := New("0.1.0", night, []Cluster{world()}, Members([]Cluster{world()}))
	want := `ref,cluster,group,member_id,instance_id,client_id,host,partitions,unknown
prod/member/payments/m-1,prod,payments,m-1,,settle,10.0.0.7,"[{""topic"":""orders"",""partition"":0},{""topic"":""orders"",""partition"":1}]",instance_id:not_applicable
prod/member/workers/w-1,prod,workers,w-1,w,connect,10.0.0.8,[],
`
	if got := written(t, d, CSV, Style{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCSVIsExactInAFileAndSafeOnATerminal(t *testing.T) {
	d := New("0.1.0", night, []Cluster{world()}, Groups([]Cluster{world()}))
	exact := `"` + strings.ReplaceAll(hostile, `"`, `""`) + `"`
	if got := written(t, d, CSV, Style{}); !strings.Contains(got, exact) {
		t.Errorf("no %q in\n%q", exact, got)
	}
	if got := written(t, d, CSV, Style{Terminal: true}); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("control characters in %q", got)
	}
}

func TestMarkdown(t *testing.T) {
	d := New("0.1.0", night, []Cluster{world()}, Brokers([]Cluster{world()}))
	want := `| BROKER | HOST | PORT | RACK | CONTROLLER | LEADERS | REPLICAS | UNDER | P50/P99 | THROTTLE |
|---:|---|---:|---|---|---:|---:|---:|---|---:|
| 1 | kafka-1 | 9092 | a | yes | 3 | 3 | 0 | 1.0ms/? | 0s |
| 2 | ? | ? | ? | no | 0 | 2 | 2 | ? | ? |
`
	if got := written(t, d, Markdown, Style{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	d.Table = Groups([]Cluster{world()})
	if got := written(t, d, Markdown, Style{}); !strings.Contains(got, `evil\\x1b\[31m\\u202e",\|\\x0a`) {
		t.Errorf("a name that is not escaped in\n%s", got)
	}
}

func TestNames(t *testing.T) {
	c := []Cluster{world()}
	for table, want := range map[string]string{
		"group": "evil\\x1b[31m\\u202e\",|\\x0a\nforbidden\npayments\nshared\nworkers\n", "topic": "__offsets\norders\n", "broker": "1\n2\n",
		"member": "prod/member/payments/m-1\nprod/member/workers/w-1\n",
	} {
		if got := written(t, New("0.1.0", night, c, tables(c)[table]), Names, Style{}); got != want {
			t.Errorf("%s: got %q, want %q", table, got, want)
		}
	}
}

func TestJSONLines(t *testing.T) {
	c := []Cluster{world(), dead()}
	lines := strings.Split(strings.TrimSuffix(written(t, New("0.1.0", night, c, Brokers(c)), JSONL, Style{}), "\n"), "\n")
	want := []string{
		`{"schema":"weir.broker/v1","ref":"prod/broker/1","cluster":"prod","broker":1,"host":"kafka-1","port":9092,"rack":"a",` +
			`"controller":true,"leaders":3,"replicas":3,"under_replicated":0,"latency_seconds":{"p50":0.001,"p99":null},"throttle_seconds":0,"unknown":{}}`,
		`{"schema":"weir.broker/v1","ref":"prod/broker/2","cluster":"prod","broker":2,"host":null,"port":null,"rack":null,` +
			`"controller":false,"leaders":0,"replicas":2,"under_replicated":2,"latency_seconds":null,"throttle_seconds":null,` +
			`"unknown":{"host":"gone","port":"gone","rack":"gone","latency_seconds":"unreachable","throttle_seconds":"unreachable"}}`,
		`{"schema":"weir.gap/v1","ref":"prod/group/forbidden","cluster":"prod","reason":"not_authorized","detail":"no Read on it","since":"2026-11-21T03:00:00.123Z"}`,
		`{"schema":"weir.gap/v1","ref":"prod/broker/2","cluster":"prod","reason":"unreachable","detail":"refused","since":"2026-11-21T03:00:00.123Z"}`,
		`{"schema":"weir.gap/v1","ref":"dead/cluster","cluster":"dead","reason":"unreachable","detail":"no broker answered","since":"2026-11-21T03:00:00.123Z"}`,
		`{"schema":"weir.end/v1","weir":"0.1.0","at":"2026-11-21T03:00:00.123Z","complete":false,"clusters":[` +
			`{"name":"prod","id":"Mk3OEYBSD34fcwNTJENDM2Qk","at":"2026-11-21T03:00:00.123Z","took_seconds":0.08},` +
			`{"name":"dead","id":null,"at":"2026-11-21T03:00:00.123Z","took_seconds":0}],"items":2}`,
	}
	for i := range max(len(lines), len(want)) {
		if i >= len(lines) || i >= len(want) || lines[i] != want[i] {
			t.Fatalf("line %d of %d differs:\n%s", i, len(lines), strings.Join(lines, "\n"))
		}
	}
}

func TestSections(t *testing.T) {
	c := []Cluster{world()}
	d := New("0.1.0", night, c, Groups(c))
	d.More = []Section{{"members", Members(c)}}
	whole := decode(t, written(t, d, JSON, Style{})).(map[string]any)
	if n := len(whole["members"].([]any)); n != 2 {
		t.Errorf("%d members, want 2", n)
	}
	if got := written(t, d, JSONL, Style{}); !strings.Contains(got, `"items":7}`) {
		t.Errorf("5 groups and 2 members are not 7 items:\n%s", got)
	}
}

// failing is a file that takes some bytes and then no more.
type failing struct{ left int }

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	d := New("0.1.0", night, []Cluster{big(20, 100)}, Table{})
	d.Table = Positions(d.Clusters)
	for _, f := range Formats() {
		if err := Write(&failing{left: 1 << 14}, d, f, Style{}); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want the writer's", f, err)
		}
	}
	if err := Write(&failing{}, d, "xml", Style{}); err == nil {
		t.Error("a form that does not exist is no error")
	}
}

func TestPick(t *testing.T) {
	table := Groups([]Cluster{world()})
	table = table.Pick([]int{2, 0})
	col := table.Column("group")
	r := NewReader(&table)
	if table.Len != 2 || r.Cell(0, col).String() != "payments" || r.Cell(1, col).String() != hostile {
		t.Errorf("picked %d rows, %s first", table.Len, r.Cell(0, col))
	}
}
