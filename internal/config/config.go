// Package config turns config.toml, and the properties files of Apache's tools, into typed and validated values. It
// tells all problems of a file at once, each with its place and what to do, and never shows a secret.
package config

import (
	"slices"
	"strings"
	"time"
)

// Config is a whole configuration. The zero Config is not valid; Load gives one with defaults when there is no file.
type Config struct {
	Source         string        // the file's absolute path, "" when there is none
	DefaultCluster string        // used without -c; "" when it isn't set
	Refresh        time.Duration // default of each cluster
	Timeout        time.Duration // default of each cluster
	Clusters       []Cluster     // by name; the built-in demo is not among them
	Environments   map[string]Environment
	Policies       []Policy  // in the order of the file, which decides; PoliciesOf gives those of one cluster
	Audit          Audit     // of this host
	Masks          []Mask    // in the order of the file; MasksOf gives those of one cluster, Cluster.Masks has them too
	Warnings       []Problem // what works but should be known, by place
}

// Cluster finds a cluster by its name.
func (c Config) Cluster(name string) (Cluster, bool) {
	i, ok := slices.BinarySearchFunc(c.Clusters, name, func(c Cluster, name string) int {
		return strings.Compare(c.Name, name)
	})
	if !ok {
		return Cluster{}, false
	}
	return c.Clusters[i], true
}

// IsDemo tells whether a cluster name is the built-in cluster's: demo or demo:SCENARIO. No configuration can define one.
func IsDemo(name string) bool { return name == "demo" || strings.HasPrefix(name, "demo:") }

// file is the whole of config.toml.
type file struct {
	DefaultCluster string                 `toml:"default_cluster"`
	Refresh        time.Duration          `toml:"refresh"`
	Timeout        time.Duration          `toml:"timeout"`
	Clusters       map[string]Cluster     `toml:"clusters"`
	Environments   map[string]Environment `toml:"environments"`
	Policies       []Policy               `toml:"policy"`
	Audit          Audit                  `toml:"audit"`
	Masks          []Mask                 `toml:"mask"`
}
