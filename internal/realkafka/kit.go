package realkafka

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Jars is one Kafka line ready to start on this machine.
type Jars struct {
	Version   string // of the brokers, such as 4.4.0
	Java      string // the java program
	ClassPath string // the brokers' jars, in a fixed order
	storage   string // a formatted storage folder, copied for each node
	archive   string // class data that shortens the start of a JVM
	cache     string
}

// Need makes the newest Kafka line ready, or skips the test with the reason why this machine can't; WEIR_REQUIRE_REAL=1 makes that a
// failure. The first call on a machine fetches about 45 MB and takes some 20 s.
func Need(t testing.TB) Jars {
	t.Helper()
	return need(t, Newest)
}

func need(t testing.TB, version string) Jars {
	t.Helper()
	jars, err := prepare(version)
	skipOrFail(t, err)
	return jars
}

// skipOrFail ends the test if there is an error: what is missing here skips it, everything else fails it.
func skipOrFail(t testing.TB, err error) {
	t.Helper()
	var missing missingError
	switch {
	case err == nil:
	case errors.As(err, &missing) && os.Getenv("WEIR_REQUIRE_REAL") != "1":
		t.Skipf("no real Kafka here: %v", err)
	default:
		t.Fatalf("real Kafka: %v", err)
	}
}

var kits struct { // what this binary has made ready, or why it can't, by version
	sync.Mutex
	jars map[string]Jars
	errs map[string]error
}

// prepare resolves and caches; a failure is kept too, so that not every test of a binary waits for Maven to fail again.
func prepare(version string) (Jars, error) {
	kits.Lock()
	defer kits.Unlock()
	if jars, ok := kits.jars[version]; ok {
		return jars, nil
	}
	if err, ok := kits.errs[version]; ok {
		return Jars{}, err
	}
	jars, err := assemble(version)
	if err != nil {
		if kits.errs == nil {
			kits.errs = map[string]error{}
		}
		kits.errs[version] = err
		return Jars{}, err
	}
	if kits.jars == nil {
		kits.jars = map[string]Jars{}
	}
	kits.jars[version] = jars
	return jars, nil
}

func assemble(version string) (Jars, error) {
	a, ok := brokerArtifact(version)
	if !ok {
		return Jars{}, fmt.Errorf("kafka %q is not a version this harness starts, it knows %s and %s", version, Newest, Older)
	}
	cache, err := cacheDir()
	if err != nil {
		return Jars{}, err
	}
	java, err := findJava()
	if err != nil {
		return Jars{}, err
	}
	paths, err := resolve(cache, a)
	if err != nil {
		return Jars{}, err
	}
	j := Jars{Version: version, Java: java.bin, ClassPath: classPath(paths), cache: cache}
	unlock, err := lockFile(filepath.Join(cache, a.folder()+".lock"))
	if err != nil {
		return Jars{}, err
	}
	defer unlock()
	dir := filepath.Join(cache, a.folder())
	j.storage = filepath.Join(dir, "storage-"+digest(formatArgs()...))
	if err := j.format(); err != nil {
		return Jars{}, err
	}
	j.archive = filepath.Join(dir, "classes-"+digest(append(javaFlags, java.version, j.ClassPath)...)+".jsa")
	return j, j.dump()
}

// command is a JVM of the brokers' jars. Archive says whether to start it from the class data archive.
func (j Jars) command(archive bool, args ...string) *exec.Cmd {
	flags := append([]string{}, javaFlags...)
	if archive {
		flags = append(flags, "-XX:SharedArchiveFile="+j.archive)
	}
	flags = append(flags, "-cp", j.ClassPath)
	return exec.Command(j.Java, append(flags, args...)...)
}
