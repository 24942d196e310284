// Scale measures the reports over a lake of hundreds of millions of events, with two cores
// and a bound on memory, and says what the same would read on Athena.
//
// # Usage
//
//	go run ./scripts/scale                      (or make bench-scale)
//	go run ./scripts/scale -events 2000000      a small one, to try it
//	go run ./scripts/scale -events 20000000 -roles 1000 -only review -memory 1073741824
//	                                            the access review of a thousand roles
//
// A few days of made-up logs (testdata/cloudtrail/generate) are ingested and compacted by the
// program. Then they are copied over a quarter. Every copy has the days moved and other event
// ids, and the sessions of each have other access keys, as AWS hands out a key once; each
// generation of copies has accounts and roles of its own. The copies are files as compaction
// writes them, under the lake's ledger, so that nothing but their making differs. An inventory
// of all roles is ingested by the program again. The lake is kept for the next time.
//
// Every report is then one process. Printed are its time, its largest resident memory, and the
// bytes that it asked the system to read, which the system may have had in memory. A report
// that fails, or takes more memory than it may, makes the whole fail.
package main
