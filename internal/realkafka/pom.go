package realkafka

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// The Kafka lines the harness knows. Newest is what Options.Version means when it is empty.
const (
	Newest = "4.4.0"
	Older  = "3.9.2"

	toolsVersion = "4.3.1" // the newest kafka-tools there is: none was published with 4.4.0
	slf4jVersion = "1.7.36"
)

// artifact is a set of jars that one pom resolves to.
type artifact struct {
	name string // names the folder in the cache
	pom  string
}

// brokerArtifact is what a broker of this version needs. The second result is false for a version the harness was not tried with.
func brokerArtifact(version string) (artifact, bool) {
	switch version {
	case Newest, Older:
		// The pom of 4.4.0 names a kafka-tools-api that was never published; no broker needs it to run.
		broker := dependency("org.apache.kafka", "kafka_2.13", version, "kafka-tools-api")
		return artifact{"kafka-" + version, pom(broker, logger())}, true
	}
	return artifact{}, false
}

// toolsArtifact is Apache's command line tools, apart from the brokers' jars since their versions differ.
func toolsArtifact() artifact {
	tools := dependency("org.apache.kafka", "kafka-tools", toolsVersion, "")
	return artifact{"kafka-tools-" + toolsVersion, pom(tools, logger())}
}

func logger() string { return dependency("org.slf4j", "slf4j-simple", slf4jVersion, "") }

func dependency(group, name, version, without string) string {
	exclusion := ""
	if without != "" {
		exclusion = fmt.Sprintf("<exclusions><exclusion><groupId>%s</groupId><artifactId>%s</artifactId></exclusion></exclusions>", group, without)
	}
	return fmt.Sprintf("<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>%s</dependency>", group, name, version, exclusion)
}

func pom(dependencies ...string) string {
	return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>` +
		`<groupId>weir</groupId><artifactId>realkafka</artifactId><version>1</version><packaging>pom</packaging>` +
		"<dependencies>\n" + strings.Join(dependencies, "\n") + "\n</dependencies></project>\n"
}

// folder names the artifact's place in the cache: another pom is another folder.
func (a artifact) folder() string { return a.name + "-" + digest(a.pom) }

// digest is a short name for a text: 48 bits, enough to tell the few texts of a cache apart.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}
