package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"weir/lag"
)

// tellLink tells why a connection failed. One on which a broker that had greeted stayed silent is told as a time-out.
func tellLink(err error, f *Failure) (Problem, bool) {
	l, ok := errors.AsType[*LinkError](err)
	if !ok || l.Stage == StageRequest && isTimeout(l.Err) {
		return Problem{}, false
	}
	var p Problem
	switch {
	case isAlert(l.Err):
		p = tellAlert(l)
	case l.Stage == StageConnect:
		p = tellConnect(l)
	case l.Stage == StageTLS && isCertificate(l.Err):
		p = tellCertificate(l)
	case l.Stage == StageTLS, l.Stage == StageGreeting:
		p = tellProtocol(l, spoken(l, f))
	default:
		p = Problem{Kind: KindBroken, Sentence: fmt.Sprintf("the connection to broker %s broke: %v", l.Addr, innermost(l.Err)),
			Hint: "the broker may be restarting; weir tries again at the next refresh"}
	}
	if p.Reason == lag.NoReason {
		p.Reason = lag.Unreachable
	}
	return p, true
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// place says where a connection led.
func (e *LinkError) place() string {
	s := e.Addr
	if e.Reached != "" && e.Reached != e.Addr {
		s += " (by way of " + e.Reached + ")"
	}
	if e.Proxy != "" {
		s += " through the SOCKS5 proxy " + e.Proxy
	}
	return s
}

func tellConnect(l *LinkError) Problem {
	dns, isDNS := errors.AsType[*net.DNSError](l.Err)
	switch {
	case l.Proxy != "":
		return Problem{Kind: KindProxy, Sentence: fmt.Sprintf("broker %s can't be reached: %v", l.place(), proxyCause(l.Err)),
			Hint: "check that the proxy runs, takes this user and may connect to the broker"}
	case isDNS && dns.IsNotFound:
		return Problem{Kind: KindName, Sentence: fmt.Sprintf("the name of broker %s does not resolve", l.place()),
			Hint: "check the spelling and the resolver; for an advertised name that is only known elsewhere, set [clusters.NAME.addresses]"}
	case isDNS:
		return Problem{Kind: KindName, Sentence: fmt.Sprintf("the name of broker %s could not be resolved: the resolver failed", l.place()),
			Hint: "check the resolver of this machine"}
	case errors.Is(l.Err, syscall.ECONNREFUSED):
		return Problem{Kind: KindRefused, Sentence: fmt.Sprintf("broker %s refuses the connection: nothing listens there", l.place()),
			Hint: "check host and port, and that the broker runs"}
	case isTimeout(l.Err):
		return Problem{Kind: KindConnect, Reason: lag.Timeout, Sentence: fmt.Sprintf("broker %s does not take the connection in time", l.place()),
			Hint: "check host, port and the firewalls between"}
	}
	return Problem{Kind: KindConnect, Sentence: fmt.Sprintf("broker %s can't be reached: %v", l.place(), innermost(l.Err)),
		Hint: "check host, port and the network"}
}

// proxyCause cuts the addresses off x/net's error, which the sentence holds already.
func proxyCause(err error) string {
	s := innermost(err).Error()
	if op, ok := errors.AsType[*net.OpError](err); ok && strings.HasPrefix(op.Op, "socks") && op.Err != nil {
		s = innermost(op.Err).Error()
	}
	return strings.TrimPrefix(s, "unknown error ")
}

// spoken is what the port speaks, by its first bytes or by asking it.
func spoken(l *LinkError, f *Failure) Protocol {
	if p := foreign(l.First); p != "" {
		return p
	}
	if re, ok := errors.AsType[tls.RecordHeaderError](l.Err); ok {
		if p := foreign(re.RecordHeader[:]); p != "" {
			return p
		}
	}
	return f.Speaks
}

func tellProtocol(l *LinkError, speaks Protocol) Problem {
	switch {
	case speaks == SpeaksHTTP || speaks == SpeaksSSH:
		return Problem{Kind: KindProtocol, Sentence: fmt.Sprintf("%s speaks %s, not Kafka", l.place(), strings.ToUpper(string(speaks))),
			Hint: "check the port"}
	case speaks == SpeaksTLS && !l.TLS:
		return Problem{Kind: KindTLSWanted, Sentence: fmt.Sprintf("broker %s speaks TLS, and weir came in plaintext", l.place()),
			Hint: "set security.tls.enabled = true, or security.protocol=SSL or SASL_SSL in the properties file"}
	case speaks == SpeaksKafka && l.TLS:
		return Problem{Kind: KindTLSUnwanted, Sentence: fmt.Sprintf("broker %s speaks plaintext, and weir came with TLS", l.place()),
			Hint: "set security.tls.enabled = false, or use the port of the TLS listener"}
	case isTimeout(l.Err):
		return Problem{Kind: KindSilent, Reason: lag.Timeout, Sentence: fmt.Sprintf("%s takes connections but does not answer", l.place()),
			Hint: "check that the port is a broker's, and that the broker is not hung"}
	case l.Stage == StageTLS:
		return Problem{Kind: KindTLS, Sentence: fmt.Sprintf("%s closed the connection during the TLS handshake", l.place()),
			Hint: "check that the port is a TLS listener"}
	}
	return Problem{Kind: KindProtocol, Sentence: fmt.Sprintf("%s does not speak Kafka", l.place()), Hint: "check the port, and whether it wants TLS"}
}

func isCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

func tellCertificate(l *LinkError) Problem {
	if p, ok := tellValidity(l); ok {
		return p
	}
	if he, ok := errors.AsType[x509.HostnameError](l.Err); ok {
		return Problem{Kind: KindCertName, Sentence: fmt.Sprintf("the certificate of broker %s is for %s, not for %s", l.place(), certNames(he.Certificate), he.Host),
			Hint: "use the name in the certificate, or set security.tls.server_name"}
	}
	if ua, ok := errors.AsType[x509.UnknownAuthorityError](l.Err); ok {
		by := "an unknown authority"
		if ua.Cert != nil && ua.Cert.Issuer.CommonName != "" {
			by = fmt.Sprintf("%q, which is not trusted here", ua.Cert.Issuer.CommonName)
		}
		return Problem{Kind: KindAuthority, Sentence: fmt.Sprintf("the certificate of broker %s was issued by %s", l.place(), by),
			Hint: "set security.tls.ca_file to the PEM file of the cluster's authority"}
	}
	return Problem{Kind: KindCertificate, Sentence: fmt.Sprintf("the certificate of broker %s is not accepted: %v", l.place(), innermost(l.Err)),
		Hint: "weir doctor shows the certificate"}
}

func tellValidity(l *LinkError) (Problem, bool) {
	ci, ok := errors.AsType[x509.CertificateInvalidError](l.Err)
	if !ok || ci.Reason != x509.Expired || ci.Cert == nil {
		return Problem{}, false
	}
	if time.Now().Before(ci.Cert.NotBefore) {
		return Problem{Kind: KindNotYet, Sentence: fmt.Sprintf("the certificate of broker %s is valid from %s only", l.place(), day(ci.Cert.NotBefore)),
			Hint: "check this machine's clock"}, true
	}
	return Problem{Kind: KindExpired, Sentence: fmt.Sprintf("the certificate of broker %s expired on %s", l.place(), day(ci.Cert.NotAfter)),
		Hint: "renew the broker's certificate, or check this machine's clock"}, true
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func certNames(c *x509.Certificate) string {
	var names []string
	if c != nil {
		names = append(names, c.DNSNames...)
		for _, ip := range c.IPAddresses {
			names = append(names, ip.String())
		}
	}
	switch {
	case len(names) == 0:
		return "no name"
	case len(names) > 4:
		return strings.Join(names[:4], ", ") + fmt.Sprintf(" and %d more", len(names)-4)
	}
	return strings.Join(names, ", ")
}

// isAlert tells whether the other side ended TLS with an alert.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

// tellAlert tells the broker's reason. TLS 1.3 brings the refusal of a client certificate after the handshake.
func tellAlert(l *LinkError) Problem {
	what := strings.TrimPrefix(innermost(l.Err).Error(), "tls: ")
	switch what {
	case "bad certificate", "certificate required", "unknown certificate authority", "expired certificate", "unknown certificate",
		"unsupported certificate", "revoked certificate", "access denied":
		return Problem{Kind: KindClientCert, Reason: lag.NotAuthorized,
			Sentence: fmt.Sprintf("broker %s did not accept the client certificate: %s", l.place(), what),
			Hint:     "set security.tls.cert_file and key_file to a certificate that the broker's authority issued and that has not expired"}
	}
	return Problem{Kind: KindTLS, Sentence: fmt.Sprintf("broker %s ended the TLS handshake: %s", l.place(), what),
		Hint: "weir speaks TLS 1.2 and 1.3; check the listener's ssl.enabled.protocols and security.tls.server_name"}
}
