package actions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// sources gives every Go file below a directory that isn't a test.
func sources(t *testing.T, root string) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		out[path] = f
		return err
	}))
	return out
}

func imports(f *ast.File, path string) bool {
	for _, i := range f.Imports {
		if i.Path.Value == `"`+path+`"` {
			return true
		}
	}
	return false
}

// TestSoleCaller walks the source: nothing but the Executor calls Do with a recorded step or makes one.
func TestSoleCaller(t *testing.T) {
	calls := 0
	for path, f := range sources(t, "..") {
		here := f.Name.Name == "actions" && filepath.Dir(path) == "../actions"
		if !here && !imports(f, "weir/actions") {
			continue
		}
		handed := handsOn(f)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Do" && len(n.Args) == 2 && !handed[n] {
					calls++
					if path != "../actions/step.go" {
						t.Errorf("%s calls Do", path)
					}
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Recorded" && path != "../actions/step.go" {
					t.Errorf("%s makes a Recorded", path)
				}
			}
			return true
		})
	}
	if calls != 1 {
		t.Errorf("%d calls of Do, want the Executor's", calls)
	}
	if _, err := (Recorded{}).Step(); ExitCode(err) != int(ErrDefect) {
		t.Errorf("a Recorded that nobody recorded gives a step: %v", err)
	}
}

// handsOn finds the calls by which a Do hands the very step that it was given to a run within its own.
func handsOn(f *ast.File) map[*ast.CallExpr]bool {
	out := map[*ast.CallExpr]bool{}
	for _, d := range f.Decls {
		do, ok := d.(*ast.FuncDecl)
		if !ok || do.Name.Name != "Do" || len(do.Type.Params.List) != 2 || len(do.Type.Params.List[1].Names) != 1 {
			continue
		}
		given := do.Type.Params.List[1].Names[0].Name
		ast.Inspect(do.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 {
				if id, ok := call.Args[1].(*ast.Ident); ok && id.Name == given {
					out[call] = true
				}
			}
			return true
		})
	}
	return out
}
