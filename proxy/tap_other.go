//go:build !linux

package proxy

// stayBehind does nothing: here threads have no priority of their own.
func stayBehind() {}
