package capture

import (
	"errors"
	"fmt"
)

// Rotate goes on in another file, called as RecordOptions.MaxSize says, and returns its path. Connections go on in it with
// their sequence numbers, so that the files together read as one. It may be called from any goroutine. The error is one line
// that says why there is no other file.
func (r *Relayed) Rotate() (string, error) {
	if r.recording == nil {
		return "", errors.New("nothing is recorded")
	}
	return r.recording.another()
}

// another ends the file and begins the next, whatever its size and age. Where the recording had stopped, it goes on.
func (r *recording) another() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.o.Path == "":
		return "", errors.New("nothing is recorded to a file")
	case r.file == nil && r.stopped == nil:
		return "", fmt.Errorf("%s is not written any more", recordName(r.o.Path))
	case !r.rotatable():
		return "", fmt.Errorf("%s cannot be rotated: record to a file", recordName(r.o.Path))
	}
	r.numberFiles()
	if r.file != nil {
		r.rotate()
	}
	if r.file == nil {
		if err := r.restart(); err != nil {
			return "", err
		}
	}
	return r.file.path, nil
}
