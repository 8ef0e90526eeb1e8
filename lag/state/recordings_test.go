package state

import (
	"os"
	"testing"
	"time"
)

// recordings is the folder that holds polls.jsonl.gz and labels.json.
func recordings() string {
	if dir := os.Getenv("WEIR_RECORDINGS"); dir != "" {
		return dir
	}
	return "testdata"
}

func TestRecordings(t *testing.T) {
	l, err := readLabels(recordings())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	sc := judge(l, replay(rs))
	sc.print(t.Output(), time.UnixMilli(l.Begin))
}
