package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"weir/internal/config"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Kind tells what is wrong, finer than a reason does.
type Kind string

// The kinds of a Problem.
const (
	KindName         Kind = "name_not_found"
	KindRefused      Kind = "connection_refused"
	KindConnect      Kind = "no_connection"
	KindProxy        Kind = "proxy"
	KindTLSWanted    Kind = "tls_wanted"     // we came in plaintext
	KindTLSUnwanted  Kind = "tls_unwanted"   // we came with TLS
	KindProtocol     Kind = "other_protocol" // the port is not a broker's
	KindSilent       Kind = "silent"         // takes connections and doesn't answer
	KindExpired      Kind = "certificate_expired"
	KindNotYet       Kind = "certificate_not_yet_valid"
	KindCertName     Kind = "certificate_name"
	KindAuthority    Kind = "certificate_authority"
	KindCertificate  Kind = "certificate"
	KindClientCert   Kind = "client_certificate" // the broker wants one, or refuses ours
	KindTLS          Kind = "tls"
	KindPassword     Kind = "login_refused"
	KindMechanism    Kind = "mechanism"
	KindSASLWanted   Kind = "sasl_wanted"
	KindCredential   Kind = "credential" // a secret or token could not be had
	KindFile         Kind = "file"
	KindTooOld       Kind = "broker_too_old"
	KindTimeout      Kind = "timeout"
	KindCancelled    Kind = "cancelled"
	KindBroken       Kind = "connection_broken"
	KindClosed       Kind = "closed"
	KindReadOnly     Kind = "read_only"
	KindAnswer       Kind = "error_code" // a broker's error code
	KindUnknownOther Kind = "other"
)

// Problem is an error told to a person: what is wrong and where in one sentence, and what to do in another. Neither holds
// a secret. Names that a system gave may stand in both, so they are to be made safe before they reach a terminal.
type Problem struct {
	Kind     Kind
	Reason   lag.Reason // for gaps
	Sentence string     // without a full stop
	Hint     string     // what to do, without a full stop; "" where there is nothing to add
	Err      error      // the whole error; its text is for logs, not for the person
}

// Error is the sentence.
func (p Problem) Error() string { return p.Sentence }

// Unwrap gives the error that the Problem tells.
func (p Problem) Unwrap() error { return p.Err }

// Explain tells an error of this package, or one that wraps such. The Problem of nil is zero.
func Explain(err error) Problem {
	if err == nil {
		return Problem{}
	}
	if p, ok := errors.AsType[Problem](err); ok {
		return p
	}
	p := explain(err)
	p.Err = err
	return p
}

func explain(err error) Problem {
	f, ok := errors.AsType[*Failure](err)
	if !ok {
		f = &Failure{Err: err}
	}
	// The order matters: what a connection says beats that time ran out over it, and what the broker said beats both.
	for _, tell := range []func(error, *Failure) (Problem, bool){tellOwn, tellSASL, tellLink, tellCode, tellTime} {
		if p, ok := tell(err, f); ok {
			return p
		}
	}
	return Problem{Kind: KindUnknownOther, Reason: reasonOfPlain(err), Sentence: "the cluster could not be asked: " + innermost(err).Error()}
}

func tellOwn(err error, _ *Failure) (Problem, bool) {
	fe, isFile := errors.AsType[*FileError](err)
	ce, isCredential := errors.AsType[*CredentialError](err)
	switch {
	case isFile:
		return Problem{KindFile, lag.NotAuthorized, fe.Error(), "correct the path or the file", nil}, true
	case isCredential:
		return Problem{KindCredential, lag.NotAuthorized, "no login was tried, " + ce.Error(), "correct where the secret comes from; see weir config view", nil}, true
	case errors.Is(err, ErrReadOnly):
		return Problem{KindReadOnly, lag.Unsupported, ErrReadOnly.Error(), "", nil}, true
	case errors.Is(err, context.Canceled):
		return Problem{KindCancelled, lag.Unreachable, "interrupted before the cluster answered", "", nil}, true
	case errors.Is(err, kgo.ErrClientClosed):
		return Problem{KindClosed, lag.Unreachable, "the connection to the cluster is closed already", "", nil}, true
	case errors.Is(err, errOldSASL), tooOld(err):
		return Problem{KindTooOld, lag.Unsupported, "the broker is too old for this request", "weir needs Kafka 1.0 or newer, and some views newer ones; see weir doctor", nil}, true
	}
	return Problem{}, false
}

