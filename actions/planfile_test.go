package actions

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func written(t *testing.T) (Plan, string) {
	t.Helper()
	x, _, _ := bench(t)
	p, _ := planned(t, x)
	var b bytes.Buffer
	must(t, p.Write(&b, "0.1.0"))
	return p, b.String()
}

func TestPlanFile(t *testing.T) {
	p, file := written(t)
	got, err := ReadPlan(strings.NewReader(file))
	must(t, err)
	a, err := json.Marshal(p)
	must(t, err)
	b, err := json.Marshal(got)
	must(t, err)
	if !bytes.Equal(a, b) || got.Expires.Sub(got.MadeAt) != DefaultExpiry || got.Target != p.Target {
		t.Errorf("wrote %s\nread  %s", a, b)
	}
	var doc map[string]any
	must(t, json.Unmarshal([]byte(file), &doc))
	item := doc["items"].([]any)[0].(map[string]any)
	for _, key := range []string{"plan", "kind", "cluster_id", "target", "digest", "effect", "tier", "made_at", "expires_at", "changes", "guards", "warnings", "undo", "totals", "ref", "cluster", "unknown"} {
		if _, ok := item[key]; !ok {
			t.Errorf("no key %s", key)
		}
	}
	if item["unknown"].(map[string]any)["totals.skipped"] != "not_measured" {
		t.Errorf("unknown: %v", item["unknown"])
	}
}

// TestEditedPlan changes the file in one place after the other: each is refused with a sentence.
func TestEditedPlan(t *testing.T) {
	p, file := written(t)
	for name, edit := range map[string][2]string{
		"a value":       {`"after": "1"`, `"after": "2"`},
		"the cluster":   {`"cluster_id": "cid"`, `"cluster_id": "other"`},
		"the target":    {`test/topic/t`, `test/topic/u`},
		"the tier":      {`"tier": "T1"`, `"tier": "T2"`},
		"the lock":      {`topic/t"`, `topic/u"`},
		"the expiry":    {`"expires_at": "` + p.Expires.Format(stampForm), `"expires_at": "` + p.Expires.Add(time.Hour).Format(stampForm)},
		"the making":    {`"made_at": "` + p.MadeAt.Format(stampForm), `"made_at": "` + p.MadeAt.Add(time.Minute).Format(stampForm)},
		"a new key":     {`"kind":`, `"force": true, "kind":`},
		"newer":         {`weir.plan/v1`, `weir.plan/v2`},
		"another thing": {`weir.plan/v1`, `weir.group/v1`},
		"a tail":        {"]\n}\n", "]\n}\n{}"},
		"no plan":       {`"items": [`, `"things": [`},
		"a cut":         {"]\n}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			edited := strings.ReplaceAll(file, edit[0], edit[1])
			if edited == file {
				t.Fatalf("nothing to edit: %s\n%s", edit[0], file)
			}
			_, err := ReadPlan(strings.NewReader(edited))
			wantKind(t, err, ErrUsage)
			if name == "newer" && !strings.Contains(err.Error(), "newer weir (0.1.0)") {
				t.Error(err)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	x, _, _ := bench(t)
	p, _ := planned(t, x)
	q := p
	q.ID, q.MadeAt, q.Expires = "p-other", p.MadeAt.Add(time.Hour), p.Expires.Add(time.Hour)
	if d, err := q.ComputeDigest(); err != nil || d != p.Digest {
		t.Errorf("id and times are in the digest: %s, %v", d, err)
	}
	fields := reflect.TypeFor[Plan]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if name == "ID" || name == "Digest" || name == "MadeAt" || name == "Expires" {
			continue
		}
		q := p
		disturb(reflect.ValueOf(&q).Elem().Field(i))
		if d, err := q.ComputeDigest(); err != nil || d == p.Digest {
			t.Errorf("%s is not in the digest (%v)", name, err)
		}
	}
}

func disturb(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(reflect.MakeSlice(v.Type(), 0, 1), reflect.Zero(v.Type().Elem())))
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		m.SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf("y"))
		v.Set(m)
	case reflect.Struct:
		disturb(v.Field(0))
	}
}

// TestDigestNumbers refuses what the canonical form would round: two plans must never share a digest.
func TestDigestNumbers(t *testing.T) {
	for n, ok := range map[string]bool{"9007199254740991": true, "-9007199254740991": true, "9007199254740992": false, "9007199254740993": false, "1.5": false, "1e3": false} {
		p := Plan{Changes: []Change{{Ref: "a", After: json.RawMessage(n)}}}
		if _, err := p.ComputeDigest(); (err == nil) != ok {
			t.Errorf("%s: %v", n, err)
		}
	}
	if _, err := (Plan{Kind: "\xff"}).ComputeDigest(); err != nil {
		t.Log(err) // JSON replaces what isn't UTF-8, and the Registry refuses such names
	}
}

func FuzzReadPlan(f *testing.F) {
	f.Add([]byte(`{"schema":"weir.plan/v1","items":[{}]}`))
	f.Add([]byte(`{"schema":"weir.plan/v3"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ReadPlan(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if d, err := p.ComputeDigest(); err != nil || d != p.Digest {
			t.Errorf("took a plan whose digest doesn't fit: %v", err)
		}
	})
}
