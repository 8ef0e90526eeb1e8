package state

import (
	"flag"
	"os"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"weir/lag"
)

// recordings is the folder that holds polls.jsonl.gz and labels.json.
func recordings() string {
	if dir := os.Getenv("WEIR_RECORDINGS"); dir != "" {
		return dir
	}
	return "testdata"
}

var all = flag.Bool("all", false, "replay the recordings from every poll and with every figure, not with some")

func TestRecordings(t *testing.T) {
	t.Parallel()
	l, err := readLabels(recordings())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	sc := judge(l, replay(rs, standard))
	sc.print(t.Output(), time.UnixMilli(l.Begin))
	sc.holds(t)

	t.Run("every 5 s", func(t *testing.T) {
		for phase := range 5 {
			if !*all && phase != 2 {
				continue
			}
			sc := judge(l, replay(sampled(rs, 5, phase), standard))
			found, in := sc.counts()
			n := float64(len(sc.outcomes))
			t.Logf("from poll %d: found %d, in window %d of %.0f; %.3f %% false; named %.1f %%",
				phase, found, in, n, 100*sc.false_/sc.normal, 100*sc.namedAft)
			if float64(found) < 0.95*n || float64(in) < 0.9*n || sc.false_ > 0.001*sc.normal || sc.namedAft < 0.92 {
				t.Errorf("from poll %d: the rules do not hold at this refresh", phase)
			}
		}
	})
}

func (sc *score) counts() (found, in int) {
	for _, o := range sc.outcomes {
		if o.found {
			found++
		}
		if o.inWindow {
			in++
		}
	}
	return found, in
}

// holds fails the test where the score is below what is asked of the rules.
func (sc *score) holds(t *testing.T) {
	t.Helper()
	found, in := sc.counts()
	n := len(sc.outcomes)
	if found < n || n == 0 {
		t.Errorf("%d of %d incidents found", found, n)
	}
	if float64(in) < 0.95*float64(n) {
		t.Errorf("%d of %d incidents found within their window, want 95 %%", in, n)
	}
	if share := sc.false_ / max(sc.normal, 1); share > 0.001 {
		t.Errorf("%.2f %% of normal time told as trouble, want 0.1 %%", 100*share)
	}
	if sc.named < 0.92 {
		t.Errorf("state named as the truth accepts in %.1f %% of incident seconds, want 92 %%", 100*sc.named)
	}
}

// sampled returns every n-th reading, as a slower refresh would have made them.
func sampled(rs []*lag.Reading, n, phase int) (out []*lag.Reading) {
	for i := phase; i < len(rs); i += n {
		out = append(out, rs[i])
	}
	return out
}

// The rules must follow from what clients do and not from this night: with each figure a quarter larger or smaller the
// scores may fall, but not off a cliff.
func TestFiguresAreNotFitted(t *testing.T) {
	if testing.Short() {
		t.Skip("replays the recording once for each figure and direction")
	}
	t.Parallel()
	l, err := readLabels(recordings())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := readings(recordings())
	if err != nil {
		t.Fatal(err)
	}
	rs = sampled(rs, 5, 1)
	fields := reflect.TypeFor[limits]()
	for i := range fields.NumField() {
		for k, by := range []float64{0.75, 1.25} {
			if !*all && (2*i+k)%5 != 0 {
				continue
			}
			lim := standard
			if v := reflect.ValueOf(&lim).Elem().Field(i); v.CanFloat() {
				*(*float64)(unsafe.Pointer(v.UnsafeAddr())) *= by
			} else {
				*fieldOf(&lim, i) = lag.Moment(float64(*fieldOf(&lim, i)) * by)
			}
			sc := judge(l, replay(rs, lim))
			found, in := sc.counts()
			t.Logf("%-13s × %.2f: found %d, in window %d of %d; %.3f %% false in %d episodes; named %.1f %%",
				fields.Field(i).Name, by, found, in, len(sc.outcomes), 100*sc.false_/sc.normal, len(sc.episodes), 100*sc.namedAft)
			if float64(found) < 0.97*float64(len(sc.outcomes)) || sc.false_ > 0.005*sc.normal || sc.namedAft < 0.9 {
				t.Errorf("%s × %.2f: the scores fall off a cliff", fields.Field(i).Name, by)
			}
		}
	}
}

func fieldOf(l *limits, i int) *lag.Moment {
	return (*lag.Moment)(unsafe.Pointer(reflect.ValueOf(l).Elem().Field(i).UnsafeAddr()))
}
