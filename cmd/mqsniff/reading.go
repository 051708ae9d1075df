package main

import (
	"context"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// reading joins capture files to a session: packets on one side, events on the other.
type reading struct {
	*session.Session
	handle session.Handler // set it before read
}

func newReading() *reading {
	r := &reading{}
	r.Session = session.New(session.Options{}, func(ev *session.Event, v *session.View) { r.handle(ev, v) })
	return r
}

// read reads all files, until the context ends.
func (r *reading) read(ctx context.Context, files *capture.Files) error {
	err := files.Run(ctx, func(t int64, e session.Endpoints, dir session.Direction, handshake bool) tcp.Stream {
		return r.Open(t, e, dir, handshake)
	})
	r.End()
	return err
}
