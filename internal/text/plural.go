package text

// Plural returns a number with its noun, for sentences: 1 group, 2,310 groups. many is what follows any number but one; both
// may go on beyond the noun, so that its verb agrees: "partition stands", "partitions stand". [Unknown] is "? groups".
func Plural[N ~int | ~int32 | ~int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Exact(int64(n)) + " " + many
}
