package tui

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/wire"
)

// TestTheJSONOfARecordIsTheShells: what y shows is what weir peek -o jsonl prints of it, field by field; and d leaves nothing
// of a long value out.
func TestTheJSONOfARecordIsTheShells(t *testing.T) {
	c := open(t, nil, 80, 24, 1, troubled)
	long := `{"note":"` + strings.Repeat("x", 2*mostShown) + `end"}`
	c.looking(func(p Peek) (Records, error) {
		out, _ := poisoned(p)
		out.Records[p.Before].Value = []byte(long)
		out.Records[p.Before].Hidden = []string{"header H"}
		return out, nil
	})
	c.press("j", "enter").run(keyMsg("r"))
	s, p := c.m.snap(), c.m.top().(*peek)
	title, body, ok := p.describe(s, true)
	if !ok || title != "payments.events p7 at 38,841,214" {
		t.Fatalf("%q, %v", title, ok)
	}
	var item map[string]any
	if err := json.Unmarshal([]byte(body[0]), &item); err != nil {
		t.Fatal(err)
	}
	table := wire.Records(nil, wire.DecodeAuto, 0)
	for _, col := range table.Columns {
		if _, there := item[col.Name]; !there {
			t.Errorf("y shows no %s", col.Name)
		}
	}
	if item["schema"] != table.Schema || item["value"] != long || item["cluster"] != "prod-eu" || item["leader_epoch"] != 3.0 {
		t.Errorf("%.400s", body[0])
	}
	_, body, _ = p.describe(s, false)
	all := strings.Join(body, "\n")
	if !strings.Contains(all, "value, as JSON") || strings.Count(all, "x") < 2*mostShown || !strings.Contains(all, "header H") || strings.Contains(all, "the first ") {
		t.Errorf("d leaves something out:\n%.600s", all)
	}
	c.looking(func(Peek) (Records, error) { return Records{Start: 5, End: 5, Stands: "deleted"}, nil })
	empty := peekOf(c)
	if _, _, ok := empty.describe(s, true); ok {
		t.Error("a look that has read nothing shows a record")
	}
}
