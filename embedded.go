package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"weir/internal/cli"
	"weir/internal/config"
	"weir/internal/demo"
)

// startDemo brings the embedded cluster up, as a configuration would name it.
func startDemo(ctx context.Context, scenario, listen string, seed int64) (config.Cluster, func(), error) {
	d, err := demo.Start(ctx, demo.Options{Scenario: scenario, Listen: listen, Seed: seed})
	if err != nil {
		return config.Cluster{}, nil, err
	}
	name := "demo"
	if s := d.Scenario().Name; s != demo.Steady {
		name = "demo:" + s
	}
	apps, done, err := stoppable(d)
	if err != nil {
		d.Close()
		return config.Cluster{}, nil, err
	}
	return config.Cluster{
		Name: name, Environment: "demo", Brokers: d.Brokers(), Mode: config.Confirm,
		Refresh: config.MinRefresh, Timeout: 5 * time.Second, Applications: apps,
	}, func() { d.Close(); done() }, nil
}

// stoppable are the programs of the embedded cluster that can be stopped and started, by commands as in a configuration:
// this program again, which calls a socket of this process.
func stoppable(d *demo.Cluster) ([]config.Application, func(), error) {
	if len(d.Applications()) == 0 {
		return nil, func() {}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	socket, err := socketPath(os.TempDir(), "/tmp")
	if err != nil {
		return nil, nil, err
	}
	done := func() { _ = os.RemoveAll(filepath.Dir(socket)) } // what is left of it is a socket nobody listens on
	if err := d.Control(socket); err != nil {
		done()
		return nil, nil, errors.Join(errors.New("the programs of the embedded cluster can't be reached"), err)
	}
	var out []config.Application
	for _, group := range d.Applications() {
		out = append(out, config.Application{Groups: []string{group}, Timeout: 30 * time.Second, Empty: time.Minute,
			Stop: []string{self, cli.DemoCall, socket, "stop", group}, Start: []string{self, cli.DemoCall, socket, "start", group}})
	}
	return out, done, nil
}

// longestSocket is how long the path of a socket may be on every Unix, in bytes: BSD and macOS hold 104 with the zero at the
// end, Linux 108.
const longestSocket = 103

// socketPath is a path for a socket, in a new directory of this user's own, in the first of some directories whose path is
// not too long for one.
func socketPath(parents ...string) (string, error) {
	for _, parent := range parents {
		if len(filepath.Join(parent, "weir-demo-4294967295", "apps")) > longestSocket {
			continue
		}
		dir, err := os.MkdirTemp(parent, "weir-demo-")
		if err != nil {
			return "", fmt.Errorf("a directory for the socket of the embedded cluster: %w", err)
		}
		return filepath.Join(dir, "apps"), nil
	}
	return "", fmt.Errorf("the socket of the embedded cluster can't lie in %s: no path of a socket is longer than %d bytes; set TMPDIR to a directory with a shorter path",
		strings.Join(parents, " nor in "), longestSocket)
}
