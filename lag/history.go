package lag

// History is folded from successive readings: when ends and commits moved, in rings on a shared axis of time. It has
// one owner, the goroutine that folds; what it returns are values.
type History struct{}

// NewHistory returns a history that has seen nothing.
func NewHistory() *History { return &History{} }

// Fold takes in the next reading. Readings come in the order of their ticks, and their topologies only grow.
func (h *History) Fold(r *Reading) {}
