//go:build !linux

package privilege

// Drop has nothing to do: nothing was captured with privileges.
func Drop() error { return nil }
