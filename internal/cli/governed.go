package cli

import (
	"context"
	"errors"
	"time"

	"weir/internal/config"
)

// governed has the policy of the configuration hold for a cluster that was named by its brokers, too: by an address that both
// have, by the cluster's id, by what its brokers say their addresses are, or by what was changed there from this host.
func (a *app) governed(ctx context.Context, c config.Cluster) (config.Cluster, error) {
	if a.flag.brokers == "" && a.flag.commandConfig == "" {
		return c, nil
	}
	cfg, err := a.load()
	if err != nil {
		return c, err
	}
	known, ok := cfg.Known(c)
	if !ok && len(cfg.Clusters) > 0 {
		var id string
		if known, id, err = a.identified(ctx, cfg, c); err != nil {
			return c, err
		}
		if ok = known.Name != ""; !ok {
			a.note("%s, with cluster id %s, is none of the clusters of %s as far as that can be told: no policy holds", c.Name, id, cfg.Source)
		}
	}
	if !ok {
		c.Masks = cfg.MasksOf(c.Name)
		return c, nil
	}
	a.note("%s is cluster %s of %s: its policy holds", c.Name, known.Name, cfg.Source)
	c.Environment, c.Policy, c.Masks, c.Claims = known.Environment, known.Policy, known.Masks, known.Claims
	if known.Mode == config.ReadOnly {
		c.Mode = config.ReadOnly
	}
	return c, nil
}

// identified asks a cluster who it is, and gives the one of the configuration that it is; none where nothing says so.
func (a *app) identified(ctx context.Context, cfg config.Config, c config.Cluster) (config.Cluster, string, error) {
	is, err := a.identify(ctx, c)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return c, "", cause
		}
		return config.Cluster{}, "", unseen("%s does not tell who it is, so that no policy can be found for it: %w", c.Name, err)
	}
	if known, ok := cfg.KnownAs(is); ok {
		return known, is.ID, nil
	}
	h, err := a.host()
	if err != nil {
		return config.Cluster{}, "", err
	}
	names, err := h.Named(ctx, is.ID)
	if err != nil {
		return config.Cluster{}, "", acted(err)
	}
	for _, name := range names {
		if known, ok := cfg.Cluster(name); ok {
			return known, is.ID, nil
		}
	}
	return config.Cluster{}, is.ID, nil
}

// identify asks a cluster who it is. One that takes connections and says nothing is left behind when time is up: looking into
// why it is silent takes longer.
func (a *app) identify(ctx context.Context, c config.Cluster) (config.Identity, error) {
	type answer struct {
		is  config.Identity
		err error
	}
	told := make(chan answer, 1)
	go func() {
		is, err := a.sys.Identify(ctx, c)
		told <- answer{is, err}
	}()
	select {
	case t := <-told:
		return t.is, t.err
	case <-ctx.Done():
		return config.Identity{}, context.Cause(ctx)
	}
}

// identifyTime is how long the console stays closed over that: somebody waits for it.
const identifyTime = 2 * time.Second

// governedAlways is governed for the console, which opens on a cluster that can't be reached, too: what can't be told then
// is read-only, and stays so.
func (a *app) governedAlways(ctx context.Context, c config.Cluster) (config.Cluster, error) {
	soon, cancel := context.WithTimeoutCause(ctx, identifyTime, unseen("%s does not tell who it is within %s, so that no policy can be found for it", c.Name, identifyTime))
	defer cancel()
	out, err := a.governed(soon, c)
	f, isFault := errors.AsType[fault](err)
	if err == nil || !isFault || f.code != Unseen {
		return out, err
	}
	a.note("%s; it is read-only until the console is opened again", err)
	c.Mode, c.Policy.ForbidArming = config.ReadOnly, true
	return c, nil
}
