package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "weir"

// franz-go and what belongs to it is known in few rooms.
var kafkaRooms = []string{"probes/kafka", "actions/kafka", "internal/kafka", "internal/demo", "internal/realkafka"}

// TestArrows holds every import within the module to the matrix of docs/architecture.md.
func TestArrows(t *testing.T) {
	allowed := matrix(t)
	found := map[string]bool{}
	for _, p := range list(t) {
		name := short(p.ImportPath)
		row, ok := rowOf(allowed, name)
		if !ok {
			t.Errorf("package %s has no row in docs/architecture.md", name)
			continue
		}
		found[row] = true
		for _, imp := range p.Imports {
			if to := short(imp); to != imp && !permits(allowed[row], to) && !within(row, to) {
				t.Errorf("%s imports %s, an arrow that docs/architecture.md does not have", name, to)
			}
			if row == "lag" && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("%s imports %s, and lag knows the standard library only", name, imp)
			}
			if strings.HasPrefix(imp, "github.com/twmb/franz-go") && !slices.ContainsFunc(kafkaRooms, func(r string) bool { return within(r, name) }) {
				t.Errorf("%s imports %s: only %v speak to Kafka themselves", name, imp, kafkaRooms)
			}
		}
	}
	for row := range allowed {
		if !found[row] {
			t.Errorf("docs/architecture.md has a row for %s, which has no package", row)
		}
	}
}

// TestNames keeps packages from becoming drawers.
func TestNames(t *testing.T) {
	for _, p := range list(t) {
		base := p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:]
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "model", "models", "misc"}, base) {
			t.Errorf("package %s: a name that says nothing", p.ImportPath)
		}
	}
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

var rowPattern = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]* \\|([^|]*)\\|$")

// matrix reads the table: a package (with all below it) and what it may import.
func matrix(t *testing.T) map[string][]string {
	t.Helper()
	doc, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for _, m := range rowPattern.FindAllStringSubmatch(string(doc), -1) {
		var to []string
		for _, w := range strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' }) {
			to = append(to, strings.Trim(w, "`"))
		}
		rows[m[1]] = to
	}
	if len(rows) == 0 {
		t.Fatal("docs/architecture.md has no matrix")
	}
	return rows
}

func short(path string) string {
	if path == module {
		return "main"
	}
	return strings.TrimPrefix(path, module+"/")
}

func within(room, name string) bool { return name == room || strings.HasPrefix(name, room+"/") }

func permits(to []string, name string) bool { return slices.Contains(to, name) }

// rowOf finds the row of a package: its own, or that of the nearest folder above it.
func rowOf(rows map[string][]string, name string) (string, bool) {
	for {
		if _, ok := rows[name]; ok {
			return name, true
		}
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
}
