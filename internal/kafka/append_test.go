package kafka_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions/kafka/kafkatest"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/records"
	"weir/internal/kafka/tap"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestAppendAndReadBack(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(1, "t"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	kafkatest.NewAppendTime(t, c, "t")
	var sent tap.Recorder
	ops := config.Cluster{Name: "ops", Brokers: c.ListenAddrs(), Timeout: 5 * time.Second, Mode: config.ReadOnly}
	a, err := kafka.DialAppender(t.Context(), ops, "t", 0, kafka.Options{WrapConn: sent.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	began := time.Now().Add(-time.Second)
	for i, word := range []string{"one", "two", "three"} {
		at, err := a.Append(t.Context(), []byte("k"), []byte(word))
		if err != nil || at != int64(i) {
			t.Fatalf("%d, %v", at, err)
		}
	}
	page, err := records.Forward(t.Context(), records.Over(a.Client), records.Place{Topic: "t"}, 0, records.Limits{Records: 10})
	if err != nil || len(page.Records) != 3 || page.End != 3 {
		t.Fatalf("%d records, %+v, unread %+v, %v", len(page.Records), page.Bounds, page.Unread, err)
	}
	r := page.Records[2]
	if string(r.Value) != "three" || string(r.Key) != "k" || r.Clock != records.AppendTime || r.At.Before(began) {
		t.Errorf("%+v", r)
	}
	// A topic that isn't there is not made, and the client can do nothing but append.
	b, err := kafka.DialAppender(t.Context(), ops, "missing", 0, kafka.Options{WrapConn: sent.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Append(t.Context(), nil, []byte("x")); err == nil {
		t.Error("appended to nothing")
	}
	if c.TopicInfo("missing") != nil {
		t.Error("the topic was made")
	}
	for _, req := range []kmsg.Request{kmsg.NewPtrCreateTopicsRequest(), kmsg.NewPtrOffsetCommitRequest(), kmsg.NewPtrInitProducerIDRequest(), kmsg.NewPtrDeleteRecordsRequest()} {
		if _, err := a.Request(t.Context(), req); !errors.Is(err, kafka.ErrReadOnly) {
			t.Errorf("%T: %v", req, err)
		}
	}
	for _, q := range sent.Requests() {
		if !slices.Contains([]string{"ApiVersions", "Metadata", "Produce", "Fetch", "ListOffsets"}, q.Name) {
			t.Errorf("%s was sent", q.Name)
		}
	}
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := a.Append(ctx, nil, []byte("x")); err == nil || !strings.Contains(kafka.Explain(err).Sentence, "127.0.0.1") {
		t.Errorf("%v: %s", err, kafka.Explain(err).Sentence)
	}
}

// Who sees must not append.
func TestSeeingDoesNotProduce(t *testing.T) {
	if _, err := new(kafka.Client).Request(t.Context(), kmsg.NewPtrProduceRequest()); !errors.Is(err, kafka.ErrReadOnly) {
		t.Error(err)
	}
}
