// Package proxy relays RocketMQ remoting connections, and lets an observer see every byte.
//
//	           ┌ Listener ─ Resolve: where to? (fixed address, SOCKS5, redirected)
//	client ──> │
//	           └ Conn ── Connect: TLS, PROXY protocol, dial
//	               ├─ pump  client to upstream ── scanner: which requests ask for addresses ──┐
//	               └─ pump  upstream to client ── gate: holds their answers for Rewrite <─────┘
//	                     └─ tap (bounded, never waits) ──> Observer, in one goroutine
//
// What no rule touches goes through byte by byte as it came: whole frames are never needed for that. The receiver's pace is
// the sender's: a pump reads again when it has written. An observer that is too slow loses bytes and is told how many; it
// never slows the traffic down. What is not remoting flows on unseen into.
//
// The package does not store and does not draw.
package proxy
