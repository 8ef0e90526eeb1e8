package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"weir/probes"
)

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{Env: Env{Stderr: &out, IsTTY: func(any) bool { return true }}}
		p := a.progress()
		now := probes.Progress{Reading: "log ends", Done: 3, Of: 6, Groups: 41, Partitions: 214}
		p.tell(now)
		if out.Len() > 0 {
			t.Errorf("told within a second: %q", &out)
		}
		time.Sleep(patience)
		p.tell(now)
		p.end()
		p.tell(now)
		if want := "\rreading log ends: 3 of 6 brokers, 41 groups, 214 partitions\x1b[K\r\x1b[K"; out.String() != want {
			t.Errorf("got %q, want %q", &out, want)
		}
	})
}

func TestNoProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, a := range []*app{
			{Env: Env{IsTTY: func(any) bool { return false }}},
			{Env: Env{IsTTY: func(any) bool { return true }}, flag: globals{quiet: true}},
		} {
			var out bytes.Buffer
			a.Stderr = &out
			p := a.progress()
			time.Sleep(2 * patience)
			p.tell(probes.Progress{Reading: "groups"})
			p.end()
			if out.Len() > 0 {
				t.Errorf("got %q", &out)
			}
		}
	})
}
