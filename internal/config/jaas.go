package config

import (
	"errors"
	"fmt"
	"strings"
)

// login is one entry of a JAAS configuration, as sasl.jaas.config holds it: MODULE FLAG KEY=VALUE … ;
type login struct {
	module  string
	options map[string]string
}

// parseJAAS reads the one login module of a sasl.jaas.config. Errors never repeat a value.
func parseJAAS(text string) (login, error) {
	s := &jaasScanner{text: text}
	l := login{options: map[string]string{}}
	module, err := s.next()
	if err != nil {
		return login{}, err
	}
	if module.kind != 'w' || module.text == "" {
		return login{}, errors.New("want the class name of a login module first")
	}
	l.module = module.text
	flag, err := s.next()
	if err != nil {
		return login{}, err
	}
	switch strings.ToLower(flag.text) {
	case "required", "requisite", "sufficient", "optional":
	default:
		return login{}, errors.New(`want "required" after the login module`)
	}
	if err := s.options(l.options); err != nil {
		return login{}, err
	}
	if rest, err := s.next(); err != nil || rest.kind != 0 {
		return login{}, errors.New("want one login module only, with nothing after its semicolon")
	}
	return l, nil
}

// options reads KEY=VALUE pairs up to the semicolon.
func (s *jaasScanner) options(into map[string]string) error {
	for {
		key, err := s.next()
		if err != nil {
			return err
		}
		switch key.kind {
		case ';':
			return nil
		case 0:
			return errors.New("want a semicolon at the end")
		case 'w':
		default:
			return errors.New("want KEY=VALUE options, with quotes around values")
		}
		eq, err := s.next()
		if err != nil {
			return err
		}
		if eq.kind != '=' {
			return fmt.Errorf("want = after the option %d", len(into)+1)
		}
		value, err := s.next()
		if err != nil {
			return err
		}
		if value.kind != 'w' {
			return fmt.Errorf("want a value for the option %q", key.text)
		}
		if _, twice := into[key.text]; twice {
			return fmt.Errorf("the option %q stands there twice", key.text)
		}
		into[key.text] = value.text
	}
}

// jaasToken is a word (kind 'w', quoted or not), '=' or ';', or the end (kind 0).
type jaasToken struct {
	kind byte
	text string
}

type jaasScanner struct {
	text string
	at   int
}

func (s *jaasScanner) next() (jaasToken, error) {
	if err := s.skip(); err != nil || s.at == len(s.text) {
		return jaasToken{}, err
	}
	switch c := s.text[s.at]; {
	case c == '=' || c == ';':
		s.at++
		return jaasToken{kind: c}, nil
	case c == '"' || c == '\'':
		return s.quoted(c)
	case jaasWord(c):
		from := s.at
		for s.at < len(s.text) && jaasWord(s.text[s.at]) {
			s.at++
		}
		return jaasToken{'w', s.text[from:s.at]}, nil
	}
	return jaasToken{}, errors.New("a value with other characters than letters, digits and . _ $ - needs quotes around it")
}

func jaasWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("._$-", c) >= 0
}

// skip passes white space and comments, which are // to the end of the line and /* … */.
func (s *jaasScanner) skip() error {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case rest[0] <= ' ':
			s.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			s.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return errors.New("a comment isn't closed")
			}
			s.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

// quoted reads a quoted word with the escapes of java.io.StreamTokenizer.
func (s *jaasScanner) quoted(quote byte) (jaasToken, error) {
	var b strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		switch {
		case c == quote:
			s.at++
			return jaasToken{'w', b.String()}, nil
		case c == '\n' || c == '\r':
			return jaasToken{}, errors.New("a quote isn't closed on its line")
		case c == '\\' && s.at+1 < len(s.text):
			s.at++
			s.escape(&b)
		default:
			b.WriteByte(c)
		}
	}
	return jaasToken{}, errors.New("a quote isn't closed")
}

// escape reads what stands after a backslash: up to three octal digits (at most \377), a control letter, or any
// character for itself.
func (s *jaasScanner) escape(b *strings.Builder) {
	const letters, controls = "abfnrtv", "\a\b\f\n\r\t\v"
	c := s.text[s.at]
	if i := strings.IndexByte(letters, c); i >= 0 {
		b.WriteByte(controls[i])
		return
	}
	if c < '0' || c > '7' {
		b.WriteByte(c)
		return
	}
	digits := 2
	if c <= '3' {
		digits = 3
	}
	n := rune(0)
	for i := range digits {
		if s.at+i == len(s.text) || s.text[s.at+i] < '0' || s.text[s.at+i] > '7' {
			digits = i
			break
		}
		n = n*8 + rune(s.text[s.at+i]-'0')
	}
	s.at += digits - 1
	b.WriteRune(n)
}
