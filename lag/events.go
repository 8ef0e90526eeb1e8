package lag

import "time"

// EventKind is what an [Event] tells.
type EventKind uint8

const (
	OffsetsJumped EventKind = iota
	TopicMadeAnew
)

type Event struct {
	At            time.Time
	Subject       Ref
	Kind          EventKind
	Before, After string
}

func Diff(prev, next *Reading, h *History) []Event { return nil }
