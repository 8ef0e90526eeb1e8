package tui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThingsHappenInOneFile: time, terminals and the engine are reached from commands and from Run alone, and no system is
// named: what is drawn is told in the words of any streaming system.
func TestThingsHappenInOneFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	happens := regexp.MustCompile(`time\.(Now|Sleep|After|Tick|NewTimer|Since)\(|tea\.(Tick|Every|SetClipboard)\(|\bgo func|os\.(Open|Create|ReadFile|WriteFile|Getenv)\(`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := happens.Find(src); found != nil && file != "cmds.go" && file != "actcmds.go" && file != "run.go" {
			t.Errorf("%s: %s belongs into cmds.go", file, found)
		}
		if strings.Contains(strings.ToLower(string(src)), "kafka") {
			t.Errorf("%s names a system", file)
		}
		if n := strings.Count(string(src), "\n"); n > 400 {
			t.Errorf("%s has %d lines", file, n)
		}
	}
}
