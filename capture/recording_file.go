package capture

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/mqsniff/mqsniff/capture/privilege"
)

// recordFile is one file of a recording.
type recordFile struct {
	path    string
	file    *os.File
	dst     io.Writer // file
	regular bool
	zip     *zstd.Encoder // nil: not compressed
	begun   time.Time     // from when on its age counts
	packets uint64
	base    int64  // offset of the first byte in the recording's stream
	disk    int64  // bytes written to file
	whole   int64  // of them, those that end at the end of a block: what a reader takes
	rescued uint64 // packets in the file of a write that failed
	closed  bool
}

// newRecordFile makes or empties the file.
func newRecordFile(path string, compress bool, base int64, now time.Time) (*recordFile, error) {
	f := &recordFile{path: path, file: os.Stdout, base: base, begun: now}
	if path != "-" {
		how := os.O_RDWR | os.O_CREATE | os.O_TRUNC
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			how = os.O_WRONLY // opening a named pipe waits for its reader
		}
		file, err := os.OpenFile(path, how, 0o600)
		if err != nil {
			return nil, err
		}
		f.file = file
		info, err := file.Stat()
		if err == nil {
			err = privilege.Chown(file) // root made it; who called sudo will go on, and rotate it
		}
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		f.regular = info.Mode().IsRegular()
	}
	f.dst = f.file
	if compress {
		// One goroutine, and fast: that is the capture's own, and what it does not get done is lost.
		zip, err := zstd.NewWriter((*zipped)(f), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return nil, errors.Join(err, f.close())
		}
		f.zip = zip
	}
	return f, nil
}

func (f *recordFile) name() string { return recordName(f.path) }

// recordName is the path for people.
func recordName(path string) string {
	if path == "-" {
		return "standard output"
	}
	return path
}

// readable tells whether the stream can be read again from the file. A nil file has nothing.
func (f *recordFile) readable() bool { return f != nil && f.regular && f.zip == nil && !f.closed }

// size is how large the file is when the stream got to the offset. What is being compressed does not count.
func (f *recordFile) size(offset int64) int64 {
	if f.zip != nil {
		return f.disk
	}
	return offset - f.base
}

// write writes whole blocks. When there is room for some of them only, the file has those.
func (f *recordFile) write(p []byte) error {
	if f.zip != nil {
		_, err := f.zip.Write(p)
		return err
	}
	begin := f.disk
	err := f.put(p)
	if f.whole = f.disk; err != nil {
		n, packets := wholeBlocks(p[:f.disk-begin])
		f.whole, f.rescued = begin+int64(n), packets
	}
	return err
}

// wholeBlocks is how many bytes of b are pcapng blocks that do not end behind it, and how many packets are in them.
func wholeBlocks(b []byte) (n int, packets uint64) {
	const enhancedPacket, frame = 6, 12
	for len(b)-n >= frame {
		size := binary.LittleEndian.Uint32(b[n+4:])
		if size < frame || uint64(size) > uint64(len(b)-n) {
			break
		}
		if binary.LittleEndian.Uint32(b[n:]) == enhancedPacket {
			packets++
		}
		n += int(size)
	}
	return n, packets
}

// flush ends a zstd block, so that a decoder gets all that was written.
func (f *recordFile) flush() error {
	if f.zip == nil {
		return nil
	}
	err := f.zip.Flush()
	if err == nil {
		f.whole = f.disk
	}
	return err
}

func (f *recordFile) put(p []byte) error {
	n, err := f.dst.Write(p)
	f.disk += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}

// zipped is the recordFile as its encoder's destination.
type zipped recordFile

func (z *zipped) Write(p []byte) (int, error) {
	if err := (*recordFile)(z).put(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// end ends the file. If nothing is to be read from it again, it is closed.
func (f *recordFile) end() error {
	if f.readable() {
		return nil
	}
	var err error
	if f.zip != nil {
		err = f.zip.Close()
	}
	return errors.Join(err, f.close())
}

// giveUp leaves a file that ends with a whole block, behind a write that failed.
func (f *recordFile) giveUp() {
	if f.regular {
		f.file.Truncate(f.whole) // best effort: readers cope with a cut block, too
	}
	if !f.readable() {
		f.close()
	}
}

func (f *recordFile) close() error {
	if f.closed || f.path == "-" {
		return nil
	}
	f.closed, f.zip = true, nil // an encoder has megabytes
	return f.file.Close()
}
