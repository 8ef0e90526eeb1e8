package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker checks decoded values, fills in the defaults and collects warnings.
type checker struct {
	*decoder
	now       time.Time
	undecoded []path // where decoding failed
	warnings  Problems
}

// refuse adds a problem unless decoding failed at, above or below the place: then the value isn't the one of the file.
func (c *checker) refuse(at path, format string, args ...any) {
	for _, p := range c.undecoded {
		if n := min(len(p), len(at)); slices.Equal(p[:n], at[:n]) {
			return
		}
	}
	c.decoder.refuse(at, format, args...)
}

func (c *checker) warn(at path, format string, args ...any) {
	c.warnings = append(c.warnings, c.doc.problem(at, fmt.Sprintf(format, args...)))
}

// refuseErr adds a problem for err, if there is one.
func (c *checker) refuseErr(at path, err error) {
	if err != nil {
		c.refuse(at, "%v", err)
	}
}

// given tells whether the file has the key at all.
func (c *checker) given(at path) bool {
	_, ok := c.doc.places[pathKey(at)]
	return ok
}

func (c *checker) config(f file) Config {
	out := Config{DefaultCluster: f.DefaultCluster, Refresh: DefaultRefresh, Timeout: DefaultTimeout}
	c.times(nil, &f.Refresh, &f.Timeout, out)
	out.Refresh, out.Timeout = f.Refresh, f.Timeout
	c.anchors(f.Audit.Anchors, f.Clusters)
	out.Audit = f.Audit
	for _, name := range slices.Sorted(maps.Keys(f.Clusters)) {
		if claims := f.Clusters[name].Claims; claims != nil {
			c.claims(path{"clusters", name, "claims"}, claims, f.Clusters, f.Audit.Anchors)
		}
		out.Clusters = append(out.Clusters, c.cluster(name, f.Clusters[name], f.Environments, out))
	}
	c.environments(f)
	out.Environments = f.Environments
	if _, ok := f.Clusters[f.DefaultCluster]; !ok && c.given(path{"default_cluster"}) && !IsDemo(f.DefaultCluster) {
		c.refuse(path{"default_cluster"}, "no cluster is named %q; %s", f.DefaultCluster,
			suggest(f.DefaultCluster, append(slices.Sorted(maps.Keys(f.Clusters)), "demo")))
	}
	for i, p := range f.Policies {
		c.policy(i, p, out.Clusters)
	}
	out.Policies = f.Policies
	for i, m := range f.Masks {
		c.mask(i, m, out.Clusters)
	}
	out.Masks = f.Masks
	for i := range out.Clusters {
		out.Clusters[i].Masks = out.MasksOf(out.Clusters[i].Name)
	}
	return out
}

var clusterID = regexp.MustCompile(`^[!-~]+$`) // most are 16 bytes in base64; nothing says that all are

var clusterName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (c *checker) cluster(name string, in Cluster, envs map[string]Environment, defaults Config) Cluster {
	at := path{"clusters", name}
	in.Name = name
	switch {
	case IsDemo(name):
		c.refuse(at, "the names demo and demo:SCENARIO are the built-in cluster's; choose another")
	case !clusterName.MatchString(name):
		c.refuse(at, "a cluster's name begins with a letter or digit and holds letters, digits, dots, dashes and underscores only")
	}
	if c.given(at.with("id")) && !clusterID.MatchString(in.ID) {
		c.refuse(at.with("id"), "want the id that its brokers tell, such as Mk3OEYBSD34fcwNTJENDM2")
	}
	c.times(at, &in.Refresh, &in.Timeout, defaults)
	c.mode(at, &in, envs[in.Environment].Mode)
	c.changes(at.with("policy"), in.Policy)
	c.inherit(at.with("policy"), &in.Policy, envs[in.Environment].Policy)
	c.reach(at, in)
	for kind, names := range map[string][]string{"groups": in.Groups.Exclude, "topics": in.Topics.Exclude} {
		if i := slices.Index(names, ""); i >= 0 {
			c.refuse(append(at[:2:2], kind, "exclude", strconv.Itoa(i)), `the pattern is empty; "*" stands for any text`)
		}
	}
	for i := range in.Applications {
		c.application(at.with("applications").with(strconv.Itoa(i)), &in.Applications[i])
	}
	c.security(at.with("security"), &in.Security)
	if in.Act != nil {
		act := at.with("act")
		if !c.given(act.with("tls")) {
			in.Act.TLS = in.Security.TLS
		}
		c.security(act, in.Act)
		if !c.given(act.with("tls")) && !c.given(act.with("sasl")) {
			c.refuse(act, "act is empty; set tls or sasl, or take it out")
		}
	}
	return in
}

// mode is the cluster's own, else its environment's, else the default.
func (c *checker) mode(at path, in *Cluster, ofEnvironment Mode) {
	env := in.Environment
	switch {
	case c.given(at.with("mode")):
		if in.Mode != ReadOnly && in.Mode != Confirm {
			c.refuse(at.with("mode"), "want %q or %q, got %q", ReadOnly, Confirm, in.Mode)
		}
	case ofEnvironment != "":
		in.Mode = ofEnvironment
	case env == "prod":
		in.Mode = ReadOnly
	default:
		in.Mode = Confirm
		if strings.HasPrefix(strings.ToLower(env), "prod") {
			c.warn(at.with("environment"), "only the environment \"prod\" is read-only by default, and this is %q; set mode to %q or %q", env, ReadOnly, Confirm)
		}
	}
}

// times checks refresh and timeout and fills in the defaults.
func (c *checker) times(at path, refresh, timeout *time.Duration, defaults Config) {
	switch key := at.with("refresh"); {
	case !c.given(key):
		*refresh = defaults.Refresh
	case *refresh < MinRefresh:
		c.refuse(key, "want %v or more, for the brokers' sake", MinRefresh)
	}
	switch key := at.with("timeout"); {
	case !c.given(key):
		*timeout = defaults.Timeout
	case *timeout < MinTimeout:
		c.refuse(key, "want %v or more", MinTimeout)
	}
}

// reach checks the addresses of a cluster.
func (c *checker) reach(at path, in Cluster) {
	if len(in.Brokers) == 0 {
		c.refuse(at, `no brokers: add brokers = ["HOST:PORT", …]`)
	}
	for i, b := range in.Brokers {
		c.refuseErr(at.with("brokers").with(strconv.Itoa(i)), checkAddress(b))
	}
	for _, from := range slices.Sorted(maps.Keys(in.Addresses)) {
		key := at.with("addresses").with(from)
		c.refuseErr(key, checkAddress(from))
		c.refuseErr(key, checkAddress(in.Addresses[from]))
	}
	switch {
	case c.given(at.with("socks5")):
		c.refuseErr(at.with("socks5"), checkAddress(in.SOCKS5))
	case !in.SOCKS5User.IsZero() || !in.SOCKS5Pass.IsZero():
		c.refuse(at, "socks5_username and socks5_password need socks5, the proxy's HOST:PORT")
	}
	if in.SOCKS5User.IsZero() != in.SOCKS5Pass.IsZero() {
		c.refuse(at, "socks5_username and socks5_password go together: set both or neither")
	}
}
