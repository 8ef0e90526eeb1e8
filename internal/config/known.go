package config

import "slices"

// Identity is what a cluster tells of itself.
type Identity struct {
	ID      string
	Brokers []string // the addresses that its brokers advertise, host:port
}

// Known finds the cluster of the file that shares a broker's address with one that was named by its brokers.
func (c Config) Known(cl Cluster) (Cluster, bool) {
	return c.one(func(known Cluster) bool { return shared(cl.Brokers, known.Brokers) })
}

// KnownAs finds the cluster of the file that has this id, or one of these brokers.
func (c Config) KnownAs(is Identity) (Cluster, bool) {
	if known, ok := c.one(func(known Cluster) bool { return known.ID != "" && known.ID == is.ID }); ok {
		return known, true
	}
	return c.one(func(known Cluster) bool {
		if known.ID != "" { // it has another
			return false
		}
		through := slices.ContainsFunc(is.Brokers, func(b string) bool { return known.Addresses[b] != "" })
		return through || shared(is.Brokers, known.Brokers)
	})
}

func (c Config) one(is func(Cluster) bool) (Cluster, bool) {
	if i := slices.IndexFunc(c.Clusters, is); i >= 0 {
		return c.Clusters[i], true
	}
	return Cluster{}, false
}

func shared(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
