// Package baseline holds the header decoder against what the standard library does with the same header: JSON into a struct with
// a map of strings (so kyanos reads it), and into maps of any. It has benchmarks only.
//
//	go test -bench . -count 5 ./bench/baseline
package baseline
