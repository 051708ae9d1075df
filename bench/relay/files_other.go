//go:build !unix

package main

// raiseFiles returns how many connections are tried here.
func raiseFiles(want uint64) uint64 { return want }
