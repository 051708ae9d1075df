//go:build !linux

package capture

import (
	"errors"
	"runtime"
)

// errNoLive names what captures where this program does not.
func errNoLive() error {
	const but = "live capture needs Linux: on this system use: "
	if runtime.GOOS == "windows" {
		return errors.New(but + "dumpcap -w - -f 'tcp port 10911' | mqsniff -")
	}
	return errors.New(but + "sudo tcpdump -U -w - 'tcp port 10911' | mqsniff -")
}

func openRings(string, *LiveOptions) ([]packetRing, error) { return nil, errNoLive() }

func distinct([]string) error { return nil }

// Interfaces fails: only Linux's interfaces are captured from.
func Interfaces() ([]Interface, error) { return nil, errNoLive() }

// MayCapture fails: only Linux's interfaces are captured from.
func MayCapture() error { return errNoLive() }
