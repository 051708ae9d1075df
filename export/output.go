package export

import "io"

// flushAt is how many bytes are written at once.
const flushAt = 64 << 10

// output collects lines and writes them in large pieces.
type output struct {
	w   io.Writer
	buf []byte
	err error
}

// line is called after each line.
func (o *output) line() {
	if len(o.buf) >= flushAt {
		_ = o.Flush()
	}
}

// Flush writes what was collected. It returns the first error that writing met; after one nothing more is written.
func (o *output) Flush() error {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.w.Write(o.buf)
	}
	if cap(o.buf) > 16*flushAt { // one huge line must not be paid for until the end
		o.buf = nil
	}
	o.buf = o.buf[:0]
	return o.err
}

// Err is the first error that writing met: a caller may stop reading then.
func (o *output) Err() error { return o.err }
