package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode"
)

// ParseBrokers reads a comma-separated list of seeds, as --brokers takes it.
func ParseBrokers(list string) ([]string, error) {
	var brokers []string
	for b := range strings.SplitSeq(list, ",") {
		b = strings.TrimSpace(b)
		if err := checkAddress(b); err != nil {
			return nil, fmt.Errorf("brokers: %w", err)
		}
		brokers = append(brokers, b)
	}
	return brokers, nil
}

// checkAddress wants HOST:PORT. Text with "@" is not repeated: it may hold a password.
func checkAddress(a string) error {
	switch {
	case a == "":
		return errors.New("an address is empty; want HOST:PORT")
	case strings.Contains(a, "@"):
		return errors.New(`want HOST:PORT, got an address with "@": user names and passwords have keys of their own`)
	case strings.Contains(a, "://"):
		return fmt.Errorf("want HOST:PORT without a scheme, got %q", a)
	}
	host, port, err := net.SplitHostPort(a)
	if err != nil {
		return splitError(a)
	}
	if host == "" || strings.ContainsFunc(host, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '/' }) {
		return fmt.Errorf("want HOST:PORT, got %q, whose host is no name or IP address", a)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("want HOST:PORT with a port from 1 to 65535, got %q", a)
	}
	return nil
}

func splitError(a string) error {
	switch {
	case strings.Count(a, ":") > 1 && !strings.Contains(a, "["):
		return fmt.Errorf("want HOST:PORT with an IPv6 address in brackets, as in [::1]:9092, got %q", a)
	case !strings.Contains(a, ":"):
		return fmt.Errorf("want HOST:PORT, got %q without a port (Kafka's is mostly 9092)", a)
	}
	return fmt.Errorf("want HOST:PORT, got %q", a)
}
