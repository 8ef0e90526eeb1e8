package tui

import "strings"

// utf8Locale reports whether a locale is UTF-8 and draws ambiguous characters in one cell.
func utf8Locale(locale string) bool {
	l := strings.ToLower(locale)
	for _, wide := range []string{"zh", "ja", "ko"} {
		if strings.HasPrefix(l, wide) {
			return false
		}
	}
	return strings.Contains(l, "utf-8") || strings.Contains(l, "utf8")
}
