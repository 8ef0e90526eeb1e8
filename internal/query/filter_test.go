package query

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var groupFields = []Field{
	{Name: "group", Kind: TextField, IsName: true},
	{Name: "topic", Kind: TextField, IsName: true},
	{Name: "state", Kind: EnumField, Values: []string{"losing_data", "stalled", "stopped", "keeping_up", "unknown"}},
	{Name: "lag", Kind: CountField},
	{Name: "time_lag_seconds", Kind: SecondsField},
	{Name: "size_bytes", Kind: BytesField},
	{Name: "produce_per_second", Kind: RateField},
	{Name: "internal", Kind: BoolField},
	{Name: "since", Kind: TimeField},
}

type row map[string]Value

func (r row) get(field int) Value { return r[groupFields[field].Name] }

func mustCompile(t interface{ Fatalf(string, ...any) }, expr string) *Filter {
	f, err := Compile(expr, groupFields)
	if err != nil {
		t.Fatalf("Compile(%q): %v", expr, err)
	}
	return f
}

var settle = row{
	"group": TextValue("Payments-Settle"), "topic": TextValue("payments.events"), "state": TextValue("stalled"),
	"lag": IntValue(73_400), "time_lag_seconds": FloatValue(1390), "size_bytes": IntValue(50 << 20),
	"produce_per_second": FloatValue(1260), "internal": BoolValue(false),
	"since": TimeValue(time.Date(2026, 11, 21, 2, 51, 2, 0, time.UTC)),
}

func TestMatch(t *testing.T) {
	for expr, want := range map[string]bool{
		"": true, "  ": true, "settle": true, "SETTLE": true, "events": true, "orders": false, "!orders": true, "!settle": false,
		"! settle": false, `"settle"`: true, `'a|b'`: false, `!"a,b"`: true, "~^Pay": true, "~^pay.*s$": true, "!~^x": true,
		"group=Payments-Settle": true, "group=payments-settle": false, "group=Pay*": true, `group="Pay*"`: false,
		"group!=Pay*": false, "topic=payments.event?": true, "group~(?i)^pay": true, "group!~Pay": false,
		`topic~"orders|payments"`: true, `topic~"s{1,2}$"`: true, "state=stalled": true, "state=Stalled": true,
		"state!=stalled": false, "state=losing data": false, "state~^st": true,
		"lag>1e5": false, "lag>10k": true, "lag>=73400": true, "lag<=73.4k": true, "lag<73400": false, "lag=73400": true,
		"lag != 73400": false, ` lag > "73,399" `: true, "lag>-3": true, "time_lag_seconds>23m": true, "time_lag_seconds>1390": false,
		"time_lag_seconds<1d": true, "size_bytes=50MiB": true, "size_bytes>50MB": true, "produce_per_second>1.2k": true,
		"internal=false": true, "internal!=no": false, "since>2026-11-21T03:50:00+01:00": true, "since<2026-11-21t02:00:00z": false,
		// the comma binds tighter than the bar
		"orders,settle|settle": true, "settle|settle,orders": true, "orders|x,settle": false, "settle,orders|x": false,
		"state=stalled|state=stopped": true, "state=stopped|settle": true, "state=stopped|lag>1,!settle": false,
	} {
		if got := mustCompile(t, expr).Match(settle.get); got != (Result{Match: want}) {
			t.Errorf("%q: %+v, want %v", expr, got, want)
		}
	}
}

func TestUnknown(t *testing.T) {
	hidden, unseen, shown := Result{}, Result{Unknown: true}, Result{Match: true}
	r := row{"group": TextValue("a"), "topic": TextValue("b"), "state": TextValue("unknown")}
	for expr, want := range map[string]Result{
		"lag>1": unseen, "lag!=1": unseen, "lag<=1": unseen, "internal=true": unseen, "since>2026-01-01T00:00:00Z": unseen,
		"lag>1,a": unseen, "lag>1,x": hidden, "x,lag>1": hidden, "lag>1|a": shown, "lag>1|x": unseen, "state=unknown": shown,
		"lag>1|x,a": unseen, "lag>1,x|a": shown,
	} {
		if got := mustCompile(t, expr).Match(r.get); got != want {
			t.Errorf("%q: %+v, want %+v", expr, got, want)
		}
	}
	half := row{"group": TextValue("a")}
	for expr, want := range map[string]Result{"a": shown, "!a": hidden, "x": unseen, "!x": unseen, "~x": unseen, "!~x": unseen, "topic=b": unseen, "topic!=*": unseen} {
		if got := mustCompile(t, expr).Match(half.get); got != want {
			t.Errorf("half a name, %q: %+v, want %+v", expr, got, want)
		}
	}
	wrong := row{"lag": TextValue("5")}
	if got := mustCompile(t, "lag=5").Match(wrong.get); got != unseen {
		t.Errorf("a value that doesn't fit its field: %+v", got)
	}
}

