package wire

import (
	"strconv"

	"weir/lag"
	"weir/lag/state"
)

// worst is a position and its lag.
type worst struct {
	topic     string
	partition int32
	lag       int64
}

func (w worst) AppendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"topic":`...), w.topic)
	dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(w.partition), 10)
	dst = append(dst, `,"lag":`...)
	if !lag.Known(w.lag) {
		return append(dst, "null}"...)
	}
	return append(strconv.AppendInt(dst, w.lag, 10), '}')
}

func (w worst) AppendText(dst []byte) []byte {
	dst = append(append(dst, w.topic...), ':')
	return strconv.AppendInt(dst, int64(w.partition), 10)
}

// counts is the number of positions by state, gravest first, those without positions left out.
type counts [state.NumStates]int

func (c counts) each(do func(name string, n int)) {
	for _, s := range state.States() {
		if c[s] > 0 {
			do(s.String(), c[s])
		}
	}
}

func (c counts) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	empty := true
	c.each(func(name string, n int) {
		if !empty {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, name), ':')
		dst, empty = strconv.AppendInt(dst, int64(n), 10), false
	})
	return append(dst, '}')
}

func (c counts) AppendText(dst []byte) []byte {
	empty := true
	c.each(func(name string, n int) {
		if !empty {
			dst = append(dst, ", "...)
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst, empty = append(append(dst, ' '), name...), false
	})
	return dst
}

// basis is what a state rests on.
type basis state.Basis

func (b basis) AppendJSON(dst []byte) []byte {
	dst = appendFloat(append(dst, `{"window_seconds":`...), b.Window.Seconds())
	dst = strconv.AppendInt(append(dst, `,"samples":`...), int64(b.Samples), 10)
	return append(dst, '}')
}

func (b basis) AppendText(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(b.Samples), 10)
	return append(append(dst, " in "...), b.Window.String()...)
}

// list is a list of names or numbers. Its text is the elements, separated by blanks.
type list[T string | int32] []T

func (l list[T]) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, e := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendElement(dst, e, true)
	}
	return append(dst, ']')
}

func (l list[T]) AppendText(dst []byte) []byte {
	for i, e := range l {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendElement(dst, e, false)
	}
	return dst
}

func appendElement[T string | int32](dst []byte, e T, quoted bool) []byte {
	switch e := any(e).(type) {
	case int32:
		return strconv.AppendInt(dst, int64(e), 10)
	case string:
		if quoted {
			return AppendString(dst, e)
		}
		return append(dst, e...)
	}
	return dst
}
