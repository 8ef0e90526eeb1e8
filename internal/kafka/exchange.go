package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// exchange sends single requests over one connection, hop by hop, where franz-go would do several hops in one.
type exchange struct {
	conn net.Conn
	form *kmsg.RequestFormatter
	next int32
}

// maxAnswer bounds an answer to the few small questions an exchange asks.
const maxAnswer = 16 << 20

func newExchange(c net.Conn) *exchange {
	return &exchange{conn: c, form: kmsg.NewRequestFormatter(kmsg.FormatterClientID("weir"))}
}

// ask sends req in its set version and decodes the answer; ctx bounds both.
func (x *exchange) ask(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	stop := context.AfterFunc(ctx, func() { _ = x.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if t, ok := ctx.Deadline(); ok {
		if err := x.conn.SetDeadline(t); err != nil {
			return nil, err
		}
	}
	id := x.next
	x.next++
	if _, err := x.conn.Write(x.form.AppendRequest(nil, req, id)); err != nil {
		return nil, err
	}
	body, err := x.answer(id)
	if err != nil {
		return nil, err
	}
	// ApiVersions keeps the old response header in all its versions (KIP-511).
	if req.IsFlexible() && req.Key() != int16(kmsg.ApiVersions) {
		r := kbin.Reader{Src: body}
		kmsg.SkipTags(&r)
		if body, err = r.Src, r.Complete(); err != nil {
			return nil, err
		}
	}
	resp := req.ResponseKind()
	resp.SetVersion(req.GetVersion())
	if err := resp.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("%s: the answer is damaged: %w", kmsg.NameForKey(req.Key()), err)
	}
	return resp, nil
}

func (x *exchange) answer(id int32) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(x.conn, head[:]); err != nil {
		return nil, err
	}
	size := int32(binary.BigEndian.Uint32(head[:]))
	if size < 4 || size > maxAnswer {
		return nil, errForeign
	}
	if got := int32(binary.BigEndian.Uint32(head[4:])); got != id {
		return nil, errors.New("the answer belongs to another request")
	}
	body := make([]byte, size-4)
	_, err := io.ReadFull(x.conn, body)
	return body, err
}
