package lag

import "time"

// LogDir is a directory that a broker keeps logs in, as it told last.
type LogDir struct {
	Path   string
	Held   int64  // bytes of all logs in it, copies too
	Total  int64  // bytes of the volume it lies on (KIP-827); Unknown from older brokers
	Usable int64  // of them, those left; Unknown
	Fault  string // why its logs can't be told; "" when they can
}

// Tuning is what of a broker's configuration differs from Kafka's default.
type Tuning struct {
	Changed []Setting // sorted by name, without what is secret
	At      time.Time // when it was read
}
