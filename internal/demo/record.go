package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// writer makes the records of one topic.
type writer struct {
	topic topic
	rng   *rand.Rand
	n     int
}

func (s *stage) writer(t topic, who string) *writer {
	return &writer{topic: t, rng: s.random(who + " " + t.name)}
}

// record makes the next record. Small keys come up more often than great ones, as customers do.
func (w *writer) record(at time.Time) *kgo.Record {
	w.n++
	id := 0
	if w.rng.Float64() >= w.topic.hot {
		u := w.rng.Float64()
		id = int(u * (0.5 + u/2) * float64(w.topic.keys))
	}
	key := fmt.Sprintf("%s-%04d", w.topic.key, id)
	return &kgo.Record{
		Topic:     w.topic.name,
		Key:       []byte(key),
		Value:     fmt.Appendf(nil, `{"%s":%q,"n":%d,"cents":%d}`, w.topic.key, key, w.n, 100+w.rng.IntN(20000)),
		Timestamp: at,
	}
}