// tooOld is franz-go's own finding, which has no exported name.
func tooOld(err error) bool { return strings.HasPrefix(innermost(err).Error(), "broker is too old") }

func tellSASL(err error, f *Failure) (Problem, bool) {
	l, isLink := errors.AsType[*LinkError](err)
	switch {
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		p := Problem{KindMechanism, lag.NotAuthorized, fmt.Sprintf("the broker does not offer SASL mechanism %s", orSASL(f.Mechanism)),
			"set security.sasl.mechanism to one that is enabled on this listener", nil}
		if len(f.Offered) > 0 {
			p.Sentence += ", only " + strings.Join(slices.Sorted(slices.Values(f.Offered)), ", ")
		}
		return p, true
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return refusedLogin(f, "the broker"), true
	case errors.Is(err, kerr.IllegalSaslState):
		return Problem{KindSASLWanted, lag.NotAuthorized, "the broker expects another order of login than this listener was configured for",
			"check security.sasl against the listener's protocol", nil}, true
	case isLink && l.Stage == StageSASL:
		return refusedLogin(f, "broker "+l.Addr), true
	}
	return saslWanted(err, f)
}

// saslWanted is a connection that was greeted and then closed at its first real request, without a login.
func saslWanted(err error, f *Failure) (Problem, bool) {
	l, ok := errors.AsType[*LinkError](err)
	if !ok || l.Stage != StageRequest || l.Served || f.Mechanism != "" || !errors.Is(l.Err, io.EOF) && !errors.Is(l.Err, syscall.ECONNRESET) {
		return Problem{}, false
	}
	return Problem{KindSASLWanted, lag.NotAuthorized, fmt.Sprintf("broker %s closed the connection at the first request, as one does that wants a login", l.Addr),
		"set security.sasl", nil}, true
}

func refusedLogin(f *Failure, who string) Problem {
	p := Problem{Kind: KindPassword, Reason: lag.NotAuthorized, Sentence: who + " refused the login"}
	what := "the credentials"
	if f.User != "" {
		p.Sentence += fmt.Sprintf(" of user %q", f.User)
		what = "user name and password"
	}
	if f.Mechanism != "" {
		p.Sentence += " by " + string(f.Mechanism)
	}
	p.Hint = "check " + what + ", and that they are meant for this mechanism and listener"
	return p
}

func orSASL(m config.Mechanism) string {
	if m == "" {
		return "as configured"
	}
	return string(m)
}

func tellCode(err error, f *Failure) (Problem, bool) {
	ke, ok := errors.AsType[*kerr.Error](err)
	if !ok {
		return Problem{}, false
	}
	p := Problem{Kind: KindAnswer, Reason: ReasonOf(ke.Code), Sentence: "the broker answered " + ke.Message}
	if f.Key != 0 {
		p.Sentence = fmt.Sprintf("the broker answered %s with %s", kmsg.NameForKey(f.Key), ke.Message)
	}
	if p.Reason == lag.NotAuthorized {
		p.Hint = "this principal lacks a right; weir doctor tells which"
	}
	return p, true
}

func tellTime(err error, f *Failure) (Problem, bool) {
	if !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
		return Problem{}, false
	}
	who := map[bool]string{true: "the broker", false: "the cluster"}[f.One]
	p := Problem{KindTimeout, lag.Timeout, who + " did not answer in time", "try again with a longer --timeout; weir doctor tells which hop is slow", nil}
	if f.Timeout > 0 {
		p.Sentence = fmt.Sprintf("%s did not answer within %s", who, f.Timeout)
	}
	return p, true
}

func innermost(err error) error {
	for {
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			if next := u.Unwrap(); next != nil {
				err = next
				continue
			}
		case interface{ Unwrap() []error }:
			if all := u.Unwrap(); len(all) > 0 {
				err = all[0]
				continue
			}
		}
		return err
	}
}
