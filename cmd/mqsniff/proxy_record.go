package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/control"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/proxy"
	"github.com/mqsniff/mqsniff/session"
)

// maskOptions are the flags about what of the bytes is recorded.
type maskOptions struct{ headersOnly, redact bool }

func (o *maskOptions) addTo(f *pflag.FlagSet) {
	f.BoolVar(&o.headersOnly, "record-headers-only", false, "record no bodies; frames in the recording are then cut")
	f.BoolVar(&o.redact, "redact", false, "record zeros in place of bodies, and * in place of access keys and signatures")
}

func (o maskOptions) options(r capture.RecordOptions) capture.RelayedOptions {
	return capture.RelayedOptions{Record: r, HeadersOnly: o.headersOnly, Redact: o.redact, Parts: func() capture.Parts {
		return &decode.Parts{Limits: decode.Limits{Frame: 128 << 20}} // what the proxy takes for a frame
	}}
}

// onDemand is the recording that mqsniff ctl begins and ends, beside that of --record. It is the control.Recorder, and gets
// what the Observer gets. Connections that are open when it begins are recorded from there on.
type onDemand struct {
	options func(path string) capture.RelayedOptions
	notice  func(string)     // gets the lines of capture.RecordOptions.Notice; nil: nobody does
	main    *capture.Relayed // of --record; mu guards it, nil: none

	mu     sync.Mutex
	path   string           // that was asked for
	writer *capture.Relayed // nil: nothing is recorded
	flows  map[*proxy.Conn]*capture.Flow
}

var errNotRecording = errors.New("nothing is recorded: mqsniff ctl record start FILE begins")

// Recording is part of control.Recorder.
func (o *onDemand) Recording() control.Recording {
	o.mu.Lock()
	defer o.mu.Unlock()
	writer := o.current()
	if writer == nil {
		return control.Recording{}
	}
	s := writer.Stats()
	return control.Recording{On: true, File: s.File, Packets: s.Packets, Bytes: s.Bytes, Lost: s.Refused, Stopped: s.Stopped}
}

// current is the recording that is asked about, called with mu held; nil: none.
func (o *onDemand) current() *capture.Relayed {
	if o.writer != nil {
		return o.writer
	}
	return o.main
}

// Start is part of control.Recorder.
func (o *onDemand) Start(file string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil {
		return fmt.Errorf("%s is being written: mqsniff ctl record stop ends that", o.writer.Stats().File)
	}
	if err := isRecording(file); err != nil {
		return err
	}
	options, begun := o.options(file), false
	options.Record.Notice = func(text string) {
		if begun && o.notice != nil {
			o.notice(text)
		}
	}
	writer, err := capture.NewRelayed(options)
	if err != nil {
		return err
	}
	writer.Flush() // what cannot be written shall be said to who asked
	if why := writer.Stats().Stopped; why != "" {
		writer.Close()
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			os.Remove(file)
		}
		return fmt.Errorf("%s: no packets can be written there: %s", file, why)
	}
	begun = true
	o.path, o.writer, o.flows = file, writer, map[*proxy.Conn]*capture.Flow{}
	return nil
}

// isRecording refuses a file that has something else than packets: who asks may have mistyped, and what is there is lost.
func isRecording(file string) error {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil // what is wrong with it shows in making it
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	var head [4]byte
	io.ReadFull(f, head[:])
	switch binary.LittleEndian.Uint32(head[:]) {
	case 0x0a0d0d0a, 0xfd2fb528: // pcapng, zstd
		return nil
	}
	return fmt.Errorf("%s holds something else than a recording: name another file", file)
}

// Stop is part of control.Recorder.
func (o *onDemand) Stop() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stop()
}

func (o *onDemand) stop() error {
	switch {
	case o.writer == nil && o.main != nil:
		return fmt.Errorf("%s is the file of --record: it ends with the proxy", o.main.Stats().File)
	case o.writer == nil:
		return errNotRecording
	}
	err := o.writer.Close()
	n := o.writer.Stats().Refused
	o.writer, o.flows = nil, nil
	switch {
	case n > 0 && err != nil:
		return fmt.Errorf("%w; %d packets not recorded", err, n)
	case n > 0:
		return fmt.Errorf("%d packets not recorded: %s could not be written", n, o.path)
	}
	return err
}

// Rotate is part of control.Recorder. The next file has the first one's name with a number and the time.
func (o *onDemand) Rotate() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	writer := o.current()
	if writer == nil {
		return errNotRecording
	}
	_, err := writer.Rotate()
	return err
}

// flow is called with mu held, while something is recorded.
func (o *onDemand) flow(c *proxy.Conn) *capture.Flow {
	f := o.flows[c]
	if f == nil {
		f = o.writer.Join(legsOf(c), "recorded from here on")
		o.flows[c] = f
	}
	return f
}

func (o *onDemand) open(c *proxy.Conn, t int64, way string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil {
		o.flows[c] = o.writer.Open(t, legsOf(c), way)
	}
}

func (o *onDemand) bytes(c *proxy.Conn, b proxy.Relayed) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil {
		o.flow(c).Bytes(b.Time, b.Added, b.Dir, b.Read, b.Written, func(session.Chunk) {})
	}
}

func (o *onDemand) skipped(c *proxy.Conn, dir session.Direction, t, n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil {
		o.flow(c).Gap(t, dir, n)
	}
}

func (o *onDemand) close(c *proxy.Conn, dir session.Direction, t int64, why session.CloseReason) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil && o.flows[c] != nil {
		o.flows[c].Close(t, dir, why)
		delete(o.flows, c)
	}
}

func (o *onDemand) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer != nil {
		o.writer.Flush()
	}
}

// end is the end of the proxy. The error is what is missing in the recording.
func (o *onDemand) end() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer == nil {
		return nil
	}
	return o.stop()
}

func legsOf(c *proxy.Conn) capture.Legs {
	return capture.Legs{Client: c.Client, Listener: c.Listener, Local: c.Local, Upstream: c.Upstream}
}
