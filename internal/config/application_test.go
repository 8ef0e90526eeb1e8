package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestApplications(t *testing.T) {
	c, err := parseText(minimal + `[[clusters.a.applications]]
groups = ["g", "h-*"]
stop = ["kubectl", "scale", "deploy/{group}"]
start = ["sh", "{group}", "-c={group}{group}"]
[[clusters.a.applications]]
groups = ["*"]
stop = ["a b"]
start = ["x"]
timeout = "90s"
empty = "1h"
`)
	if err != nil {
		t.Fatal(err)
	}
	apps := c.Clusters[0].Applications
	if len(apps) != 2 || apps[0].Timeout != time.Minute || apps[0].Empty != 5*time.Minute || apps[1].Timeout != 90*time.Second || apps[1].Empty != time.Hour {
		t.Errorf("%+v", apps)
	}
	want := `/etc/w.toml:9:1: clusters.a.applications.1.stop: this is one program of that name, as there is no shell; want ["systemctl", "stop", "payments"]`
	if got := Problems(c.Warnings).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	one, err := apps[0].For("h-1")
	if err != nil || fmt.Sprint(one.Stop) != "[kubectl scale deploy/h-1]" || fmt.Sprint(one.Start) != "[sh h-1 -c=h-1h-1]" || apps[0].Stop[2] != "deploy/{group}" {
		t.Errorf("%+v, %v", one, err)
	}
	if _, err := apps[0].For("-rf"); err == nil || !strings.Contains(err.Error(), "begins with a dash, which sh would take for an option") {
		t.Errorf("a group that looks like an option: %v", err)
	}
	again, err := parseText(View(c))
	if err != nil || !reflect.DeepEqual(again.Clusters[0].Applications, apps) {
		t.Errorf("%v\n%s", err, View(c))
	}
}

func TestApplicationProblems(t *testing.T) {
	const at = "clusters.a.applications.0"
	app := func(lines ...string) string {
		return minimal + "[[clusters.a.applications]]\n" + strings.Join(lines, "\n") + "\n"
	}
	const groups, stop, start = `groups = ["g"]`, `stop = ["x"]`, `start = ["x"]`
	for name, tt := range map[string]struct{ text, want string }{
		"no table":   {minimal + "applications = 1\n", "/etc/w.toml:3:1: clusters.a.applications: want an array of tables, [[clusters.a.applications]], got an integer"},
		"unknown":    {app(groups, stop, start, `stopp = []`), "/etc/w.toml:7:1: " + at + `.stopp: unknown key; did you mean "stop"?`},
		"no groups":  {app(stop, start), "/etc/w.toml:3:14: " + at + `: name the groups it reads with: groups = ["payments", "payments-*"]`},
		"no group":   {app(`groups = [""]`, stop, start), "/etc/w.toml:3:14: " + at + `: name the groups it reads with: groups = ["payments", "payments-*"]`},
		"no stop":    {app(groups, start), "/etc/w.toml:3:14: " + at + `.stop: want a program and its arguments, such as ["systemctl", "stop", "payments"]`},
		"no start":   {app(groups, stop, `start = [""]`), "/etc/w.toml:6:1: " + at + `.start: want a program and its arguments, such as ["systemctl", "start", "payments"]`},
		"a string":   {app(groups, `stop = "systemctl stop x"`, start), "/etc/w.toml:5:1: " + at + ".stop: want an array of strings, got a string"},
		"program":    {app(groups, `stop = ["/opt/{group}/stop"]`, start), "/etc/w.toml:5:9: " + at + ".stop.0: the program can't depend on the group's name; {group} is for arguments"},
		"control":    {app(groups, `stop = ["x", "a\u001bb"]`, start), "/etc/w.toml:5:14: " + at + ".stop.1: holds characters that can't be shown, and what is run must be"},
		"timeout":    {app(groups, stop, start, `timeout = "2h"`), "/etc/w.toml:7:1: " + at + ".timeout: want 1s to 1h, in whole seconds"},
		"empty":      {app(groups, stop, start, `empty = "500ms"`), "/etc/w.toml:7:1: " + at + ".empty: want 1s to 1h, in whole seconds"},
		"empty, odd": {app(groups, stop, start, `empty = "1500ms"`), "/etc/w.toml:7:1: " + at + ".empty: want 1s to 1h, in whole seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseText(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
