package config

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
)

// Check follows everything that a loaded configuration refers to: it reads each file, looks each environment variable up
// and runs each program that gives a secret, once each even if several settings name it. It tells what couldn't be had,
// in the order of the settings; the values are dropped. What is wrong in the file itself is what Load returns.
func Check(ctx context.Context, c Config) []Problem {
	f := follower{ctx: ctx, file: c.Source, seen: map[string]error{}}
	for _, cluster := range c.Clusters {
		f.table(path{"clusters", cluster.Name}, reflect.ValueOf(cluster))
	}
	return f.problems
}

type follower struct {
	ctx      context.Context
	file     string
	seen     map[string]error // by what is shown of the reference
	problems []Problem
}

func (f *follower) table(at path, s reflect.Value) {
	for _, field := range settings(s.Type()) {
		key, v := at.with(field.Tag.Get("toml")), s.FieldByIndex(field.Index)
		if secret, ok := v.Interface().(Secret); ok {
			f.once(key, shownSecret(secret), func() error {
				_, err := secret.Resolve(f.ctx)
				return err
			})
			continue
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch {
		case v.Kind() == reflect.Struct:
			f.table(key, v)
		case field.Tag.Get("form") == "file" && v.String() != "":
			f.once(key, v.String(), func() error { return readable(v.String()) })
		}
	}
}

// once follows a reference if no setting before had the same, and adds a problem for each setting whose reference failed.
func (f *follower) once(at path, reference string, follow func() error) {
	err, seen := f.seen[reference]
	if !seen {
		err = follow()
		f.seen[reference] = err
	}
	if err != nil {
		f.problems = append(f.problems, Problem{File: f.file, Key: at.String(), Message: err.Error()})
	}
}

// readable tells why a file can't be read.
func readable(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err = file.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	}
	return err
}
