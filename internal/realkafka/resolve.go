package realkafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	copyGoal    = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
	mavenLimit  = 5 * time.Minute
	stampName   = "stamp" // lists the jars of a complete folder, one a line
	cacheFolder = "weir-realkafka"
)

// missingError says what this machine lacks to run a real Kafka: the tests skip, or fail where it is required.
type missingError struct{ what string }

func (e missingError) Error() string { return e.what }

// cacheDir is the folder that keeps jars, archives and running clusters, made if it is not there.
func cacheDir() (string, error) {
	dir := os.Getenv("WEIR_KAFKA_CACHE")
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", missingError{"no cache folder for Kafka's jars, set WEIR_KAFKA_CACHE: " + err.Error()}
		}
		dir = filepath.Join(base, cacheFolder)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w", err)
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// resolve answers with the jars' full paths, sorted, fetching them once for all test binaries of this cache.
func resolve(cache string, a artifact) ([]string, error) {
	dir := filepath.Join(cache, a.folder())
	if jars := stamped(dir); jars != nil {
		return jars, nil
	}
	unlock, err := lockFile(dir + ".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if jars := stamped(dir); jars != nil { // another binary was faster
		return jars, nil
	}
	if err := download(dir, a); err != nil {
		return nil, err
	}
	if jars := stamped(dir); jars != nil {
		return jars, nil
	}
	return nil, fmt.Errorf("resolve: %s: maven left no jars in %s", a.name, dir)
}

// stamped lists the jars of a complete folder, nil if one is missing or the folder is not there.
func stamped(dir string) []string {
	text, err := os.ReadFile(filepath.Join(dir, stampName))
	if err != nil {
		return nil
	}
	var jars []string
	for name := range strings.FieldsSeq(string(text)) {
		jar := filepath.Join(dir, "lib", name)
		if _, err := os.Stat(jar); err != nil {
			return nil
		}
		jars = append(jars, jar)
	}
	return jars
}

// download fills a folder beside dir and moves it into place when it is whole. The caller has the lock.
func download(dir string, a artifact) error {
	tmp := dir + ".part"
	if err := emptied(tmp); err != nil {
		return fmt.Errorf("resolve: %s: %w", a.name, err)
	}
	defer os.RemoveAll(tmp)
	if err := os.WriteFile(filepath.Join(tmp, "pom.xml"), []byte(a.pom), 0o644); err != nil {
		return fmt.Errorf("resolve: %s: %w", a.name, err)
	}
	if err := maven(tmp); err != nil {
		return err
	}
	if err := stamp(tmp); err != nil {
		return fmt.Errorf("resolve: %s: %w", a.name, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("resolve: %s: %w", a.name, err)
	}
	return os.Rename(tmp, dir)
}

// maven copies what the pom in dir names into dir/lib.
func maven(dir string) error {
	bin, err := exec.LookPath("mvn")
	if err != nil {
		return missingError{"Maven (mvn) is not on the PATH, and Kafka's jars are not in the cache yet"}
	}
	ctx, cancel := context.WithTimeout(context.Background(), mavenLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "-B", "-q", "-f", filepath.Join(dir, "pom.xml"), copyGoal,
		"-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(dir, "lib"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return missingError{fmt.Sprintf("Maven could not fetch Kafka's jars: %v: %s", err, firstLine(string(out)))}
	}
	return nil
}

// firstLine is the first line of a tool's output that says anything.
func firstLine(out string) string {
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(strings.TrimPrefix(line, "[ERROR]")); len(line) > len("\x1b[0m") {
			return line
		}
	}
	return "no output"
}

func stamp(dir string) error {
	jars, err := filepath.Glob(filepath.Join(dir, "lib", "*.jar"))
	if err != nil {
		return err
	}
	if len(jars) == 0 {
		return errors.New("maven copied no jar")
	}
	for i, jar := range jars {
		jars[i] = filepath.Base(jar)
	}
	slices.Sort(jars)
	return os.WriteFile(filepath.Join(dir, stampName), []byte(strings.Join(jars, "\n")+"\n"), 0o644)
}
