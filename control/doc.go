// Package control answers questions about a running proxy over HTTP, and does the few things to it that a person or a test
// wants done meanwhile: resetting a connection, recording.
//
//	mqsniff ctl ── Client ──> unix socket (0600) ─┐
//	curl, probes, Prometheus ──> 127.0.0.1:PORT ──┴─> Server ──> Proxy, Recorder: asked when somebody asks
//	                                                    └─ Events <── session.Handler: lines for those who listen
//
// Who may open the socket may do everything. On a TCP address everybody on the machine may ask, so that pages in browsers
// are turned away and no file can be named there.
//
// Nothing here holds up the proxy: it is asked through counters, and a reader of events who is too slow loses lines and is
// told how many.
package control
