package tui

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

const (
	// awake is how often the terminal layer looks whether there is something to draw, and asleep how often while nothing was
	// drawn for a moment.
	awake  = time.Second / 60
	asleep = time.Second
	moment = 50 * time.Millisecond
	// soon is when it looks first at something new, so that a key is drawn at once, and first how long it looks that often: a
	// look that comes late, since the processor had other work, is forgotten when the ticker is set anew.
	soon  = 2 * time.Millisecond
	first = 8 * time.Millisecond
)

// The paces of a pulse: hasty at something new, then steady for a moment, since what came last may not be drawn yet, then resting.
const (
	resting = iota
	hasty
	steady
)

// pulse slows the terminal layer while the screen rests. Looking 60 times a second costs one to two percent of a core on a small
// virtual machine, where each waking is dear, and the layer has no setting that knows rest from work; looking less often at all
// times would show in the keys. So its ticker is reached from outside. A layer that has none keeps its own pace.
type pulse struct {
	layer *tea.Program

	mu     sync.Mutex
	ticker *time.Ticker
	pace   int
	next   *time.Timer // of the next slower pace
}

// beat is called when there may be something to draw.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticker == nil {
		if p.ticker = tickerOf(p.layer); p.ticker == nil {
			return
		}
		p.pace, p.next = steady, time.AfterFunc(moment, p.slow)
		return
	}
	if p.pace == hasty { // a ticker that is set anew each time never fires
		return
	}
	p.pace = hasty
	p.ticker.Reset(soon)
	p.next.Reset(first)
}

func (p *pulse) slow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pace == hasty {
		p.pace = steady
		p.ticker.Reset(awake)
		p.next.Reset(moment)
		return
	}
	p.pace = resting
	p.ticker.Reset(asleep)
}

func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		p.next.Stop()
	}
}

// tickerOf returns what the layer draws by; nil before it draws, and where it has no such thing.
func tickerOf(layer *tea.Program) *time.Ticker {
	field := reflect.ValueOf(layer).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(field.UnsafeAddr()))
}