func TestExactIntegers(t *testing.T) {
	const n = 1<<53 + 1
	for expr, want := range map[string]bool{
		fmt.Sprintf("lag=%d", n): true, fmt.Sprintf("lag=%d", n-1): false, fmt.Sprintf("lag>%d", n-1): true,
		fmt.Sprintf("lag<%d", int64(math.MaxInt64)): true, fmt.Sprintf("lag>%d", n): false,
	} {
		if got := mustCompile(t, expr).Match(row{"lag": IntValue(n)}.get); got.Match != want {
			t.Errorf("%q: %+v", expr, got)
		}
	}
	for _, c := range []struct {
		n    int64
		f    float64
		want int
	}{
		{n, 1 << 53, 1}, {math.MaxInt64, 1 << 63, -1}, {math.MinInt64 + 1, -1 << 63, 1}, {0, math.Inf(1), -1}, {0, math.Inf(-1), 1},
		{-1, -0.5, -1}, {0, -0.5, 1}, {1, 1.5, -1}, {2, 1.5, 1}, {3, 3, 0},
	} {
		if got := compareIntFloat(c.n, c.f); got != c.want {
			t.Errorf("compareIntFloat(%d, %v) = %d, want %d", c.n, c.f, got, c.want)
		}
		if got := compare(FloatValue(c.f), IntValue(c.n)); got != -c.want {
			t.Errorf("compare(%v, %d) = %d, want %d", c.f, c.n, got, -c.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct {
		expr   string
		column int
		fault  string
	}{
		{"lga>5", 1, "nearest is lag"}, {"a, tiem_lag_seconds>5", 4, "nearest is time_lag_seconds"},
		{"ü,time_lag>5", 3, "nearest is time_lag_seconds"}, {"colour=red", 1, "known are group, topic"},
		{"state=staled", 7, "nearest is stalled"}, {"state=red", 7, "known are losing_data"},
		{"lag>lots", 5, "10k"}, {"lag>5m", 5, "perhaps M"}, {"lag>1.5", 5, "whole"}, {"time_lag_seconds>5x", 18, "15m"},
		{"size_bytes>-1", 12, "less than zero"}, {"produce_per_second>", 20, "value is missing"}, {"internal=maybe", 10, "true or false"},
		{"since>yesterday", 7, "2026-11-21T03:00:00Z"}, {"since>2026-11-21T03:00:00", 7, "zone"},
		{"group>a", 1, "no order"}, {"state<stalled", 1, "no order"}, {"internal>true", 1, "no order"}, {"lag~5", 1, "no text"}, {"internal~x", 1, "no text"},
		{"a,,b", 3, "missing"}, {"a||b", 3, "missing"}, {"a,", 3, "missing"}, {",", 1, "missing"}, {"!", 2, "after !"},
		{"(a|b),c", 1, "parentheses"}, {"a,(b|c)", 3, "parentheses"}, {"!state=stalled", 1, "field!=value"}, {"=5", 1, "field name"},
		{"lag==5", 5, "one operator"}, {`group="a`, 7, "not closed"}, {`group="a"b`, 10, "comma or a bar"}, {`""`, 1, "empty"},
		{"topic~(a|b)", 7, "quote"}, {"topic~a{1,3}", 7, "quote"}, {"~[", 2, "regular expression"}, {"topic=", 7, "missing"},
		{"state=stalled|stopped", 15, "write state=stopped"}, {"state!=stalled,stopped", 16, "write state!=stopped"},
		{"lag>38,841,207", 8, "without commas"}, {strings.Repeat("a", 5000), 1, "too long"}, {"\x1b[2J>1", 1, `\x1b`},
	} {
		_, err := Compile(c.expr, groupFields)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Compile(%q): error %v", c.expr, err)
			continue
		}
		if e.Column != c.column || !strings.Contains(e.Error(), c.fault) || strings.ContainsRune(e.Error(), 0x1b) {
			t.Errorf("Compile(%q): %v, want column %d and %q", c.expr, err, c.column, c.fault)
		}
	}
	if _, err := Compile("word", groupFields[2:]); err == nil || !strings.Contains(err.Error(), "no name") {
		t.Errorf("a word without a name field: %v", err)
	}
	for _, expr := range []string{"state=stalled|!stopped", `state=stalled|"stopped"`, "state=stalled|stop", "lag>5|841", "lag>5,8411"} {
		mustCompile(t, expr)
	}
}

func TestFields(t *testing.T) {
	f := mustCompile(t, "lag>5,a|state=stalled,lag<9")
	if got := fmt.Sprint(f.Fields()); got != "[0 1 2 3]" || f.String() != "lag>5,a|state=stalled,lag<9" {
		t.Errorf("Fields() = %v, String() = %q", got, f)
	}
}

// An or of ands built at random agrees with its plain reading, row by row.
func TestPrecedenceProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alternatives := rapid.SliceOfN(rapid.SliceOfN(rapid.Int64Range(-5, 5), 1, 4), 1, 4).Draw(t, "limits")
		lag := rapid.Int64Range(-6, 6).Draw(t, "lag")
		want, parts := false, []string{}
		for _, limits := range alternatives {
			all, ands := true, []string{}
			for _, n := range limits {
				all = all && lag > n
				ands = append(ands, fmt.Sprintf("lag>%d", n))
			}
			want = want || all
			parts = append(parts, strings.Join(ands, ","))
		}
		f := mustCompile(t, strings.Join(parts, "|"))
		if got := f.Match(row{"lag": IntValue(lag)}.get); got != (Result{Match: want}) {
			t.Fatalf("%s at %d: %+v", f, lag, got)
		}
		if got := f.Match(row{}.get); got != (Result{Unknown: true}) {
			t.Fatalf("%s at unknown: %+v", f, got)
		}
	})
}

