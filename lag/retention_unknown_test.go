package lag

import (
	"testing"
	"time"
)

// A setting that the broker did not tell is no setting of "for ever".
func TestRetentionThatIsNotKnownIsNotEndless(t *testing.T) {
	for name, s := range map[string]Settings{
		"no policy":         {Retention: time.Hour, RetentionBytes: -1},
		"no time":           {Cleanup: "delete", Retention: UnknownRetention, RetentionBytes: -1},
		"for ever, no size": {Cleanup: "delete", Retention: Forever, RetentionBytes: Unknown},
	} {
		r := &Reading{Topology: &Topology{Topics: []Topic{{Settings: &s}}, Partitions: []Partition{{}}}}
		if left, endless, ok := NewHistory().byAge(r, 0, &Track{}); ok || endless {
			t.Errorf("%s: %s, endless %v, ok %v; want not known", name, left, endless, ok)
		}
	}
	forever := Settings{Cleanup: "delete", Retention: Forever, RetentionBytes: -1}
	r := &Reading{Topology: &Topology{Topics: []Topic{{Settings: &forever}}, Partitions: []Partition{{}}}}
	if _, endless, ok := NewHistory().byAge(r, 0, &Track{}); !ok || !endless {
		t.Error("retention without any limit must be endless")
	}
}
