//go:build !race

package parquet

// withRaceDetector: pools then drop what they hold at random.
const withRaceDetector = false
