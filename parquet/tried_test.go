package parquet

import (
	"os"
	"slices"
)

// Tried are the places in a row of steps at which a test lets something go wrong. Each costs a
// lake: where ROLETRAIL_KILLS is set, as by make integration, they are all, else of each kind of
// step the first, the last and every nth between them.
func Tried(steps []string, nth int) (places []int) {
	of := map[string][]int{}
	for at, step := range steps {
		of[step] = append(of[step], at)
	}
	all := os.Getenv("ROLETRAIL_KILLS") != ""
	for _, alike := range of {
		for i, at := range alike {
			if all || i%nth == 0 || i == len(alike)-1 {
				places = append(places, at)
			}
		}
	}
	slices.Sort(places)
	return places
}
