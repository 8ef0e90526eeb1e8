package kafka

import (
	"encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"strconv"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// saslServer is as much of a broker as a login needs: it takes whatever the one mechanism says, passes it on, and
// answers Metadata.
func saslServer(c net.Conn, mechanism string, said chan<- string) {
	for {
		var size [4]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		b := make([]byte, binary.BigEndian.Uint32(size[:]))
		if _, err := io.ReadFull(c, b); err != nil {
			return
		}
		req := kmsg.RequestForKey(int16(binary.BigEndian.Uint16(b)))
		req.SetVersion(int16(binary.BigEndian.Uint16(b[2:])))
		r := kbin.Reader{Src: b[8:]}
		r.NullableString() // the client id
		if req.IsFlexible() {
			kmsg.SkipTags(&r)
		}
		if req.ReadFrom(r.Src) != nil {
			return
		}
		out := append([]byte{0, 0, 0, 0}, b[4:8]...)
		if req.IsFlexible() && req.Key() != int16(kmsg.ApiVersions) {
			out = append(out, 0) // no tags
		}
		out = answerLogin(req, mechanism, said).AppendTo(out)
		binary.BigEndian.PutUint32(out, uint32(len(out)-4))
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

func answerLogin(req kmsg.Request, mechanism string, said chan<- string) kmsg.Response {
	resp := req.ResponseKind()
	switch r := resp.(type) {
	case *kmsg.ApiVersionsResponse:
		for key, highest := range map[kmsg.Key]int16{kmsg.Metadata: 12, kmsg.SASLHandshake: 1, kmsg.ApiVersions: 5, kmsg.SASLAuthenticate: 2} {
			k := kmsg.NewApiVersionsResponseApiKey()
			k.ApiKey, k.MaxVersion = key.Int16(), highest
			r.ApiKeys = append(r.ApiKeys, k)
		}
	case *kmsg.SASLHandshakeResponse:
		r.SupportedMechanisms = []string{mechanism}
	case *kmsg.SASLAuthenticateResponse:
		said <- string(req.(*kmsg.SASLAuthenticateRequest).SASLAuthBytes)
		if mechanism == "AWS_MSK_IAM" {
			r.SASLAuthBytes = []byte(`{"version":"2020_10_22"}`)
		}
	case *kmsg.MetadataResponse:
		id := "test-cluster"
		r.ClusterID = &id
	}
	return resp
}

// socks5 is a proxy for one connection (RFC 1928, with RFC 1929's user name and password).
func socks5(c net.Conn, user, pass string, asked chan<- string) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(c, head); err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, c, int64(head[1])); err != nil {
		return
	}
	if _, err := c.Write([]byte{5, 2}); err != nil {
		return
	}
	if _, err := io.ReadFull(c, head[:1]); err != nil {
		return
	}
	if text(c) != user || text(c) != pass {
		_, _ = c.Write([]byte{1, 1})
		return
	}
	if _, err := c.Write([]byte{1, 0}); err != nil {
		return
	}
	req := make([]byte, 4)
	if _, err := io.ReadFull(c, req); err != nil {
		return
	}
	host := ""
	if req[3] == 1 {
		ip := make(net.IP, 4)
		if _, err := io.ReadFull(c, ip); err != nil {
			return
		}
		host = ip.String()
	} else {
		host = text(c)
	}
	if _, err := io.ReadFull(c, head); err != nil {
		return
	}
	to := net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(head))))
	asked <- to
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	if _, err := c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}); err != nil {
		return
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(c, out)
		_ = c.Close()
	}()
	_, _ = io.Copy(out, c)
	_ = out.Close()
	<-back
}

// text reads a string with a length byte; "" on failure.
func text(c net.Conn) string {
	n := make([]byte, 1)
	if _, err := io.ReadFull(c, n); err != nil {
		return ""
	}
	b := make([]byte, n[0])
	if _, err := io.ReadFull(c, b); err != nil {
		return ""
	}
	return string(b)
}
