// Package tui is the screen: a list of frames or connections, what one of them holds, and its bytes.
//
//	source goroutine ──> session.Store <──┐ copies, never waits
//	                                      │
//	watch ──mark──> widget.Painter ──> apply (loop goroutine) ──> rows, panes ──> root.Draw
//	                      ^                                          │
//	workers ──post────────┘        filter · find · detail · values <─┘ asked by handlers
//
// One goroutine, the loop of tview, owns everything in app. Handlers change it and return; whatever may take long runs in
// a worker that posts its result, together with the number of the question it answers, so that a late answer to an old
// question is dropped. Only the painter asks for frames.
//
// A row is known by the number of its event, never by its place in the list: filters, sorting and new events do not move
// the cursor to another frame.
//
// Files: layout.go says where things are, keys.go which key does what in which context (hints, help and dispatch are made
// from that one table), frames.go and conns.go are the two lists, columns.go and flags.go what stands in a row, detail.go,
// sections.go and hexview.go the lower panes, filterbar.go and worker_filter.go the filter, find.go the search.
package tui
