package proxy

import (
	"errors"
	"fmt"
	"syscall"
)

// listenError is one line with the remedy.
func listenError(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is taken by another program: choose another port, or find it with ss -ltnp", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s is no address of this machine: listen on one that is (ip addr)", address)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: ports below 1024 need privileges: choose a higher one", address)
	}
	return fmt.Errorf("listen on %s: %w", address, err)
}
