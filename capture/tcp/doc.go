// Package tcp makes byte streams of captured TCP segments.
//
//	Segment ─> Tracker ─> conn ─┬─ side  client to server ─┐
//	           (table)          └─ side  server to client ─┴─> Stream: Begin, Bytes, Gap, Close
//
// It only watches: it cannot ask for anything again, and what it waits for may never come, because the capture lost it. So
// bytes in order go out at once, without a copy; bytes behind a hole are copied and held; and a hole is given up, as a Gap,
//
//   - when the peer's acknowledgment passed it: the peer has the bytes, so they will not be sent again,
//   - when the packet with the bytes was captured, but cut by the snap length, and later bytes came,
//   - when packet time moved on by HoleTimeout,
//   - when too much is held, for one direction or for all,
//   - when the connection is reset, replaced or evicted, and at the end.
//
// Of bytes captured twice the first wins. Terms are those of RFC 9293.
package tcp
