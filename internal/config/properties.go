package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// property is one entry of a Java properties file.
type property struct {
	value string
	line  int // where it begins, from 1
}

// parseProperties reads the syntax of java.util.Properties.load: comments with # and !, continued lines, escapes, and
// "=", ":" or white space between key and value. As there, the last of equal keys counts.
func parseProperties(text string) (map[string]property, error) {
	props := map[string]property{}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i := 0; i < len(lines); i++ {
		first, line := i+1, trimBlank(lines[i])
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for continues(line) {
			line = line[:len(line)-1]
			if i++; i == len(lines) {
				break
			}
			line += trimBlank(lines[i])
		}
		rawKey, rawValue := splitProperty(line)
		key, err := unescapeProperty(rawKey)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", first, err)
		}
		value, err := unescapeProperty(rawValue)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", first, err)
		}
		props[key] = property{value, first}
	}
	return props, nil
}

const blanks = " \t\f"

func trimBlank(s string) string { return strings.TrimLeft(s, blanks) }

// continues tells whether a line ends in an odd number of backslashes.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// splitProperty cuts a line at its first separator that isn't escaped.
func splitProperty(line string) (key, value string) {
	end := 0
	for end < len(line) && !strings.ContainsRune(blanks+"=:", rune(line[end])) {
		if line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(line))
	value = trimBlank(line[end:])
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = trimBlank(value[1:])
	}
	return line[:end], value
}

// unescapeProperty takes escapes out: \t \n \r \f and \uXXXX; before any other character the backslash is dropped.
func unescapeProperty(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break
		}
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			r, n, err := unicodeEscape(s[i-1:])
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			i += n - 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// unicodeEscape reads the \uXXXX that s begins with, or two that are a surrogate pair, and how many bytes they take.
func unicodeEscape(s string) (rune, int, error) {
	r, err := utf16Unit(s)
	if err != nil {
		return 0, 0, err
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(s[6:], `\u`) {
		low, err := utf16Unit(s[6:])
		if err != nil {
			return 0, 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != '\uFFFD' {
			return pair, 12, nil
		}
	}
	return r, 6, nil
}

func utf16Unit(s string) (rune, error) {
	if len(s) < 6 {
		return 0, errors.New(`want four hexadecimal digits after \u`)
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return 0, errors.New(`want four hexadecimal digits after \u`)
	}
	return rune(n), nil
}
