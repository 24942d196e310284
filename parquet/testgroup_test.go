package parquet

import (
	"fmt"
	"math/rand/v2"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
)

// randomGroup makes a row group whose columns differ in everything that makes pages
// differ: NULLs, runs, the width of codes, the length of values.
func randomGroup(rng *rand.Rand, s *Schema, rows int) rowGroup {
	g := rowGroup{rows: rows, columns: make([]Values, len(s.Columns))}
	for i := range s.Columns {
		c := &s.Columns[i]
		switch c.Kind {
		case Dict:
			g.columns[i] = randomCodes(rng, c, rows)
		case TextList:
			g.columns[i] = randomLists(rng, rows)
		default:
			g.columns[i] = randomDense(rng, c, rows)
		}
	}
	return g
}

// randomNulls says which rows are NULL: none, all, a share, in runs, or only one.
func randomNulls(rng *rand.Rand, rows int) []bool {
	nulls := make([]bool, rows)
	share, one := rng.Float64(), rng.IntN(rows)
	pattern := rng.IntN(6)
	for row, run, null := 0, 0, false; row < rows; row++ {
		if run == 0 {
			run, null = 1+rng.IntN(50), !null
		}
		run--
		nulls[row] = []bool{false, true, rng.Float64() < share, null, row == one, row != one}[pattern]
	}
	return nulls
}

// randomOrder gives n numbers below below: one alone, in turn, in runs, or any.
func randomOrder(rng *rand.Rand, n, below int) []int32 {
	order := make([]int32, n)
	pattern, longest := rng.IntN(4), 1+rng.IntN(60)
	for i, run, value := 0, 0, rng.IntN(below); i < n; i++ {
		if run == 0 {
			run = 1 + rng.IntN(longest)
			if pattern != 0 {
				value = rng.IntN(below)
			}
		}
		run--
		order[i] = []int32{int32(value), int32(i % below), int32(value), rng.Int32N(int32(below))}[pattern]
	}
	return order
}

// randomDict makes a dictionary for codes of 0 to 17 bits, mostly few.
func randomDict(rng *rand.Rand) [][]byte {
	width := rng.IntN(11)
	if rng.IntN(20) == 0 {
		width += 7
	}
	dict := make([][]byte, max(1, 1<<width-rng.IntN(3)+1))
	for i := range dict {
		dict[i] = fmt.Append(nil, i)
	}
	for i := range min(len(dict), len(testTexts)) {
		if rng.IntN(2) == 0 {
			dict[i] = []byte(testTexts[i])
		}
	}
	if len(dict[0]) == 0 {
		dict[0] = nil
	}
	return dict
}

func randomCodes(rng *rand.Rand, c *Column, rows int) Values {
	if !c.Required && rng.IntN(8) == 0 {
		return Values{}
	}
	v := Values{Dict: randomDict(rng)}
	v.Codes = randomOrder(rng, rows, len(v.Dict))
	if !c.Required {
		for row, null := range randomNulls(rng, rows) {
			if null {
				v.Codes[row] = -1
			}
		}
	}
	return v
}

func randomLists(rng *rand.Rand, rows int) Values {
	if rng.IntN(8) == 0 {
		return Values{}
	}
	v := Values{ListNull: randomNulls(rng, rows)}
	longest, total := 1+rng.IntN(12), 0
	for _, null := range v.ListNull {
		if !null {
			total += rng.IntN(longest)
		}
		v.Ends = append(v.Ends, int32(total))
	}
	if total > 0 {
		v.Dict = randomDict(rng)
		v.Codes = randomOrder(rng, total, len(v.Dict))
	}
	if rng.IntN(4) == 0 {
		v.ListNull = nil
	}
	return v
}

func randomDense(rng *rand.Rand, c *Column, rows int) (v Values) {
	n := rows
	if !c.Required && rng.IntN(4) > 0 {
		n = 0
		for _, null := range randomNulls(rng, rows) {
			v.Def = append(v.Def, 1)
			if null {
				v.Def[len(v.Def)-1] = 0
				continue
			}
			n++
		}
	}
	low := rng.Int64() - rng.Int64()
	for _, i := range randomOrder(rng, n, 1<<rng.IntN(20)) {
		switch c.Kind {
		case Text:
			v.Bytes = append(v.Bytes, arrowparquet.ByteArray(testTexts[int(i)%len(testTexts)]))
		case Bool:
			v.Bool = append(v.Bool, i%2 == 0)
		case Int32, Date:
			v.Int64 = append(v.Int64, int64(int32(low)>>1+i))
		default:
			v.Int64 = append(v.Int64, low+int64(i))
		}
	}
	return v
}
