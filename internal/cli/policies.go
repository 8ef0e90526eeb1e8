package cli

import (
	"weir/internal/config"
	"weir/lag/state"
)

// policiesOf is what the configuration says of a cluster's groups, and then what the scenario of an embedded one does, as
// the rules want it.
func (a *app) policiesOf(cluster string) state.Policies {
	var said []config.Policy
	if a.policies != nil {
		said = a.policies(cluster)
	}
	said = append(said, a.declared[cluster]...)
	var out state.Policies
	for _, p := range said {
		out = append(out, state.Policy{
			Group: p.Group, Topic: p.Topic, TimeLag: p.TimeLag, Cron: p.Rhythm, Abandoned: p.Abandoned, MuteUntil: p.MuteUntil,
			Owner: p.Owner, Links: p.Links,
		})
	}
	return out
}

// declare keeps what the owners of a scenario's groups say of them.
func (a *app) declare(cluster, scenario string) {
	for _, s := range a.sys.Scenarios() {
		if s.Name == scenario && len(s.Policies) > 0 {
			if a.declared == nil {
				a.declared = map[string][]config.Policy{}
			}
			a.declared[cluster] = s.Policies
		}
	}
}
