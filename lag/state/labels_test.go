package state

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// labels is the part of labels.json that the score needs; times are Unix milliseconds.
type labels struct {
	Begin, End int64
	Groups     []struct {
		Group        string
		Kind         string
		ProtocolType string `json:"protocol_type"`
	}
	Leftovers struct{ Groups []string }
	Incidents []incident
	States    map[string][]piece
}

type incident struct {
	ID, Kind   string
	Group      string
	Topic      string
	From, To   int64
	Partitions []int32 // of the topic, where not all are touched
	Incident   *bool
	Ambiguous  bool
}

// piece is a stretch of a group's time with the states that are right in it.
type piece struct {
	From, To int64
	Expected string
	Accept   []string
	Incident *bool
	Because  string
	Why      string
}

// states of the labels that the contract names otherwise.
var labelled = map[string]string{
	"keeping up": "keeping_up", "falling behind": "falling_behind", "losing data": "losing_data",
	"not visible": "not_visible", "blocked by an open transaction": "blocked", "ahead of the log": "ahead",
	"never committed": "never_committed",
}

func contractName(label string) string {
	if n, ok := labelled[label]; ok {
		return n
	}
	return label
}

func (p *piece) accepts(s State) bool {
	for _, a := range p.Accept {
		n := contractName(a)
		// A group without members and with unread records is stopped in the contract and empty in the labels.
		if n == s.String() || n == "empty" && s == Stopped {
			return true
		}
	}
	return false
}

// open reports whether nearly every state is right in this piece, so that it tells nothing of a rule.
func (p *piece) open() bool { return len(p.Accept) >= 12 }

func readLabels(dir string) (*labels, error) {
	b, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		return nil, err
	}
	var l labels
	return &l, json.Unmarshal(b, &l)
}
