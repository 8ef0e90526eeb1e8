package realkafka

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const metaName = "meta.properties"

// formatArgs are StorageTool's arguments that decide what a formatted folder holds: every user may log in by SCRAM.
func formatArgs() []string {
	var args []string
	for _, u := range users {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, u.Name, u.Password))
		}
	}
	return args
}

// format makes the storage folder that all nodes of all clusters of this version start from, if it is not there. A JVM for each node
// would cost more than its start.
func (j Jars) format() error {
	if _, err := os.Stat(j.storage); err == nil {
		return nil
	}
	tmp := j.storage + ".part"
	if err := emptied(tmp); err != nil {
		return fmt.Errorf("format storage: %w", err)
	}
	defer os.RemoveAll(tmp)
	logs := filepath.Join(tmp, "data")
	config := filepath.Join(tmp, "server.properties")
	props := map[string]string{
		"process.roles": "broker,controller", "node.id": "1", "log.dirs": logs,
		"listeners":                 "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
		"controller.listener.names": "CONTROLLER", "controller.quorum.voters": "1@127.0.0.1:9093",
	}
	if err := os.WriteFile(config, encode(props), 0o644); err != nil {
		return fmt.Errorf("format storage: %w", err)
	}
	args := append([]string{"kafka.tools.StorageTool", "format", "-t", newID(), "-c", config}, formatArgs()...)
	if out, err := j.command(false, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("format storage: %w: %s", err, bytes.TrimSpace(out))
	}
	return os.Rename(logs, j.storage)
}

// unpack copies the formatted folder for one node of one cluster.
func (j Jars) unpack(dir, clusterID string, node int) error {
	if err := os.CopyFS(dir, os.DirFS(j.storage)); err != nil {
		return fmt.Errorf("copy storage: %w", err)
	}
	path := filepath.Join(dir, metaName)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("copy storage: %w", err)
	}
	meta := rewrite(string(text), map[string]string{"cluster.id": clusterID, "node.id": strconv.Itoa(node), "directory.id": newID()})
	return os.WriteFile(path, []byte(meta), 0o644)
}

// rewrite sets the values of keys a properties text has; keys it lacks stay away, as a line's format decides which there are.
func rewrite(text string, values map[string]string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		key, _, _ := strings.Cut(line, "=")
		if v, ok := values[key]; ok {
			line = key + "=" + v + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

// newID draws an id as Kafka writes them: 16 random bytes in base64url. One that begins with '-' would read as an option.
func newID() string {
	for {
		var raw [16]byte
		rand.Read(raw[:])
		if id := base64.RawURLEncoding.EncodeToString(raw[:]); id[0] != '-' {
			return id
		}
	}
}

// dump writes the class data archive, if it is not there: one node with every listener starts, answers and ends cleanly.
func (j Jars) dump() error {
	if _, err := os.Stat(j.archive); err == nil {
		return nil
	}
	dir := j.archive + ".part"
	if err := emptied(dir); err != nil {
		return fmt.Errorf("dump classes: %w", err)
	}
	defer os.RemoveAll(dir)
	s := &slot{dir: dir, port: dumpPorts}
	made := filepath.Join(dir, "classes.jsa")
	c, err := launch(context.Background(), j, Options{Nodes: 1, SASL: true, ACL: true, TLS: true}, s, "-XX:ArchiveClassesAtExit="+made)
	if err != nil {
		return fmt.Errorf("dump classes: %w", err)
	}
	defer c.kill()
	if !c.nodes[0].terminate(startLimit) {
		return fmt.Errorf("dump classes: the node did not end within %v\n%s", startLimit, c.nodes[0].tail(0))
	}
	return os.Rename(made, j.archive)
}
