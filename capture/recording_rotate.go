package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxOpen bounds the files that are open for reading again. They stay open rather than being found again by name: the user
// may move them, and the program may have given up the right to open them.
const maxOpen = 256

// begin makes the next file, with mu held or before anybody else knows r. What was written so far is out of the buffer,
// unless it is the head of the first file.
func (r *recording) begin() error {
	now := time.Now()
	path := r.o.Path
	if r.o.rotates() {
		path = rotatedName(path, r.number+1, now)
	}
	f, err := newRecordFile(path, r.o.Compress, r.end, now)
	if err != nil {
		return fmt.Errorf("%s: no packets can be written there: %w%s", path, cause(err), remedy(path, err))
	}
	r.number++
	r.file = f
	r.files = append(r.files, f)
	return nil
}

func remedy(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ": choose a directory that the user of this program may write to"
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err == nil { // as in /proc
			return ": choose another directory"
		}
		return ": make the directory first"
	}
	return ""
}

// numberFiles sees to it that the next file has another name, with mu held.
func (r *recording) numberFiles() {
	if !r.o.rotates() {
		r.o.MaxSize = math.MaxInt64
	}
}

// rotate ends the file and begins the next, with mu held.
func (r *recording) rotate() {
	if err := r.endFile(); err != nil {
		r.notice("%v", err)
	}
	if r.file == nil {
		return
	}
	r.file = nil
	if err := r.begin(); err != nil {
		r.stop(fmt.Errorf("recording stopped: %w", err))
		return
	}
	r.deleteOldest()
	r.newSection()
}

// newSection begins what the file that was begun is on its own, with mu held.
func (r *recording) newSection() {
	r.w.NewSection() // does not fail: Write does not
	for i := range r.stats {
		r.stats[i].written = false
	}
}

// deleteOldest keeps no more files than it may, with mu held.
func (r *recording) deleteOldest() {
	if r.o.MaxFiles > 0 && len(r.files) > r.o.MaxFiles {
		old := r.files[0]
		r.files = r.files[1:]
		old.close()
		if err := os.Remove(old.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.notice("%s: cannot be deleted, delete it yourself: %v", old.path, cause(err))
		}
	}
	if n := len(r.files) - maxOpen; n > 0 {
		r.files[n-1].close()
		if r.o.MaxFiles == 0 {
			r.files = r.files[n:]
		}
	}
}

// endFile writes what belongs to the end of a file, with mu held. It stays open for reading again.
func (r *recording) endFile() error {
	for i := range r.stats {
		if s := &r.stats[i]; s.given && !s.written {
			s.written = true
			r.w.Statistics(i, s.Statistics) // does not fail: the interface is there
		}
	}
	r.w.Flush()
	if r.file == nil {
		return nil
	}
	if err := r.file.end(); err != nil {
		name := r.file.name()
		r.refused += r.pending // of what was being compressed nothing may be there
		r.pending = 0
		return fmt.Errorf("%s: the end of the recording may be missing: %w", name, cause(err))
	}
	return nil
}

// rotatedName puts number and time where dumpcap does: before the last extension. That of a compressed file is two.
func rotatedName(path string, number int, t time.Time) string {
	stem, packed := strings.CutSuffix(path, ".zst")
	extension := filepath.Ext(stem)
	if filepath.Base(stem) == extension { // a hidden file without extension
		extension = ""
	}
	name := fmt.Sprintf("%s_%05d_%s%s", strings.TrimSuffix(stem, extension), number, t.Format("20060102150405"), extension)
	if packed {
		name += ".zst"
	}
	return name
}
