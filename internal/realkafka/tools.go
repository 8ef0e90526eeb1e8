package realkafka

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

const toolLimit = 90 * time.Second // for one run of a tool on a busy machine

// toolJars is kept for all tests of a binary, and so is the reason why there are none.
var toolJars = sync.OnceValues(func() (Jars, error) {
	cache, err := cacheDir()
	if err != nil {
		return Jars{}, err
	}
	java, err := findJava()
	if err != nil {
		return Jars{}, err
	}
	paths, err := resolve(cache, toolsArtifact())
	return Jars{Version: toolsVersion, Java: java.bin, ClassPath: classPath(paths), cache: cache}, err
})

// Tools makes Apache's command line tools ready, or skips or fails the test as Need does. They are of 4.3.1, the newest published.
func Tools(t testing.TB) Jars {
	t.Helper()
	jars, err := toolJars()
	skipOrFail(t, err)
	return jars
}

// ConsumerGroups runs Apache's kafka-consumer-groups against the PLAINTEXT listener and answers with its standard output. The test
// fails if the tool does. The tool takes about two seconds.
func (c *Cluster) ConsumerGroups(t testing.TB, args ...string) string {
	t.Helper()
	jars := Tools(t)
	ctx, cancel := context.WithTimeout(context.Background(), toolLimit)
	defer cancel()
	all := append([]string{}, javaFlags...)
	all = append(all, "-cp", jars.ClassPath, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
		"--bootstrap-server", strings.Join(c.Seeds(), ","))
	cmd := exec.CommandContext(ctx, jars.Java, append(all, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &stdout, &stderr, ownGroup()
	if err := errors.Join(cmd.Run(), ctx.Err()); err != nil {
		t.Fatalf("kafka-consumer-groups %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}
