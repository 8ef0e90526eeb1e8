package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"

	"weir/internal/cli"
	"weir/internal/config"
	"weir/internal/demo"
	"weir/internal/kafka"
	"weir/internal/query"
	"weir/internal/wire"
	"weir/lag"
	"weir/probes"
	kafkaprobe "weir/probes/kafka"
)

// release is set when a release is built; without it the version is that of the module.
var release = ""

func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.1.0-dev"
}

func systems() cli.Systems {
	return cli.Systems{Version: version(), Open: open, Identify: identify, Diagnose: diagnose, Peek: peek, Demo: startDemo, CallDemo: demo.Call, Console: console, Actions: registry, Again: again,
		Anchor: newAnchor, Claims: newClaims, Topics: cli.TopicChecks{Anchor: examineAnchor, Claims: examineClaims},
		Scenarios: scenarios}
}

// again is this program once more: the very file, also where another was put in its place since.
func again(args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = os.Args[0]
	return cmd, nil
}

func open(ctx context.Context, c config.Cluster) (probes.Probe, error) {
	skip, err := skipper(c)
	if err != nil {
		return nil, err
	}
	client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{Version: version()})
	if err != nil {
		return nil, err
	}
	return kafkaprobe.New(kafkaprobe.Over(client), kafkaprobe.Options{Cluster: c.Name, Timeout: c.Timeout, Skip: skip}), nil
}

// skipper tells what the configuration leaves out.
func skipper(c config.Cluster) (func(kind, name string) bool, error) {
	out := map[string][]query.Glob{}
	for kind, patterns := range map[string][]string{lag.KindGroup: c.Groups.Exclude, lag.KindTopic: c.Topics.Exclude} {
		for _, p := range patterns {
			g, err := query.ParseGlob(p)
			if err != nil {
				return nil, fmt.Errorf("cluster %s: exclude: %w", c.Name, err)
			}
			out[kind] = append(out[kind], g)
		}
	}
	return func(kind, name string) bool { return query.MatchAny(out[kind], name) }, nil
}

func diagnose(ctx context.Context, c config.Cluster) []wire.Check {
	return checks(c, kafka.Diagnose(ctx, c, kafka.Seeing, kafka.Options{Version: version()}))
}

func checks(c config.Cluster, all []kafka.Check) []wire.Check {
	var out []wire.Check
	for _, k := range all {
		out = append(out, wire.Check{
			Cluster: c.Name, Check: k.Check, Target: k.Target, OK: k.OK, Unknown: k.Unknown, Detail: k.Detail, Remedy: k.Remedy,
		})
	}
	return out
}

func scenarios() []cli.Scenario {
	var out []cli.Scenario
	for _, s := range demo.Scenarios() {
		out = append(out, cli.Scenario{Name: s.Name, Title: s.Title, Sees: s.Sees, Policies: declared(s)})
	}
	return out
}

// declared is what the owners of a scenario's groups say of them, as a configuration would.
func declared(s demo.Scenario) []config.Policy {
	var out []config.Policy
	for _, d := range s.Declared {
		out = append(out, config.Policy{Group: d.Group, Expect: config.ExpectCron, Rhythm: d.Cron})
	}
	return out
}
