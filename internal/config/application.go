package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Application is a program outside of Kafka whose consumers are in some groups, and how it is stopped and started: an
// [[clusters.X.applications]] table. Of several that know a group the first counts. Values are validated.
type Application struct {
	Groups []string `toml:"groups"` // names, or patterns with * and ?
	// Stop and Start are a program and its arguments, called without a shell; {group} in them is the group's name.
	Stop    []string      `toml:"stop"`
	Start   []string      `toml:"start"`
	Timeout time.Duration `toml:"timeout"` // of either command
	Empty   time.Duration `toml:"empty"`   // how long after the stop the group may take until it has no members
}

// The defaults of an Application.
const (
	DefaultCommandTimeout = time.Minute
	DefaultEmpty          = 5 * time.Minute
)

const (
	maxCommandTimeout = time.Hour
	groupWord         = "{group}"
)

// For puts a group's name into the commands. A name that would be taken for an option is refused.
func (a Application) For(group string) (Application, error) {
	fill := func(argv []string) ([]string, error) {
		out := make([]string, len(argv))
		for i, word := range argv {
			if strings.HasPrefix(word, groupWord) && strings.HasPrefix(group, "-") {
				return nil, fmt.Errorf("applications: the name of group %q begins with a dash, which %s would take for an option", group, argv[0])
			}
			out[i] = strings.ReplaceAll(word, groupWord, group)
		}
		return out, nil
	}
	var err error
	if a.Stop, err = fill(a.Stop); err != nil {
		return a, err
	}
	a.Start, err = fill(a.Start)
	return a, err
}

// application checks it and fills in the defaults.
func (c *checker) application(at path, a *Application) {
	if len(a.Groups) == 0 || slices.Contains(a.Groups, "") {
		c.refuse(at, `name the groups it reads with: groups = ["payments", "payments-*"]`)
	}
	c.argv(at.with("stop"), a.Stop, `["systemctl", "stop", "payments"]`)
	c.argv(at.with("start"), a.Start, `["systemctl", "start", "payments"]`)
	for _, d := range []struct {
		key  string
		d    *time.Duration
		none time.Duration
	}{{"timeout", &a.Timeout, DefaultCommandTimeout}, {"empty", &a.Empty, DefaultEmpty}} {
		switch key := at.with(d.key); {
		case !c.given(key):
			*d.d = d.none
		case *d.d < time.Second || *d.d > maxCommandTimeout || *d.d%time.Second != 0:
			c.refuse(key, "want 1s to 1h, in whole seconds")
		}
	}
}

// argv checks a command. It is shown in plans and kept in the audit log: no secret may stand in it.
func (c *checker) argv(at path, argv []string, example string) {
	if len(argv) == 0 || strings.TrimSpace(argv[0]) == "" {
		c.refuse(at, "want a program and its arguments, such as %s", example)
		return
	}
	if strings.Contains(argv[0], groupWord) {
		c.refuse(at.with("0"), "the program can't depend on the group's name; %s is for arguments", groupWord)
	}
	if len(argv) == 1 && strings.ContainsAny(argv[0], " \t") {
		c.warn(at, "this is one program of that name, as there is no shell; want %s", example)
	}
	for i, word := range argv {
		if !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
			c.refuse(at.with(strconv.Itoa(i)), "holds characters that can't be shown, and what is run must be")
		}
	}
}
