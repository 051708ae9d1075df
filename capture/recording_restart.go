package capture

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// retryAfter is how long a recording that could not be written waits before it tries its next file.
const retryAfter = 10 * time.Second

// rotatable tells whether there can be another file, with mu held: what is no regular file has no next one.
func (r *recording) rotatable() bool {
	return r.o.Path != "-" && (len(r.files) == 0 || r.files[len(r.files)-1].regular)
}

// remedy is how a recording that has stopped goes on, with mu held.
func (r *recording) remedy() string {
	if !r.rotatable() {
		return ""
	}
	return " until another file can be written"
}

// triesAgain tells whether another file is to be tried now, with mu held.
func (r *recording) triesAgain(now time.Time) bool {
	pause := retryAfter
	if r.o.MaxAge > 0 {
		pause = min(pause, r.o.MaxAge)
	}
	return r.stopped != nil && r.rotatable() && now.Sub(r.tried) >= pause
}

// restart goes on in another file where the recording had stopped, with mu held, and says how much is missing. The error is why
// it cannot; then no file was left behind.
func (r *recording) restart() error {
	r.tried = time.Now()
	r.numberFiles()
	r.w.Flush() // to the ring
	if err := r.begin(); err != nil {
		r.stopped = innermost(err)
		return err
	}
	f := r.file
	r.deleteOldest() // it may have taken the room
	r.newSection()
	r.flushFile()
	if r.file == nil {
		f.close()
		os.Remove(f.path) // best effort: it is empty
		r.files = r.files[:len(r.files)-1]
		r.number--
		return fmt.Errorf("%s: no packets can be written there: %w", f.path, r.stopped)
	}
	r.notice("%s: recording goes on; %d packets before it are missing", f.name(), r.refused-r.told)
	r.stopped, r.told = nil, r.refused
	return nil
}

// whyStopped is why packets get into no file at the moment; "": they do, or none was asked for.
func (r *recording) whyStopped() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped == nil {
		return ""
	}
	return r.stopped.Error()
}

// latest is the path of the newest file; "": there was none.
func (r *recording) latest() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.files) == 0 {
		return ""
	}
	return r.files[len(r.files)-1].path
}

// innermost is the cause without what was wrapped around it.
func innermost(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}
