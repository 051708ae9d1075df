package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/export"
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

// sourceStats are the counters of a capture, for a summary. names are its files or interfaces.
func sourceStats(names []string, s capture.Stats) export.SourceStats {
	return export.SourceStats{
		Files: names, Packets: s.Packets, Bytes: s.Bytes, First: s.First, Last: s.Last,
		Notes: []export.Note{
			{Name: "tcp_packets", Count: s.TCPPackets},
			{Name: "other_packets", Count: s.Other},
			{Name: "ip_fragments", Count: s.Fragments},
			{Name: "malformed_packets", Count: s.Malformed},
			{Name: "unknown_link_packets", Count: s.UnknownLink},
			{Name: "cut_packets", Count: s.Cut},
			{Name: "other_side_packets", Count: s.OtherSide},
			{Name: "dropped_by_capture", Count: s.Drops},
			{Name: "retransmitted_bytes", Count: s.TCP.Retransmitted},
			{Name: "out_of_order_segments", Count: s.TCP.OutOfOrder},
			{Name: "overlap_conflicts", Count: s.TCP.Conflicts},
			{Name: "evicted_connections", Count: s.TCP.Evicted},
		},
	}
}

func addSide(f *pflag.FlagSet, side *string) {
	f.StringVar(side, "side", "client", "of a recording that the proxy made: client, upstream or both")
}

func sideOf(text string) (pcapfile.Side, error) {
	switch text {
	case "client":
		return pcapfile.ClientSide, nil
	case "upstream":
		return pcapfile.UpstreamSide, nil
	case "both":
		return pcapfile.NoSide, nil
	}
	return 0, usagef("--side is client, upstream or both, not %q", text)
}
