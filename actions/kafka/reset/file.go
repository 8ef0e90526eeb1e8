package reset

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/internal/text"
)

// parseFile reads the offsets of a file: CSV as Apache's kafka-consumer-groups --export writes it (topic,partition,offset,
// or group,topic,partition,offset for several groups, of which only this one counts), or JSON in the form of
// kafka-delete-records ({"partitions":[{"topic":…,"partition":…,"offset":…}],"version":1}).
func parseFile(contents, group string) (map[cluster.Place]int64, error) {
	var out map[cluster.Place]int64
	var err error
	if strings.HasPrefix(strings.TrimSpace(contents), "{") {
		out, err = parseJSON(contents)
	} else {
		out, err = parseCSV(contents, group)
	}
	if err != nil {
		return nil, &actions.Error{Kind: actions.ErrUsage, What: "the file of offsets", Err: err, Do: "nothing of it is taken"}
	}
	if len(out) == 0 {
		return nil, actions.Fail(actions.ErrUsage, "the file holds no offsets for group "+group, "")
	}
	return out, nil
}

func parseCSV(contents, group string) (map[cluster.Place]int64, error) {
	r := csv.NewReader(strings.NewReader(contents))
	r.FieldsPerRecord = 0 // as the first line
	r.TrimLeadingSpace = true
	out := map[cluster.Place]int64{}
	for {
		f, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(f) == 4 {
			if f[0] != group {
				continue
			}
			f = f[1:]
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("line %d has %s, wanted are topic,partition,offset", line, text.Plural(len(f), "field", "fields"))
		}
		if err := put(out, f[0], f[1], f[2]); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func put(out map[cluster.Place]int64, topic, partition, offset string) error {
	p, err := strconv.ParseInt(strings.TrimSpace(partition), 10, 32)
	if topic = strings.TrimSpace(topic); topic == "" || err != nil || p < 0 {
		return fmt.Errorf("topic %q, partition %q is no partition", topic, partition)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(offset), 10, 64)
	if err != nil {
		return fmt.Errorf("%s:%d: %q is no offset", topic, p, offset)
	}
	at := cluster.Place{Topic: topic, Partition: int32(p)}
	if had, twice := out[at]; twice && had != n {
		return fmt.Errorf("%s is given twice, with %d and %d", at, had, n)
	}
	out[at] = n
	return nil
}

func parseJSON(contents string) (map[cluster.Place]int64, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(contents)))
	d.DisallowUnknownFields()
	var f struct {
		Partitions []struct {
			Topic     *string      `json:"topic"`
			Partition *json.Number `json:"partition"`
			Offset    *json.Number `json:"offset"`
		} `json:"partitions"`
		Version int `json:"version"`
	}
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the object")
	}
	if f.Version > 1 {
		return nil, fmt.Errorf("version %d is not known, only 1 is", f.Version)
	}
	out := map[cluster.Place]int64{}
	for i, p := range f.Partitions {
		if p.Topic == nil || p.Partition == nil || p.Offset == nil {
			return nil, fmt.Errorf("entry %d needs topic, partition and offset", i+1)
		}
		if err := put(out, *p.Topic, p.Partition.String(), p.Offset.String()); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return out, nil
}
