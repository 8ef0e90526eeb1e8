package wire

import (
	"bytes"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	c := []Cluster{world()}
	groups := Groups(c)
	d := New("0.1.0", night, c, groups.Pick([]int{2}))
	members := Members(c)
	d.More = []Section{{"members", members.Pick([]int{0})}, {"nothing", members.Pick(nil)}}
	var b bytes.Buffer
	if err := Page(&b, d, Style{}); err != nil {
		t.Fatal(err)
	}
	want := `cluster                 prod
group                   payments
type                    classic
protocol_state          preparing_rebalance
lag                     60
lag_bound               at_least
stable_lag              60
lost                    40
members                 1
partitions              3
worst                   orders:0
coordinator             1

MEMBERS
GROUP     CLIENT  HOST      INSTANCE  PARTITIONS  MEMBER
payments  settle  10.0.0.7  –         orders:0,1  m-1

NOTHING
none
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}

func TestPageSaysWhy(t *testing.T) {
	c := []Cluster{world()}
	groups := Groups(c)
	var b bytes.Buffer
	if err := Page(&b, New("0.1.0", night, c, groups.Pick([]int{1, 0})), Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lag                     ? (not authorized)\n", `group                   evil\x1b[31m\u202e",|\x0a` + "\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	if err := Page(&failing{}, New("", night, c, groups), Style{}); err == nil {
		t.Error("a page that could not be written is no error")
	}
}

func TestPageOfMeasures(t *testing.T) {
	c := []Cluster{watched()}
	var b bytes.Buffer
	groups := Groups(c)
	if err := Page(&b, New("0.1.0", night, c, groups.Pick([]int{0})), Style{Now: night}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"stalled\n", "1 stalled, 2 idle\n", "03:00:00 UTC\n", "1.50 a second\n", "never\n", "1m30s\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}
