package config

import "testing"

func TestKnownAs(t *testing.T) {
	c := Config{Clusters: []Cluster{
		{Name: "a", Brokers: []string{"a-1:9092"}},
		{Name: "b", Brokers: []string{"b-1:9092"}, ID: "id-b"},
		{Name: "c", Brokers: []string{"tunnel:1"}, Addresses: map[string]string{"c-1.internal:9092": "tunnel:1"}},
	}}
	for _, tt := range []struct {
		name string
		is   Identity
		want string
	}{
		{"by an advertised address", Identity{"x", []string{"a-2:9092", "a-1:9092"}}, "a"},
		{"by its id, whatever it advertises", Identity{"id-b", []string{"a-1:9092"}}, "b"},
		{"an address of one with another id", Identity{"x", []string{"b-1:9092"}}, ""},
		{"by an address that is reached another way", Identity{"x", []string{"c-1.internal:9092"}}, "c"},
		{"by nothing", Identity{"x", []string{"d-1:9092"}}, ""},
		{"no id is nobody's", Identity{"", nil}, ""},
	} {
		if got, ok := c.KnownAs(tt.is); got.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.name, got.Name, ok)
		}
	}
}
