//go:build !linux

// Command live measures live capture, which Linux alone has.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "live: captures on Linux only")
	os.Exit(1)
}
