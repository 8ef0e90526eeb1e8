package cli

import (
	"context"
	"slices"
	"strings"

	"weir/internal/config"
)

func (a *app) load() (config.Config, error) {
	cfg, err := config.Load(config.LoadOptions{Path: a.flag.config, Env: func(name string) (string, bool) {
		v := a.Getenv(name)
		return v, v != ""
	}})
	if err != nil {
		return cfg, fault{Usage, err}
	}
	return cfg, nil
}

// chosen returns the clusters that the command line names, each once, and starts the embedded one when it is among them.
func (a *app) chosen(ctx context.Context) ([]config.Cluster, error) {
	clusters, err := a.named(ctx)
	for i := range clusters {
		if a.timeoutGiven {
			clusters[i].Timeout = a.flag.timeout
		}
		if a.flag.readOnly {
			clusters[i].Mode = config.ReadOnly
		}
	}
	return clusters, err
}

func (a *app) named(ctx context.Context) ([]config.Cluster, error) {
	if a.timeoutGiven && a.flag.timeout < config.MinTimeout {
		return nil, usage("--timeout %s: want %s or more, such as 10s", a.flag.timeout, config.MinTimeout)
	}
	if a.flag.brokers != "" || a.flag.commandConfig != "" {
		if len(a.flag.clusters) > 0 {
			return nil, usage("--brokers and --command-config name a cluster themselves; leave out -c")
		}
		c, err := a.adHoc()
		return []config.Cluster{c}, err
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings {
		a.note("%s", w.Error())
	}
	a.policies = cfg.PoliciesOf
	names, err := a.wanted(cfg)
	if err != nil {
		return nil, err
	}
	var out []config.Cluster
	for _, name := range names {
		c, err := a.cluster(ctx, cfg, name)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// wanted are the names given with -c, else the default cluster, else the only one. The console opens on all that are
// configured, the default first.
func (a *app) wanted(cfg config.Config) ([]string, error) {
	var names []string
	for _, n := range a.flag.clusters {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	switch {
	case len(names) > 0:
		return names, nil
	case a.watchesAll && len(cfg.Clusters) > 0:
		all := clusterNames(cfg)
		if at := slices.Index(all, cfg.DefaultCluster); at > 0 {
			all = slices.Insert(slices.Delete(all, at, at+1), 0, cfg.DefaultCluster)
		}
		return all, nil
	case cfg.DefaultCluster != "":
		return []string{cfg.DefaultCluster}, nil
	case len(cfg.Clusters) == 1:
		return []string{cfg.Clusters[0].Name}, nil
	case len(cfg.Clusters) > 1:
		return nil, usage("which cluster? name it with -c, or set default_cluster in %s; there are %s", cfg.Source, strings.Join(clusterNames(cfg), ", "))
	}
	return nil, usage("no cluster is configured; write --brokers HOST:PORT, or -c demo for the built-in one")
}

func (a *app) cluster(ctx context.Context, cfg config.Config, name string) (config.Cluster, error) {
	if config.IsDemo(name) {
		c, err := a.startDemo(ctx, name)
		return cfg.Govern(c), err
	}
	if c, ok := cfg.Cluster(name); ok {
		return c, nil
	}
	if len(cfg.Clusters) == 0 {
		return config.Cluster{}, usage("-c %q: no cluster is configured; write --brokers HOST:PORT, or -c demo for the built-in one", name)
	}
	return config.Cluster{}, usage("-c %q is not in %s; %s", name, cfg.Source, nearOrAll(name, append(clusterNames(cfg), "demo")))
}

// adHoc is the cluster of --brokers and --command-config, named after its first broker.
func (a *app) adHoc() (config.Cluster, error) {
	c := config.Cluster{Mode: config.Confirm, Refresh: config.DefaultRefresh, Timeout: config.DefaultTimeout}
	if a.flag.commandConfig != "" {
		read, warnings, err := config.FromProperties(a.flag.commandConfig)
		if err != nil {
			return c, fault{Usage, err}
		}
		for _, w := range warnings {
			a.note("%s", w.Error())
		}
		c = read
	}
	if a.flag.brokers != "" {
		brokers, err := config.ParseBrokers(a.flag.brokers)
		if err != nil {
			return c, usage("--%w", err)
		}
		c.Brokers = brokers
	}
	if len(c.Brokers) == 0 {
		return c, usage("--command-config %s names no bootstrap.servers; add --brokers HOST:PORT", a.flag.commandConfig)
	}
	c.Name = c.Brokers[0]
	return c, nil
}

// startDemo starts the embedded cluster for as long as the command runs.
func (a *app) startDemo(ctx context.Context, name string) (config.Cluster, error) {
	scenario, err := a.scenario(strings.TrimPrefix(strings.TrimPrefix(name, "demo"), ":"))
	if err != nil {
		return config.Cluster{}, err
	}
	c, stop, err := a.sys.Demo(ctx, scenario, "", demoSeed)
	if err != nil {
		return config.Cluster{}, unseen("demo: the embedded cluster does not start: %w", err)
	}
	a.done = append(a.done, stop)
	c.Name = name
	a.declare(name, scenario)
	return c, nil
}

func clusterNames(cfg config.Config) []string {
	var out []string
	for _, c := range cfg.Clusters {
		out = append(out, c.Name)
	}
	return out
}
