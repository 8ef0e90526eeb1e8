package realkafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeTB records how a test would end.
type fakeTB struct {
	testing.TB
	skipped bool
	failure string
}

type ended struct{}

func (f *fakeTB) Helper() {}
func (f *fakeTB) Skipf(format string, args ...any) {
	f.skipped, f.failure = true, fmt.Sprintf(format, args...)
	panic(ended{})
}
func (f *fakeTB) Fatalf(format string, args ...any) {
	f.failure = fmt.Sprintf(format, args...)
	panic(ended{})
}
func (f *fakeTB) Fatal(args ...any) { f.Fatalf("%s", fmt.Sprint(args...)) }

// run does what may end the test.
func (f *fakeTB) run(do func()) {
	defer func() {
		if r := recover(); r != nil && r != (ended{}) {
			panic(r)
		}
	}()
	do()
}

func TestSkipOrFail(t *testing.T) {
	missing := fmt.Errorf("here: %w", missingError{"Java is not on the PATH"})
	for _, test := range []struct {
		name, require string
		err           error
		skips         bool
		says          string
	}{
		{"all there", "", nil, false, ""},
		{"missing", "", missing, true, "no real Kafka here: here: Java is not on the PATH"},
		{"missing but required", "1", missing, false, "real Kafka: here: Java is not on the PATH"},
		{"broken", "", errors.New("disk full"), false, "real Kafka: disk full"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("WEIR_REQUIRE_REAL", test.require)
			f := &fakeTB{TB: t}
			f.run(func() { skipOrFail(f, test.err) })
			if f.skipped != test.skips || f.failure != test.says {
				t.Errorf("skipped %v, said %q", f.skipped, f.failure)
			}
		})
	}
}

func TestUnknownVersion(t *testing.T) {
	_, err := prepare("1.2.3")
	var missing missingError
	if err == nil || errors.As(err, &missing) || !strings.Contains(err.Error(), Newest) {
		t.Errorf("want an error that names the versions there are, got %v", err)
	}
}

func TestJavaMajor(t *testing.T) {
	for out, want := range map[string]int{
		"openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime": 17,
		"openjdk version \"25\" 2025-09-16":                       25,
		"java version \"1.8.0_401\"":                              1,
		"Picked up JAVA_TOOL_OPTIONS\nopenjdk version \"21.0.1\"": 21,
		"no java": 0, "": 0,
	} {
		if got := javaMajor(out); got != want {
			t.Errorf("%q: %d, want %d", out, got, want)
		}
	}
}

// fakeMaven puts a mvn on the PATH that copies these jars, or fails without any.
func fakeMaven(t *testing.T, jars ...string) {
	t.Helper()
	script := "#!/bin/sh\nfor a; do case $a in -DoutputDirectory=*) lib=${a#*=};; esac; done\nmkdir -p \"$lib\"\n"
	for _, jar := range jars {
		script += "echo x >\"$lib/" + jar + "\"\n"
	}
	if len(jars) == 0 {
		script += "echo '[ERROR] Could not transfer artifact'\nexit 1\n"
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "mvn"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

func TestResolve(t *testing.T) {
	cache, a := t.TempDir(), artifact{"kafka-x", "<project/>"}
	fakeMaven(t, "b.jar", "a.jar")
	lib := filepath.Join(cache, a.folder(), "lib")
	want := []string{filepath.Join(lib, "a.jar"), filepath.Join(lib, "b.jar")}
	jars, err := resolve(cache, a)
	if err != nil || !slices.Equal(jars, want) {
		t.Fatalf("resolved %v, error %v", jars, err)
	}
	fakeMaven(t) // now it fails: the second time it is not asked
	if jars, err = resolve(cache, a); err != nil || !slices.Equal(jars, want) {
		t.Fatalf("from the cache: %v, error %v", jars, err)
	}
	if err := os.Remove(want[0]); err != nil {
		t.Fatal(err)
	}
	var missing missingError
	if _, err = resolve(cache, a); !errors.As(err, &missing) || !strings.Contains(err.Error(), "Could not transfer artifact") {
		t.Fatalf("with a jar gone and Maven failing: %v", err)
	}
	fakeMaven(t, "a.jar", "b.jar")
	if jars, err = resolve(cache, a); err != nil || !slices.Equal(jars, want) {
		t.Fatalf("mended: %v, error %v", jars, err)
	}
}

func TestResolveWithoutMaven(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var missing missingError
	if _, err := resolve(t.TempDir(), artifact{"kafka-x", "<project/>"}); !errors.As(err, &missing) {
		t.Errorf("want what is missing, got %v", err)
	}
}

func TestPom(t *testing.T) {
	newest, _ := brokerArtifact(Newest)
	older, _ := brokerArtifact(Older)
	if newest.folder() == older.folder() || !strings.HasPrefix(older.folder(), "kafka-"+Older+"-") {
		t.Errorf("folders %s and %s", newest.folder(), older.folder())
	}
	if !strings.Contains(newest.pom, "<exclusion><groupId>org.apache.kafka</groupId><artifactId>kafka-tools-api<") {
		t.Errorf("the jar that was never published is not left out:\n%s", newest.pom)
	}
	if tools := toolsArtifact(); strings.Contains(tools.pom, "exclusion") || !strings.Contains(tools.pom, toolsVersion) {
		t.Errorf("tools:\n%s", tools.pom)
	}
}

func TestSlots(t *testing.T) {
	cache := t.TempDir()
	held.Lock()
	before := held.n
	held.n = 0
	held.Unlock()
	t.Cleanup(func() { held.n = before })

	own, err := freeSlot(cache)
	if err != nil || filepath.Base(own.dir) != "run-0" {
		t.Fatalf("first: %+v, error %v", own, err)
	}
	other, err := tryLock(filepath.Join(cache, "run-1.lock")) // as another binary would
	if err != nil || other == nil {
		t.Fatalf("the second place is not free: %v", err)
	}
	extra, err := freeSlot(cache)
	if err != nil || filepath.Base(extra.dir) != "run-2" {
		t.Fatalf("a binary with one cluster: %+v, error %v", extra, err)
	}
	if full, err := freeSlot(cache); full != nil || err != nil {
		t.Fatalf("a fourth: %+v, error %v", full, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := takeSlot(ctx, cache); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting in vain: %v", err)
	}
	other.Close()
	third, err := takeSlot(context.Background(), cache)
	if err != nil || filepath.Base(third.dir) != "run-1" {
		t.Fatalf("after it was let go: %+v, error %v", third, err)
	}
	for _, s := range []*slot{own, extra, third} {
		if err := s.release(); err != nil {
			t.Error(err)
		}
	}
}

func TestBinaryWithoutClusterLeavesTheExtraSlot(t *testing.T) {
	if slices.Contains(slotOrder(0), firstSlots) {
		t.Error("a binary without a cluster may take the place kept for those that have one")
	}
	if got := slotOrder(1); len(got) != allSlots || got[0] != firstSlots {
		t.Errorf("a binary with a cluster looks at %v", got)
	}
}

func TestPortsAreTheSlotsOwn(t *testing.T) {
	s := &slot{port: portBase, next: portSpan - 2}
	ports, err := s.ports(4)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range ports {
		if p < portBase || p >= portBase+portSpan || seen[p] {
			t.Errorf("port %d of %v", p, ports)
		}
		seen[p] = true
	}
}
