package cli

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"weir/actions"
	"weir/internal/config"
	"weir/lag/state"
)

// policyLines are what the policy would refuse the plan for, and what it will ask for; nothing where it has no objection.
func (a *app) policyLines(b *bytes.Buffer, obstacles []actions.Obstacle) {
	if len(obstacles) > 0 {
		b.WriteString("\npolicy, as it stands now\n")
	}
	for _, o := range obstacles {
		fmt.Fprintf(b, "  %s  %s\n", obstacleHead(o), a.glyphs().Safe(obstacleText(o)))
	}
}

func obstacleHead(o actions.Obstacle) string {
	if o.Final {
		return "REFUSES"
	}
	return "asks   "
}

func obstacleText(o actions.Obstacle) string {
	if o.Do == "" {
		return o.What
	}
	return o.What + " (" + o.Do + ")"
}

// foresee tells what stands between a plan and its apply.
func (a *app) foresee(p actions.Plan, c config.Cluster) ([]actions.Obstacle, error) {
	h, err := a.host(c)
	if err != nil {
		return nil, err
	}
	return h.Policy(c.Name).Foresee(p, time.Now()), nil
}

// unknownKinds warns of forbidden kinds that no kind of change matches.
func (a *app) unknownKinds(cfg config.Config) []string {
	var out []string
	look := func(where string, forbidden []string) {
		for _, pattern := range forbidden {
			hit := false
			for _, s := range a.specs() {
				one := actions.Policy{Forbidden: []string{pattern}}
				hit = hit || len(one.Foresee(actions.Plan{Kind: s.Kind}, time.Time{})) > 0
			}
			if !hit {
				out = append(out, fmt.Sprintf("%s: %s.policy.forbidden_kinds: no kind of change matches %q; weir action list -o wide tells those there are", cfg.Source, where, pattern))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Environments)) {
		look("environments."+name, cfg.Environments[name].Policy.Forbidden)
	}
	for _, c := range cfg.Clusters {
		if !slices.Equal(c.Policy.Forbidden, cfg.Environments[c.Environment].Policy.Forbidden) {
			look("clusters."+c.Name, c.Policy.Forbidden)
		}
	}
	return out
}

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
