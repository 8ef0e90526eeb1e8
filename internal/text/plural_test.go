package text

import "testing"

func TestPlural(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 groups are", 1: "1 group is", 2: "2 groups are", -1: "-1 groups are", 12345: "12,345 groups are", Unknown: "? groups are",
	} {
		if got := Plural(n, "group is", "groups are"); got != want {
			t.Errorf("Plural(%d) = %q, want %q", n, got, want)
		}
	}
	if got := Plural(1, "member", "members"); got != "1 member" {
		t.Errorf("Plural of an int: %q", got)
	}
}
