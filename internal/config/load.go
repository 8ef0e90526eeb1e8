package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

const (
	fileName  = "config.toml"
	systemDir = "/etc/weir"
	maxFile   = 4 << 20 // bytes
)

// LoadOptions say where a configuration is looked for.
type LoadOptions struct {
	Path      string                      // of --config, "" when it isn't given
	Env       func(string) (string, bool) // os.LookupEnv when nil: WEIR_CONFIG, XDG_CONFIG_HOME, HOME
	SystemDir string                      // /etc/weir when empty
	Now       time.Time                   // what mutes are measured by; time.Now when zero
}

// Load reads the first of --config, $WEIR_CONFIG, $XDG_CONFIG_HOME/weir/config.toml (~/.config without it) and
// /etc/weir/config.toml. Without any, it gives the defaults and no cluster. A file that was named and isn't there is an
// error, and so is one that is there and can't be read. What is wrong in the file is a Problems with every problem.
func Load(o LoadOptions) (Config, error) {
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	path, err := find(o)
	if err != nil {
		return Config{}, err
	}
	if path == "" {
		return Config{Refresh: DefaultRefresh, Timeout: DefaultTimeout}, nil
	}
	text, exposed, err := readPrivate(path)
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	home, _ := o.Env("HOME")
	return parse(path, text, home, exposed, o.Now)
}

// find gives the path of the file to read, "" when there is none.
func find(o LoadOptions) (string, error) {
	if o.Path != "" {
		return named(o.Path, "--config")
	}
	if p, _ := o.Env("WEIR_CONFIG"); p != "" {
		return named(p, "WEIR_CONFIG")
	}
	for _, p := range usual(o) {
		switch _, err := os.Stat(p); {
		case err == nil:
			return p, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("config: %w", err)
		}
	}
	return "", nil
}

func named(p, by string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", fmt.Errorf("config: %s: %w", by, err)
	}
	if _, err := os.Stat(abs); err != nil {
		return "", fmt.Errorf("config: the file that %s names can't be read: %s: %w", by, printable(p), errWithoutPath(err))
	}
	return abs, nil
}

// usual are the places that are looked at when no file is named. A relative XDG_CONFIG_HOME doesn't count (XDG Base
// Directory Specification).
func usual(o LoadOptions) []string {
	var places []string
	xdg, _ := o.Env("XDG_CONFIG_HOME")
	home, _ := o.Env("HOME")
	switch {
	case filepath.IsAbs(xdg):
		places = append(places, filepath.Join(xdg, "weir", fileName))
	case filepath.IsAbs(home):
		places = append(places, filepath.Join(home, ".config", "weir", fileName))
	}
	dir := o.SystemDir
	if dir == "" {
		dir = systemDir
	}
	return append(places, filepath.Join(dir, fileName))
}

// readPrivate reads a file whole and tells what to do when others can read it, "" when they can't.
func readPrivate(path string) (text []byte, exposed string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	text, err = io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, "", err
	}
	if len(text) > maxFile {
		return nil, "", fmt.Errorf("%s: larger than %d bytes", path, maxFile)
	}
	return text, readableByOthers(path, info), nil
}

// parse reads a configuration. exposed tells what to do when others can read its file.
func parse(path string, text []byte, home, exposed string, now time.Time) (Config, error) {
	doc, problems := parseDocument(path, text)
	if problems != nil {
		return Config{}, problems
	}
	d := &decoder{doc: doc, dir: filepath.Dir(path), home: home}
	var f file
	d.value(nil, doc.tree, reflect.ValueOf(&f).Elem())
	c := &checker{decoder: d, now: now, undecoded: d.refused}
	config := c.config(f)
	if exposed != "" {
		for _, at := range d.literals {
			d.refuse(at, "a secret stands in the file, and %s (or write %s)", exposed, secretForms)
		}
	}
	config.Source = path
	if len(d.problems) > 0 {
		d.problems.sort()
		return Config{}, d.problems
	}
	c.warnings.sort()
	config.Warnings = c.warnings
	return config, nil
}
