package filter

import (
	"github.com/mqsniff/mqsniff/session"
)

// World is what the numbers in an event stand for, and where its bytes are. It is used by one goroutine.
type World struct {
	// Symbols are the texts of topics, groups and client ids.
	Symbols *session.Symbols
	// View is what the event was made from, where the caller has it at hand, as a session.Handler does. It counts for one
	// Match; leave it nil to have Store asked.
	View *session.View
	// Store is asked for connections and bytes when View is nil. It may be nil: then these have no value.
	Store *session.Store

	reader session.Reader
}

// OfStore is the World of a store's events.
func OfStore(s *session.Store) *World { return &World{Symbols: s.Symbols(), Store: s} }

// endpoints are those of a connection; ok is false when nobody knows them.
func (w *World) endpoints(conn uint32) (session.Endpoints, bool) {
	if w.View != nil && w.View.Conn != nil {
		return w.View.Conn.Endpoints, true
	}
	if w.Store != nil {
		if c, ok := w.Store.Conn(conn); ok {
			return c.Endpoints, true
		}
	}
	return session.Endpoints{}, false
}

// Read returns what the frame ev was made from, valid until the next call: View, or else what the store reads again. It
// fails when the bytes are no longer there, and for events that are no frames.
func (w *World) Read(ev *session.Event) (*session.View, error) {
	if w.View != nil && w.View.Command != nil {
		return w.View, nil
	}
	w.reader.Store = w.Store
	return w.reader.View(ev)
}
