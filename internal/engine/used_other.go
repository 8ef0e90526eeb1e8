//go:build !unix

package engine

import "time"

// ProcessTime returns 0: it can't be told here.
func ProcessTime() time.Duration { return 0 }
