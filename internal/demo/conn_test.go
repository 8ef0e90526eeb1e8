package demo

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// Requests are followed however their bytes are cut, and are passed on as they are.
func TestConnFollowsFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sent []byte
		var want []int32
		edit := newEditor()
		for i := range rapid.IntRange(1, 8).Draw(t, "frames") {
			key := rapid.Int16Range(0, 80).Draw(t, "key")
			body := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
			sent = binary.BigEndian.AppendUint32(sent, uint32(8+len(body)))
			sent = binary.BigEndian.AppendUint16(sent, uint16(key))
			sent = binary.BigEndian.AppendUint16(sent, 0)
			sent = binary.BigEndian.AppendUint32(sent, uint32(i))
			sent = append(sent, body...)
			if edit.wants(key) {
				want = append(want, int32(i))
			}
		}
		cuts := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 8).Draw(t, "cuts")
		client, broker := net.Pipe()
		go func() {
			defer client.Close()
			for i, b := 0, sent; len(b) > 0; i++ {
				n := min(cuts[i%len(cuts)], len(b))
				_, _ = client.Write(b[:n])
				b = b[n:]
			}
		}()
		c := &conn{Conn: broker, edit: edit, gone: func(net.Conn) {}}
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, sent) {
			t.Fatalf("passed on %x, want %x: %v", got, sent, err)
		}
		var open []int32
		for corr, r := range c.open {
			open = append(open, corr)
			if !edit.wants(r.key) || int32(binary.BigEndian.Uint32(r.frame[8:])) != corr {
				t.Errorf("request %d is kept as %+v", corr, r)
			}
		}
		slices.Sort(open)
		if !slices.Equal(open, want) {
			t.Fatalf("waits for replies to %v, want %v", open, want)
		}
	})
}

// A reply that can't be decoded is passed on as it is.
func TestReplyUnreadable(t *testing.T) {
	e := newEditor()
	for _, r := range []request{{key: 3, version: 9, frame: make([]byte, headerLen)}, {key: 16, version: 0, frame: frame(kmsg.NewPtrListGroupsRequest())}} {
		for _, reply := range [][]byte{{0, 0, 0, 4, 0, 0, 0, 1}, {0, 0, 0, 6, 0, 0, 0, 1, 9, 9}} {
			if got := e.reply(r, reply); !bytes.Equal(got, reply) {
				t.Errorf("reply %x became %x", reply, got)
			}
		}
	}
}

// frame writes a request as a client does, without a client id.
func frame(req kmsg.Request) []byte {
	b := make([]byte, headerLen, 64)
	binary.BigEndian.PutUint16(b[4:], uint16(req.Key()))
	b = append(b, 0xff, 0xff)
	if req.IsFlexible() {
		b = append(b, 0)
	}
	b = req.AppendTo(b)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

func TestOffsetFetchOfNobody(t *testing.T) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: "orders", Partitions: []int32{0, 2}}}
	req.Groups = []kmsg.OffsetFetchRequestGroup{{Group: "nobody", Topics: []kmsg.OffsetFetchRequestGroupTopic{{Topic: "orders", Partitions: []int32{0, 2}}}}, {Group: "other"}}
	resp := kmsg.NewPtrOffsetFetchResponse()
	resp.ErrorCode = kerr.GroupIDNotFound.Code
	resp.Groups = []kmsg.OffsetFetchResponseGroup{{Group: "nobody", ErrorCode: kerr.GroupIDNotFound.Code}, {Group: "other", ErrorCode: kerr.NotCoordinator.Code}}
	offsetFetch(req, resp)
	if resp.ErrorCode != 0 || resp.Groups[0].ErrorCode != 0 || resp.Groups[1].ErrorCode != kerr.NotCoordinator.Code {
		t.Errorf("codes %d, %d, %d", resp.ErrorCode, resp.Groups[0].ErrorCode, resp.Groups[1].ErrorCode)
	}
	if rows := resp.Topics[0].Partitions; len(rows) != 2 || rows[1].Partition != 2 || rows[1].Offset != -1 {
		t.Errorf("rows to one group: %+v", rows)
	}
	if rows := resp.Groups[0].Topics[0].Partitions; len(rows) != 2 || rows[1].Partition != 2 || rows[1].Offset != -1 {
		t.Errorf("rows to many groups: %+v", rows)
	}
}

// Up to version 5 a group of another kind is Dead without an error.
func TestDescribeGroupBeforeVersion6(t *testing.T) {
	e := newEditor()
	e.sawModern("new")
	g := kmsg.DescribeGroupsResponseGroup{Group: "new", State: "Stable"}
	e.describeGroup(&g, 5)
	if g.State != "Dead" || g.ErrorCode != 0 || g.ErrorMessage != nil {
		t.Errorf("described as %+v", g)
	}
	classic := kmsg.DescribeGroupsResponseGroup{Group: "old", State: "Empty"}
	e.describeGroup(&classic, 6)
	if classic.State != "Empty" || classic.ErrorCode != 0 {
		t.Errorf("a classic group is described as %+v", classic)
	}
}
