package tui

import "testing"

// pairwise returns rows of one level of each factor, such that every two levels of two factors that may stand together do
// so in some row. It takes the pairs in order and fills each row with what covers most: the same rows every time.
func pairwise(levels []int, may func(row []int) bool) [][]int {
	type pair struct{ f, a, g, b int }
	var open []pair
	missing := map[pair]bool{}
	for f := range levels {
		for g := f + 1; g < len(levels); g++ {
			for a := range levels[f] {
				for b := range levels[g] {
					open = append(open, pair{f, a, g, b})
					missing[pair{f, a, g, b}] = true
				}
			}
		}
	}
	news := func(row []int) (n int) {
		for f := range row {
			for g := f + 1; g < len(row); g++ {
				if missing[pair{f, row[f], g, row[g]}] {
					n++
				}
			}
		}
		return n
	}
	var rows [][]int
	for _, p := range open {
		if !missing[p] {
			continue
		}
		var best []int
		each(levels, func(row []int) {
			if row[p.f] == p.a && row[p.g] == p.b && may(row) && (best == nil || news(row) > news(best)) {
				best = append([]int(nil), row...)
			}
		})
		if best == nil {
			continue // the two never stand together
		}
		for f := range best {
			for g := f + 1; g < len(best); g++ {
				delete(missing, pair{f, best[f], g, best[g]})
			}
		}
		rows = append(rows, best)
	}
	return rows
}

// each goes through all rows.
func each(levels []int, do func(row []int)) {
	row := make([]int, len(levels))
	for {
		do(row)
		f := len(row) - 1
		for ; f >= 0 && row[f] == levels[f]-1; f-- {
			row[f] = 0
		}
		if f < 0 {
			return
		}
		row[f]++
	}
}

func TestPairwise(t *testing.T) {
	levels := []int{5, 3, 2, 4}
	may := func(row []int) bool { return row[0] != 1 || row[3] == 2 }
	rows := pairwise(levels, may)
	if len(rows) < 4*4+3 || len(rows) > 4*4+3+4 {
		t.Errorf("%d rows", len(rows))
	}
	each(levels, func(all []int) {
		for f := range all {
			for g := f + 1; g < len(all); g++ {
				found := !may(all)
				for _, row := range rows {
					found = found || row[f] == all[f] && row[g] == all[g]
				}
				if !found {
					t.Errorf("%d of factor %d and %d of factor %d stand in no row", all[f], f, all[g], g)
				}
			}
		}
	})
	for _, row := range rows {
		if !may(row) {
			t.Errorf("%v may not be", row)
		}
	}
}
