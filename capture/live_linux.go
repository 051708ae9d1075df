package capture

import "github.com/mqsniff/mqsniff/capture/afpacket"

// openRings opens the rings of one interface.
func openRings(name string, o *LiveOptions) ([]packetRing, error) {
	rings, err := afpacket.Open(afpacket.Options{
		Interface: name, Ring: o.Ring, Rings: o.Rings, SnapLen: o.SnapLen, Promiscuous: o.Promiscuous,
		Filter: o.Filter, Notice: o.Notice,
	})
	var all []packetRing
	for _, r := range rings {
		all = append(all, r)
	}
	return all, err
}

// distinct tells whether the names are of different interfaces.
func distinct(names []string) error { return afpacket.Distinct(names) }

// Interfaces returns the interfaces that there are, which needs no privilege.
func Interfaces() ([]Interface, error) { return afpacket.Interfaces() }

// MayCapture tells whether this process may capture: nil, or the error that OpenLive would return.
func MayCapture() error { return afpacket.MayCapture() }
