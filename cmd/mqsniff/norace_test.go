//go:build !race

package main

// raceDetector tells whether the race detector is in, whose own memory is many times the program's.
const raceDetector = false
