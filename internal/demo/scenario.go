package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Steady is the scenario that is played when none is named.
const Steady = "steady"

// Scenario is a story that the embedded cluster plays.
type Scenario struct {
	Name  string // as in demo:NAME
	Title string // a few words
	Sees  string // what an operator should see
	// Within is how long after Start that can be seen at the latest; 0 at once.
	Within time.Duration
	Expect []Expectation
	// Declared is what the owners of its groups would have said of them in a configuration.
	Declared []Declaration

	play func(*stage) error
}

// Expectation says how a group should be told in a scenario. Its times are counted from the moment Start returned.
type Expectation struct {
	Group  string
	States []string // names of states as in weir.group/v1
	// Between From and Within the group must be told to be in one of States, once at least; Holds: and from then on in
	// no other. With Never it must be told to be in none of them, at any time.
	From, Within time.Duration
	Holds        bool
	Never        bool
}

// Declaration is what a group's owner says of it.
type Declaration struct {
	Group string
	Cron  time.Duration // the group is a scheduled job: the longest time between the begins of two runs
}

// scenarios are all that can be played, in the order they are listed.
var scenarios = []Scenario{
	steady, stalledMember, slow, storm, poison, retention, blockedReaders, brokerLost, restarted, burst, deploy, nightly,
}

// Scenarios returns all scenarios, steady first.
func Scenarios() []Scenario { return slices.Clone(scenarios) }

// Is reports whether a cluster name means the embedded cluster: demo, or demo:SCENARIO.
func Is(cluster string) bool {
	return cluster == "demo" || strings.HasPrefix(cluster, "demo:")
}

// Parse returns the scenario that a cluster name asks for: demo is steady, demo:NAME is NAME.
func Parse(cluster string) (Scenario, error) {
	if !Is(cluster) {
		return Scenario{}, fmt.Errorf("cluster %q is not the embedded one: write demo or demo:SCENARIO", cluster)
	}
	return find(strings.TrimPrefix(strings.TrimPrefix(cluster, "demo"), ":"))
}

func find(name string) (Scenario, error) {
	if name == "" {
		name = Steady
	}
	names := make([]string, 0, len(scenarios))
	for _, s := range scenarios {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scenario{}, fmt.Errorf("no scenario %q in the embedded cluster: there are %s", name, strings.Join(names, ", "))
}
