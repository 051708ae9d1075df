package proxy

import (
	"net/netip"
	"testing"
)

// What clients are told goes into JSON as it is, and they connect to it.
// Regression: --advertise 'a"b' broke the answers, [::1] and host:123 were told as [[::1]]:20002 and [host:123]:20002.
func TestAdvertisedHosts(t *testing.T) {
	listen := netip.MustParseAddr("127.0.0.1")
	for host, good := range map[string]bool{
		"proxy": true, "proxy.example": true, "my_proxy-1.example.": true, "10.0.0.1": true, "::1": true, "fe80::1%eth0": true, "p": true,
		`a"b`: false, "[::1]": false, "host:123": false, "foo bar": false, "a\n": false, `a\u0041`: false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "-x": false, "höst": false, ".": false,
	} {
		if _, err := NewAddresses(AddressOptions{Listen: listen, Advertise: host}); (err == nil) != good {
			t.Errorf("%q: %v", host, err)
		}
	}
	for address, good := range map[string]bool{
		"proxy:20911": true, "10.0.0.1:20911": true, "[::1]:20911": true,
		"proxy:0": false, "proxy:99999": false, "proxy:http": false, ":20911": false, "proxy": false, "0.0.0.0:20911": false, `b"x:2`: false, ":": false,
	} {
		if _, err := NewAddresses(AddressOptions{Listen: listen, External: map[string]string{"a:1": address}}); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}
