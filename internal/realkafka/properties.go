package realkafka

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// quick are the settings that make small, fast clusters: few internal partitions, sessions and rebalances that end in seconds.
var quick = map[string]string{
	"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL",
	"controller.listener.names":      "CONTROLLER",
	"inter.broker.listener.name":     "PLAINTEXT",

	"auto.create.topics.enable":                    "false",
	"auto.leader.rebalance.enable":                 "false", // after five minutes leaders would move under a test that means them to stay
	"offsets.topic.num.partitions":                 "6",
	"transaction.state.log.num.partitions":         "6",
	"share.coordinator.state.topic.num.partitions": "3",

	"group.initial.rebalance.delay.ms":         "0",
	"group.min.session.timeout.ms":             "1000",
	"group.consumer.heartbeat.interval.ms":     "500",
	"group.consumer.min.heartbeat.interval.ms": "500",
	"group.share.heartbeat.interval.ms":        "500",
	"group.share.min.heartbeat.interval.ms":    "500",
	"group.streams.heartbeat.interval.ms":      "500",
	"group.streams.min.heartbeat.interval.ms":  "500",

	// A restarted broker is refused until its old session has ended.
	"broker.session.timeout.ms":    "2000",
	"broker.heartbeat.interval.ms": "400",

	"num.io.threads":                 "4",
	"num.network.threads":            "2",
	"log.cleaner.dedupe.buffer.size": "4194304", // the default does not fit the small heap
	"log.index.size.max.bytes":       "65536",
}

// properties is a node's server.properties. The caller's Props win.
func (c *core) properties(n *node) []byte {
	p := maps.Clone(quick)
	maps.Copy(p, replication(len(c.brokers())))
	maps.Copy(p, c.listeners(n))
	p["node.id"] = strconv.Itoa(n.id)
	p["log.dirs"] = n.data()
	p["controller.quorum.voters"] = c.voters()
	if rack := c.rack(n); rack != "" {
		p["broker.rack"] = rack
	}
	if c.options.SASL {
		maps.Copy(p, saslProperties())
	}
	if c.options.ACL {
		p["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
		p["super.users"] = "User:" + users[0].Name + ";User:ANONYMOUS"
	}
	if c.options.TLS {
		maps.Copy(p, tlsProperties(c.pki.brokerStore, c.pki.CA))
	}
	maps.Copy(p, c.options.Props)
	return encode(p)
}

// replication fits the internal topics to the number of brokers.
func replication(brokers int) map[string]string {
	factor, minISR := "3", "2"
	if brokers < 3 {
		factor, minISR = strconv.Itoa(brokers), "1"
	}
	return map[string]string{
		"offsets.topic.replication.factor":                 factor,
		"transaction.state.log.replication.factor":         factor,
		"transaction.state.log.min.isr":                    minISR,
		"share.coordinator.state.topic.replication.factor": factor,
		"share.coordinator.state.topic.min.isr":            minISR,
	}
}

func (c *core) listeners(n *node) map[string]string {
	var open, told []string
	add := func(name string, port int) {
		at := fmt.Sprintf("%s://127.0.0.1:%d", name, port)
		open = append(open, at)
		if name != "CONTROLLER" {
			told = append(told, at)
		}
	}
	var roles []string
	if n.broker {
		roles = append(roles, "broker")
		add("PLAINTEXT", n.ports.plain)
		if c.options.SASL {
			add("SASL_PLAINTEXT", n.ports.sasl)
		}
		if c.options.TLS {
			add("SSL", n.ports.tls)
		}
	}
	if n.controller {
		roles = append(roles, "controller")
		add("CONTROLLER", n.ports.controller)
	}
	p := map[string]string{"process.roles": strings.Join(roles, ","), "listeners": strings.Join(open, ",")}
	if n.broker {
		p["advertised.listeners"] = strings.Join(told, ",")
	}
	return p
}

func (c *core) voters() string {
	var voters []string
	for _, n := range c.nodes {
		if n.controller {
			voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", n.id, n.ports.controller))
		}
	}
	return strings.Join(voters, ",")
}

func (c *core) rack(n *node) string {
	if i := n.id - 1; n.broker && i < len(c.options.Racks) {
		return c.options.Racks[i]
	}
	return ""
}

func saslProperties() map[string]string {
	var plain strings.Builder
	plain.WriteString("org.apache.kafka.common.security.plain.PlainLoginModule required")
	for _, u := range users {
		fmt.Fprintf(&plain, " user_%s=%q", u.Name, u.Password)
	}
	plain.WriteString(";")
	const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
	return map[string]string{
		"sasl.enabled.mechanisms":                                     "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		"listener.name.sasl_plaintext.plain.sasl.jaas.config":         plain.String(),
		"listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config": scram,
		"listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": scram,
	}
}

// tlsProperties ask clients for a certificate; its common name is the principal.
func tlsProperties(store, ca string) map[string]string {
	return map[string]string{
		"ssl.keystore.type":           "PEM",
		"ssl.keystore.location":       filepath.ToSlash(store),
		"ssl.truststore.type":         "PEM",
		"ssl.truststore.location":     filepath.ToSlash(ca),
		"ssl.client.auth":             "required",
		"ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
	}
}

// encode writes a properties file, sorted.
func encode(p map[string]string) []byte {
	var b bytes.Buffer
	for _, k := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, "%s=%s\n", k, strings.ReplaceAll(p[k], `\`, `\\`))
	}
	return b.Bytes()
}
