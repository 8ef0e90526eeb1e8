package frame

import (
	"errors"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

func stream() ([]byte, []Header) {
	form := kmsg.NewRequestFormatter(kmsg.FormatterClientID("weir"))
	var b []byte
	var want []Header
	for i, req := range []kmsg.Request{kmsg.NewPtrApiVersionsRequest(), kmsg.NewPtrListOffsetsRequest(), kmsg.NewPtrOffsetFetchRequest()} {
		req.SetVersion(req.MaxVersion())
		one := form.AppendRequest(nil, req, int32(i+5))
		b = append(b, one...)
		want = append(want, Header{len(one), req.Key(), req.GetVersion(), int32(i + 5)})
	}
	return b, want
}

func TestSplitterIgnoresHowTheStreamIsChopped(t *testing.T) {
	b, want := stream()
	rapid.Check(t, func(t *rapid.T) {
		var s Splitter
		var got []Header
		for rest := b; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			if err := s.Feed(rest[:n], func(h Header) error { got = append(got, h); return nil }); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestSplitterStopsAtTheFirstRefusal(t *testing.T) {
	b, _ := stream()
	no := errors.New("no")
	var s Splitter
	n := 0
	if err := s.Feed(b, func(Header) error { n++; return no }); !errors.Is(err, no) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func FuzzSplitter(f *testing.F) {
	b, _ := stream()
	f.Add(b, 3)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}, 1)
	f.Add([]byte{0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0}, 12)
	f.Fuzz(func(t *testing.T, b []byte, chunk int) {
		if chunk < 1 {
			chunk = 1
		}
		var s Splitter
		total := 0
		for p := range slices.Chunk(b, chunk) {
			err := s.Feed(p, func(h Header) error {
				if h.Size < headerBytes {
					t.Fatalf("size %d", h.Size)
				}
				total++
				return nil
			})
			if err != nil {
				if !errors.Is(err, ErrShort) {
					t.Fatal(err)
				}
				return
			}
		}
		if total > len(b)/headerBytes {
			t.Fatalf("%d headers in %d bytes", total, len(b))
		}
	})
}
