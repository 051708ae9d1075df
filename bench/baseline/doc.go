// Package baseline holds the decoder against what the standard library does with the same bytes. Of a header that is JSON into a
// struct with a map of strings (so kyanos reads it), and into maps of any; of an answer with 32 messages it is a copy of every
// body, texts, and a map of the properties of each. It has benchmarks only.
//
//	go test -bench . -count 5 ./bench/baseline
package baseline
