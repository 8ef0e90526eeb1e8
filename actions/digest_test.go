package actions

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestExactNumbers(t *testing.T) {
	for raw, ok := range map[string]bool{
		`{"a":9007199254740991}`: true, `{"a":-9007199254740991}`: true, `{"a":9007199254740992}`: false, `[1,2,-9007199254740993]`: false,
		`{"a":0.5}`: false, `{"a":1e3}`: false, `{"a":99999999999999999999}`: false, `{"1e3":"0.5 \" 9007199254740993","b":7}`: true,
		`"\\"`: true, `{"a\\":1e1}`: false, `0`: true, "\"\xff\"": false,
	} {
		if err := exact([]byte(raw)); (err == nil) != ok {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// Texts are never taken for numbers, and a number among them is found.
func TestExactSeesThroughTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.String()).Draw(t, "texts")
		raw, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		if err := exact(raw); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		raw, err = json.Marshal(map[string]any{"texts": texts, "z": json.RawMessage("0.25")})
		if err != nil {
			t.Fatal(err)
		}
		if exact(raw) == nil {
			t.Fatalf("%s passes", raw)
		}
	})
}
