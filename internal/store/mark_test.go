package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

var at = time.Date(2026, 11, 21, 3, 0, 0, 123456789, time.FixedZone("", 3600))

func open(t interface {
	Helper()
	Fatal(...any)
}, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func appendMarks(t *testing.T, s *Store, marks ...Mark) {
	t.Helper()
	for _, m := range marks {
		if err := s.AppendMark(m); err != nil {
			t.Fatal(err)
		}
	}
}

func wantMarks(t *testing.T, s *Store, since time.Time, want Found) {
	t.Helper()
	got, err := s.Marks(since)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func marksFile(s *Store) string { return filepath.Join(s.dir, marksName) }

func TestMarks(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "weir"))
	wantMarks(t, s, time.Time{}, Found{})
	first := Mark{At: at.UTC(), Text: "deploy \x1b[31m<b>\n2\u009b", By: "ann", Cluster: "prod"}
	late := Mark{At: at.Add(time.Hour).UTC(), Text: "rolled back"}
	early := Mark{At: at.Add(-time.Hour).UTC(), Text: "of another clock"}
	local := first
	local.At = at
	appendMarks(t, s, local, late, early)
	wantMarks(t, s, time.Time{}, Found{Marks: []Mark{early, first, late}})
	wantMarks(t, s, at, Found{Marks: []Mark{first, late}})
	wantMarks(t, s, at.Add(1), Found{Marks: []Mark{late}})
	info, err := os.Stat(marksFile(s))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %#o, want 0600", got)
	}
	text, err := os.ReadFile(marksFile(s))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"v":1,"at":"2026-11-21T02:00:00.123456789Z","text":"deploy \u001b[31m<b>\n2` + "\u009b" + `","by":"ann","cluster":"prod"}` + "\n"
	if !strings.HasPrefix(string(text), want) {
		t.Errorf("the file begins\n%swant\n%s", text, want)
	}
}

func TestMarkUnfit(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "weir"))
	for want, m := range map[string]Mark{
		"the time is missing":                                                              {Text: "x"},
		"the text is empty; say what happened":                                             {At: at, Text: " \n"},
		"the text has 1001 characters, and at most 1000 are kept; shorten it":              {At: at, Text: strings.Repeat("é", 1001)},
		"the name of who says so has 501 characters, and at most 500 are kept; shorten it": {At: at, Text: "x", By: strings.Repeat("b", 501)},
		"the cluster's name has 501 characters, and at most 500 are kept; shorten it":      {At: at, Text: "x", Cluster: strings.Repeat("c", 501)},
		"the text is not valid UTF-8":                                                      {At: at, Text: "\xff"},
		"json: error calling MarshalJSON for type time.Time: ":                             {At: at.AddDate(9000, 0, 0), Text: "x"},
	} {
		err := s.AppendMark(m)
		if err == nil || !strings.HasPrefix(err.Error(), "mark: not a mark: "+want) || !errors.Is(err, ErrUnfit) {
			t.Errorf("got  %v\nwant mark: not a mark: %s", err, want)
		}
	}
	wantMarks(t, s, time.Time{}, Found{})
	longest := Mark{At: at.UTC(), Text: strings.Repeat("\x00", MaxMarkText), By: strings.Repeat("é", MaxMarkName), Cluster: strings.Repeat("c", MaxMarkName)}
	appendMarks(t, s, longest)
	wantMarks(t, s, time.Time{}, Found{Marks: []Mark{longest}})
}

// TestMarksKeepAnything appends and reads back whatever fits.
func TestMarksKeepAnything(t *testing.T) {
	base := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		text := rapid.StringN(0, 50, -1)
		var want Found
		for i, n := 0, rapid.IntRange(0, 4).Draw(t, "marks"); i < n; i++ {
			m := Mark{
				At:   time.Unix(int64(i), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
				Text: "x" + text.Draw(t, "text"), By: text.Draw(t, "by"), Cluster: text.Draw(t, "cluster"),
			}
			if err := s.AppendMark(m); err != nil {
				t.Fatal(err)
			}
			want.Marks = append(want.Marks, m)
		}
		if got, err := s.Marks(time.Time{}); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v, %v\nwant\n%+v", got, err, want)
		}
	})
}

func TestMarksTellWhatTheySkip(t *testing.T) {
	one, two := Mark{At: at.UTC(), Text: "one"}, Mark{At: at.Add(1).UTC(), Text: "two"}
	line, err := one.encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		torn string
		want Found
	}{
		"torn":              {string(line) + string(line[:20]), Found{Marks: []Mark{one, two}, Skipped: 1}},
		"without its end":   {string(line[:len(line)-1]), Found{Marks: []Mark{one, two}}},
		"zeros":             {string(line) + strings.Repeat("\x00", 100), Found{Marks: []Mark{one, two}, Skipped: 1}},
		"blank":             {"\n" + string(line) + " \r\n", Found{Marks: []Mark{one, two}}},
		"newer":             {strings.Replace(string(line), `"v":1`, `"v":2`, 1) + string(line), Found{Marks: []Mark{one, two}, Skipped: 1}},
		"no text":           {strings.Replace(string(line), "one", "", 1), Found{Marks: []Mark{two}, Skipped: 1}},
		"no time":           {"{\"v\":1,\"text\":\"x\"}\nnull\n{}\n[]\nx\n", Found{Marks: []Mark{two}, Skipped: 5}},
		"invalid UTF-8":     {strings.Replace(string(line), "one", "\xff", 1), Found{Marks: []Mark{two}, Skipped: 1}},
		"a field of newers": {strings.Replace(string(line), "{", `{"x":[{}],`, 1), Found{Marks: []Mark{one, two}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "weir"))
			if err := os.WriteFile(marksFile(s), []byte(tt.torn), 0o600); err != nil {
				t.Fatal(err)
			}
			before := tt.want
			before.Marks = tt.want.Marks[: len(tt.want.Marks)-1 : len(tt.want.Marks)-1]
			got, err := s.Marks(time.Time{})
			if err != nil || len(got.Marks) != len(before.Marks) || got.Skipped != before.Skipped {
				t.Errorf("got %+v, %v\nwant %+v", got, err, before)
			}
			appendMarks(t, s, two) // begins a line of its own
			wantMarks(t, s, time.Time{}, tt.want)
		})
	}
}

// TestMarksOfAHugeFile reads the end of a file and tells how much is before.
func TestMarksOfAHugeFile(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "weir"))
	last := Mark{At: at.UTC(), Text: "last"}
	const old = 1 << 40 // bytes; a hole, which takes no room
	if err := os.WriteFile(marksFile(s), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(marksFile(s), old); err != nil {
		t.Skipf("this file system has no holes: %v", err)
	}
	appendMarks(t, s, last, last)
	wantMarks(t, s, time.Time{}, Found{Marks: []Mark{last, last}, Unread: old + 1})
}

func TestTail(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	for _, tt := range []struct {
		whole  string
		most   int64
		text   string
		unread int64
	}{
		{"", 4, "", 0},
		{"ab\ncd\n", 6, "ab\ncd\n", 0},
		{"ab\ncd\n", 5, "cd\n", 3},
		{"ab\ncd\n", 3, "cd\n", 3}, // right at the bound
		{"ab\ncd\n", 2, "", 6},
		{"ab\ncd", 2, "cd", 3},
		{"ab\ncd", 1, "", 5},
		{"abcdef", 3, "", 6},
	} {
		if err := os.WriteFile(name, []byte(tt.whole), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		text, unread, err := tail(f, tt.most)
		if string(text) != tt.text || unread != tt.unread || err != nil {
			t.Errorf("%q, %d: got %q, %d, %v; want %q, %d", tt.whole, tt.most, text, unread, err, tt.text, tt.unread)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMarksOfABrokenDirectory(t *testing.T) {
	broken := map[string]func(t *testing.T, s *Store){
		"is a directory": func(t *testing.T, s *Store) {
			if err := os.Mkdir(marksFile(s), 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"not a regular file": func(t *testing.T, s *Store) { // and nobody waits for its other end
			if err := unix.Mkfifo(marksFile(s), 0o600); err != nil {
				t.Skip(err)
			}
		},
		"no such file or directory": func(t *testing.T, s *Store) {
			if err := os.Remove(s.dir); err != nil {
				t.Fatal(err)
			}
		},
		"another process holds its lock": func(t *testing.T, s *Store) {
			f, err := s.open(marksName, os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = f.Close() })
			s.wait = 0
		},
	}
	for want, breakIt := range broken {
		t.Run(want, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "weir"))
			breakIt(t, s)
			_, reading := s.Marks(time.Time{})
			for _, err := range []error{s.AppendMark(Mark{At: at, Text: "x"}), reading} {
				if want == "is a directory" && err == reading {
					want = "not a regular file" // it can be opened to read
				}
				if err == nil || !strings.Contains(err.Error(), ": "+want+"; ") || !strings.Contains(err.Error(), s.dir) {
					t.Errorf("got %v, want %q and what to do", err, want)
				}
			}
		})
	}
}

func FuzzParseMarks(f *testing.F) {
	f.Add([]byte(`{"v":1,"at":"2026-11-21T02:00:00Z","text":"x","by":"a","cluster":"c"}` + "\n{\"v\":1\n\n"))
	f.Add([]byte("\x00\n\xff\r\n[]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		found := parseMarks(text, time.Time{})
		lines := 0
		for line := range strings.Lines(string(text)) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
		if len(found.Marks)+found.Skipped != lines {
			t.Errorf("%d marks and %d skipped of %d lines", len(found.Marks), found.Skipped, lines)
		}
		for _, m := range found.Marks {
			line, err := m.encode()
			if err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			if again := parseMarks(line, m.At); len(again.Marks) != 1 || !reflect.DeepEqual(again.Marks[0], m) {
				t.Errorf("%+v becomes %+v", m, again)
			}
		}
	})
}
