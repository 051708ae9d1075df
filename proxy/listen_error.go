package proxy

import (
	"errors"
	"fmt"
	"syscall"
)

// takenError is that of an address that somebody listens on.
type takenError string

func (e takenError) Error() string {
	return string(e) + " is taken by another program: choose another port, or find it with ss -ltnp"
}

func (takenError) Unwrap() error { return syscall.EADDRINUSE }

// ownError is that of an address that this proxy listens on.
type ownError struct{ address, target string }

func (e ownError) Error() string {
	what := e.address + " is listened on by this proxy already"
	if e.target != "" {
		what += ", for " + e.target
	}
	return what + ": choose another port"
}

func (ownError) Unwrap() error { return syscall.EADDRINUSE }

// listenError is one line with the remedy.
func listenError(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return takenError(address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s is no address of this machine: listen on one that is (ip addr)", address)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: ports below 1024 need privileges: choose a higher one", address)
	}
	return fmt.Errorf("listen on %s: %w", address, err)
}
