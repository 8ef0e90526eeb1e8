package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"weir/lag"
	"weir/lag/state"
)

var update = flag.Bool("update", false, "write docs/schemas from the columns")

const schemas = "../../docs/schemas"

// TestSchemasMatchTheColumns fails when a column is missing in docs/schemas, or a key of docs/schemas in the columns.
func TestSchemasMatchTheColumns(t *testing.T) {
	for name, table := range tables(nil) {
		path := filepath.Join(schemas, name+".json")
		want := itemSchema(name, &table)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the columns; go test ./internal/wire -update writes it", path)
		}
	}
}

// TestOutputMatchesTheSchemas validates all that is printed against docs/schemas, which ask for every key and allow no other.
func TestOutputMatchesTheSchemas(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiled := map[string]*jsonschema.Schema{}
	for _, name := range []string{"group", "position", "member", "topic", "partition", "broker", "cluster", "check", "event", "explanation", "change", "action", "run", "audit", "record", "gap", "end", "envelope"} {
		s, err := compiler.Compile(filepath.Join(schemas, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		compiled[name] = s
	}
	for _, clusters := range [][]Cluster{{world()}, {watched()}, {dead(), world(), {Name: "never"}}} {
		for name, table := range tables(clusters) {
			d := New("0.1.0", night, clusters, table)
			for line := range strings.Lines(written(t, d, JSONL, Style{})) {
				validate(t, compiled, line)
			}
			whole := decode(t, written(t, d, JSON, Style{}))
			if err := compiled["envelope"].Validate(whole); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, item := range whole.(map[string]any)["items"].([]any) {
				if err := compiled[name].Validate(item); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

// validate holds a line against the schema it names.
func validate(t *testing.T, compiled map[string]*jsonschema.Schema, line string) {
	t.Helper()
	v := decode(t, line)
	named, _ := v.(map[string]any)["schema"].(string)
	name := strings.TrimSuffix(strings.TrimPrefix(named, "weir."), "/v1")
	if compiled[name] == nil {
		t.Fatalf("schema %q of %s is not described", named, line)
	}
	if err := compiled[name].Validate(v); err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

func decode(t *testing.T, s string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(s))
	if err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return v
}

// itemSchema makes the JSON Schema of a table's items.
func itemSchema(name string, t *Table) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"$id\": %q,\n  \"title\": %q,\n", t.Schema, name)
	b.WriteString("  \"type\": \"object\",\n  \"additionalProperties\": false,\n  \"required\": [")
	for _, c := range t.Columns {
		fmt.Fprintf(&b, "%q, ", c.Name)
	}
	fmt.Fprintf(&b, "\"unknown\"],\n  \"properties\": {\n    \"schema\": {\"const\": %q, \"description\": \"In JSON lines only.\"},\n", t.Schema)
	for _, c := range t.Columns {
		doc, _ := json.Marshal(c.Doc)
		fmt.Fprintf(&b, "    %q: {%s, \"description\": %s},\n", c.Name, typeOf(&c), doc)
	}
	fields := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = c.Name
	}
	f, _ := json.Marshal(fields)
	r, _ := json.Marshal(lag.Reasons())
	fmt.Fprintf(&b, "    \"unknown\": {\"type\": \"object\", \"description\": \"Why a field is not known, by its name.\",\n"+
		"      \"propertyNames\": {\"enum\": %s},\n      \"additionalProperties\": {\"enum\": %s}}\n  }", f, r)
	if strings.Contains(b.String(), "#/$defs/state") {
		s, _ := json.Marshal(stateNames())
		fmt.Fprintf(&b, ",\n  \"$defs\": {\"state\": {\"enum\": %s}}", s)
	}
	b.WriteString("\n}\n")
	return []byte(b.String())
}

var jsonTypes = map[Kind]string{Text: "string", Count: "integer", Number: "integer", Bytes: "integer", Seconds: "number",
	Rate: "number", Bool: "boolean"}

func typeOf(c *Column) string {
	switch c.Kind {
	case Nested:
		return strings.TrimSuffix(strings.TrimPrefix(c.Schema, "{"), "}")
	case Enum:
		names := []any{}
		for _, n := range c.Names {
			names = append(names, n)
		}
		if !c.Always {
			names = append(names, nil)
		}
		out, _ := json.Marshal(names)
		return `"enum": ` + string(out)
	case Time:
		return `"type": ["string", "null"], "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"`
	}
	if c.Always {
		return fmt.Sprintf("\"type\": %q", jsonTypes[c.Kind])
	}
	return fmt.Sprintf("\"type\": [%q, \"null\"]", jsonTypes[c.Kind])
}

// watched is the world once states were measured.
func watched() Cluster {
	c := world()
	verdicts := make([]state.Verdict, len(c.Reading.Groups))
	for i := range verdicts {
		verdicts[i] = state.Verdict{Group: lag.GroupIx(i), Worst: lag.Nowhere, TimeLag: state.NotKnown, CatchUp: state.NotKnown,
			RetentionLeft: state.NotKnown, Produce: -1, Consume: -1, Lag: lag.Unknown, StableLag: lag.Unknown, Lost: lag.Unknown}
	}
	c.Verdicts = &state.Result{At: night, Groups: verdicts}
	stalled := state.Verdict{State: state.Stalled, Severity: state.Critical, Since: night, Why: "orders:0 has not moved", Worst: 0,
		Basis: state.Basis{Samples: 4}, Lag: 61, StableLag: 61, Lost: 40, TimeLag: 90e9, TimeLagBound: lag.AtLeast, Produce: 1.5,
		Consume: 0, CatchUp: state.Never, RetentionLeft: 3600e9}
	stalled.Counts[state.Stalled], stalled.Counts[state.Idle] = 1, 2
	verdicts[0] = stalled
	c.Positions = func(g lag.GroupIx) []state.Position {
		out := make([]state.Position, len(c.Reading.Groups[g].Positions))
		for i := range out {
			out[i] = state.Position{State: state.Stalled, Since: night, Lag: int64(i), StableLag: 1, Lost: 2, TimeLag: 1e9,
				Produce: 1, Consume: 2, CatchUp: state.Never, RetentionLeft: state.NotKnown,
				Unknown: map[string]lag.Reason{"retention_left_seconds": lag.WindowTooShort}}
		}
		return out
	}
	return c
}
