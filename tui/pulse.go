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
)

// pulse slows the terminal layer while the screen rests. Looking 60 times a second costs one to two percent of a core on a small
// virtual machine, where each waking is dear, and the layer has no setting that knows rest from work; looking less often at all
// times would show in the keys. So its ticker is reached from outside. A layer that has none keeps its own pace.
type pulse struct {
	layer *tea.Program

	mu     sync.Mutex
	ticker *time.Ticker
	fast   bool
	rest   *time.Timer
}

// beat is called when there may be something to draw.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticker == nil {
		if p.ticker = tickerOf(p.layer); p.ticker == nil {
			return
		}
		p.fast, p.rest = true, time.AfterFunc(moment, p.slow)
		return
	}
	if !p.fast { // not each time: a ticker that is set anew all the time never fires
		p.fast = true
		p.ticker.Reset(awake)
	}
	p.rest.Reset(moment)
}

func (p *pulse) slow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fast = false
	p.ticker.Reset(asleep)
}

func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rest != nil {
		p.rest.Stop()
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
