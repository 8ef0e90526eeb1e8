package tui

import (
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// drawing is a program that ends with its third message.
type drawing struct {
	messages int
	seen     *time.Ticker
	of       *tea.Program
}

func (d *drawing) Init() tea.Cmd { return nil }
func (d *drawing) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, mine := msg.(struct{}); mine {
		d.messages++
	}
	if d.messages == 3 {
		return d, tea.Quit
	}
	return d, nil
}

func (d *drawing) View() tea.View {
	d.seen = tickerOf(d.of)
	return tea.NewView("frame")
}

// TestTheLayerHasATicker: without it the console would go on looking for something to draw while it rests.
func TestTheLayerHasATicker(t *testing.T) {
	d := &drawing{}
	d.of = tea.NewProgram(d, tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(), tea.WithWindowSize(80, 24))
	go func() {
		for range 3 {
			d.of.Send(struct{}{})
		}
	}()
	if _, err := d.of.Run(); err != nil {
		t.Fatal(err)
	}
	if d.seen == nil {
		t.Error("the terminal layer has no ticker that can be slowed: it draws in another way now, see pulse.go")
	}
}

// TestPulse: it looks at once at the first sign of work, often until a moment after the last, and a flood of signs doesn't keep
// it from looking.
func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, looks := time.Now(), []time.Duration(nil)
		p := &pulse{ticker: time.NewTicker(asleep)}
		p.next = time.AfterFunc(time.Hour, p.slow)
		defer p.stop()
		defer p.ticker.Stop()
		over := time.After(5 * time.Second)
		work := time.After(1500 * time.Millisecond)
		var flood <-chan time.Time
		for left := 100; ; {
			select {
			case <-p.ticker.C:
				looks = append(looks, time.Since(begun))
				continue
			case <-work:
			case <-flood:
			case <-over:
				busy := 0
				for _, at := range looks {
					if at > 1500*time.Millisecond && at < 2*time.Second {
						busy++
					}
				}
				if !slices.Contains(looks, 1500*time.Millisecond+soon) {
					t.Errorf("there was work after 1.5 s, and it looked at %v", looks)
				}
				if busy < 20 || len(looks)-busy > 12 { // the moment after the flood among them
					t.Errorf("looked %d times while there was work, %d while there was none: %v", busy, len(looks)-busy, looks)
				}
				return
			}
			p.beat()
			if left--; left > 0 {
				flood = time.After(5 * time.Millisecond)
			}
		}
	})
}

// TestALateLookIsNotForgotten: where the processor has other work when a look is due, the next comes soon after, not with the
// steady pace.
func TestALateLookIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pulse{ticker: time.NewTicker(asleep)}
		p.next = time.AfterFunc(time.Hour, p.slow)
		defer p.stop()
		defer p.ticker.Stop()
		for _, pace := range []string{"at rest", "while it is steady"} {
			begun := time.Now()
			p.beat()
			time.Sleep(soon + 3*time.Millisecond) // of another's
			<-p.ticker.C
			if took := time.Since(begun); took > 2*soon+3*time.Millisecond {
				t.Errorf("%s: it looked after %s", pace, took)
			}
			time.Sleep(first + awake)
		}
	})
}
