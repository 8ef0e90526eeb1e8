package mask

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"weir/internal/config"
)

func set(t testing.TB, m ...config.Mask) Set {
	t.Helper()
	for i := range m {
		m[i].Topic = "pay*"
	}
	s, err := For(append(m, config.Mask{Topic: "other", Key: true, Value: true}), "payments")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestApply(t *testing.T) {
	heads := []Header{{"Authorization", []byte("Bearer x")}, {"X-Api-Token", []byte("y")}, {"trace", []byte("4111111111111111")}, {"nil", nil}}
	in := Record{Key: []byte("k-4111111111111111"), Value: []byte(`{"card": {"number":"4111", "exp":"12/30"}, "items":[{"iban":"DE1","n":1.50},{"iban":{"a":[1]}}]}`), Headers: heads}
	for _, tt := range []struct {
		name string
		mask config.Mask
		want Record
		what []string
	}{
		{"nothing", config.Mask{}, in, nil},
		{"key", config.Mask{Key: true}, Record{[]byte(Hidden), in.Value, heads}, []string{"key"}},
		{"value", config.Mask{Value: true}, Record{in.Key, []byte(Hidden), heads}, []string{"value"}},
		{"headers", config.Mask{Headers: []string{"authorization", "x-*-token"}},
			Record{in.Key, in.Value, []Header{{"Authorization", []byte(Hidden)}, {"X-Api-Token", []byte(Hidden)}, heads[2], heads[3]}}, []string{"header Authorization", "header X-Api-Token"}},
		{"fields", config.Mask{Fields: []string{"card.NUMBER", "items.*.iban", "no.such"}},
			Record{[]byte(Hidden), []byte(`{"card":{"number":"(hidden)","exp":"12/30"},"items":[{"iban":"(hidden)","n":1.50},{"iban":"(hidden)"}]}`), heads}, []string{"key", "value"}},
		{"patterns", config.Mask{Patterns: []string{"[0-9]{13,19}"}},
			Record{[]byte("k-(hidden)"), in.Value, []Header{heads[0], heads[1], {"trace", []byte(Hidden)}, heads[3]}}, []string{"key", "header trace"}},
	} {
		got, what := set(t, tt.mask).Apply(in)
		if !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(what, tt.what) {
			t.Errorf("%s: %s %s %q, %q", tt.name, got.Key, got.Value, got.Headers, what)
		}
	}
	if got, what := set(t, config.Mask{Key: true, Value: true, Headers: []string{"*"}}).Apply(Record{}); got.Key != nil || got.Value != nil || what != nil {
		t.Errorf("null: %+v, %q", got, what)
	}
	if in.Headers[2].Value[0] != '4' {
		t.Error("the record given was changed")
	}
}

// TestHostile: what isn't plainly JSON is hidden whole where fields are masked.
func TestHostile(t *testing.T) {
	s := set(t, config.Mask{Fields: []string{"pan"}})
	for _, v := range []string{`{"pan":"1"`, `{"a":1,"a":2}`, `{"pan":"1","PAN":"2"}`, `{"pan":1} {"pan":2}`, `pan=1`, "\x00\x01", `{"a":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}`, `{"pan":1}x`} {
		if got, what := s.Apply(Record{Value: []byte(v)}); string(got.Value) != Hidden || what == nil {
			t.Errorf("%q: %s", v, got.Value)
		}
	}
	for _, v := range []string{`{"a": 1}`, `3`, `"pan"`, ` `, `[1, 2]`} {
		if got, what := s.Apply(Record{Value: []byte(v)}); string(got.Value) != v || what != nil {
			t.Errorf("%q: %s", v, got.Value)
		}
	}
}

// FuzzFields: a field's value is never in what is shown, and what is shown is JSON or hidden whole.
func FuzzFields(f *testing.F) {
	s := set(f, config.Mask{Fields: []string{"pan", "*.pan"}})
	for _, seed := range []string{`{"pan":"SECRET"}`, `{"a":{"pan":["SECRET"]}}`, `[{"pan":"SECRET"}]`, `{"pan":1,"b":[{"c":null}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, hidden := s.json(b)
		if !hidden {
			if !bytes.Equal(got, b) {
				t.Errorf("%q became %q", b, got)
			}
			return
		}
		if string(got) != Hidden && !json.Valid(got) {
			t.Errorf("%q became %q", b, got)
		}
		var v struct{ Pan any }
		if json.Unmarshal(got, &v) == nil && v.Pan != nil && v.Pan != Hidden {
			t.Errorf("%q became %q", b, got)
		}
	})
}