// Any text can be looked for and compared with when it is quoted.
func TestQuotingProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-c,|"'=<>!~ *?(]{1,12}`).Draw(t, "s")
		mark := rapid.SampledFrom([]string{`"`, `'`}).Draw(t, "mark")
		quoted := mark + strings.ReplaceAll(s, mark, mark+mark) + mark
		r := row{"group": TextValue(s), "topic": TextValue("")}
		for _, expr := range []string{"group=" + quoted, quoted, "x|" + quoted + ",group=" + quoted} {
			if got := mustCompile(t, expr).Match(r.get); !got.Match {
				t.Fatalf("%s does not match %q", expr, s)
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"", "a", "!a,b|~c", "lag>1e5", `topic~"a|b"`, "state=stalled", "since>2026-11-21T03:00:00Z", "a,\xff", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		filter, err := Compile(expr, groupFields)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len(expr)+1 {
				t.Errorf("Compile(%q): %v", expr, err)
			}
			return
		}
		for _, r := range []row{settle, {}} {
			if got := filter.Match(r.get); got.Match && got.Unknown {
				t.Errorf("%q: %+v", expr, got)
			}
		}
	})
}

func BenchmarkMatch200k(b *testing.B) {
	type position struct {
		group, topic, state string
		lag                 int64
	}
	rows := make([]position, 200_000)
	for i := range rows {
		rows[i] = position{fmt.Sprintf("group-%d", i%200), fmt.Sprintf("topic-%d", i%1000), "keeping_up", int64(i)}
	}
	f := mustCompile(b, "lag>10k,state!=stalled,GROUP-1|topic=topic-9*")
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		var r *position
		get := func(field int) Value {
			switch field {
			case 0:
				return TextValue(r.group)
			case 1:
				return TextValue(r.topic)
			case 2:
				return TextValue(r.state)
			}
			return IntValue(r.lag)
		}
		for i := range rows {
			r = &rows[i]
			if f.Match(get).Match {
				n++
			}
		}
		if n == 0 {
			b.Fatal("nothing matched")
		}
	}
}

// TestAnUnknownWordIsNoOtherForCertain: a state that isn't known yet may be the one that is looked for. Whoever asks for
// what is not so is shown it.
func TestAnUnknownWordIsNoOtherForCertain(t *testing.T) {
	fields := []Field{{Name: "state", Kind: EnumField, Values: []string{"stalled", "idle", "unknown"}}, {Name: "lag", Kind: CountField}}
	for expr, want := range map[string]Result{
		"state=stalled": {Unknown: true}, "state=stalled|state=idle": {Unknown: true}, "state=unknown": {Match: true},
		"state!=idle": {Match: true}, "state!=unknown": {}, "state=stalled,lag>5": {}, "state=stalled|lag<5": {Match: true},
	} {
		f, err := Compile(expr, fields)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(func(i int) Value { return []Value{TextValue("unknown"), IntValue(1)}[i] }); got != want {
			t.Errorf("%s: %+v, want %+v", expr, got, want)
		}
	}
}

// TestABareWordIsNotInANameThatIsNotThere: a row that has no such name at all is not in doubt; one whose name can't be seen is.
func TestABareWordIsNotInANameThatIsNotThere(t *testing.T) {
	names := []Field{{Name: "topic", Kind: TextField, IsName: true}, {Name: "member_id", Kind: TextField, IsName: true}}
	for _, tt := range []struct {
		expr   string
		member Value
		want   Result
	}{
		{"orders", AbsentValue(), Result{Match: true}},
		{"settle", AbsentValue(), Result{}},
		{"!settle", AbsentValue(), Result{Match: true}},
		{"~^settle", AbsentValue(), Result{}},
		{"!~^settle", AbsentValue(), Result{Match: true}},
		{"settle", Value{}, Result{Unknown: true}},
		{"!settle", Value{}, Result{Unknown: true}},
		{"orders", Value{}, Result{Match: true}},
		{"member_id=x", AbsentValue(), Result{Unknown: true}},
		{"member_id!~x", AbsentValue(), Result{Unknown: true}},
	} {
		f, err := Compile(tt.expr, names)
		if err != nil {
			t.Fatal(err)
		}
		got := f.Match(func(field int) Value { return []Value{TextValue("orders"), tt.member}[field] })
		if got != tt.want {
			t.Errorf("%s with member %+v: %+v, want %+v", tt.expr, tt.member, got, tt.want)
		}
	}
}
