package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// input is one capture file.
type input struct {
	path    string
	number  uint16
	file    *os.File
	regular bool
	size    int64        // bytes as the file lies there; -1: unknown
	read    atomic.Int64 // of them
	spool   *spool
	unpack  io.Closer // the decompressor

	reader *pcapfile.Reader
	again  io.ReaderAt // the decompressed bytes; nil: cannot be read again
	first  int64       // offset of the first record
	head   pcapfile.Packet
}

func openInput(path string, number uint16, grows bool) (*input, error) {
	in := &input{path: path, number: number, file: os.Stdin, size: -1}
	if path == "-" {
		return in, nil
	}
	file, err := os.Open(path)
	var info fs.FileInfo
	if err == nil {
		in.file = file
		info, err = file.Stat()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file: check the path (- reads standard input)", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: permission denied: captures often belong to root, change the owner or use sudo", path)
	case err == nil && info.IsDir():
		err = errors.New("is a directory: name the capture files in it")
		fallthrough
	case err != nil:
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if in.regular = info.Mode().IsRegular(); in.regular && !grows {
		in.size = info.Size()
	}
	return in, nil
}

// name is the path for people.
func (in *input) name() string {
	if in.path == "-" {
		return "standard input"
	}
	return in.path
}

// source returns the decompressed bytes of the file, and where they can be read again.
func (in *input) source(ctx context.Context, o Options) (io.Reader, io.ReaderAt, error) {
	var src io.Reader = in.file
	switch {
	case !in.regular:
		src = interruptible(ctx, in.file)
	case o.Follow:
		src = &follower{in.file, ctx}
	}
	plain, compressed, err := pcapfile.Decompress(&counter{src, &in.read})
	if err != nil {
		return nil, nil, err
	}
	in.unpack = plain
	if in.regular && !compressed {
		return plain, in.file, nil
	}
	if o.NoSpool {
		return plain, nil, nil
	}
	if in.spool, err = newSpool(plain); err != nil {
		return nil, nil, err
	}
	return in.spool, in.spool.file, nil
}

// kept tells whether what was read so far can be read again.
func (in *input) kept() bool {
	return in.again != nil && (in.spool == nil || in.spool.err == nil)
}

func (in *input) close() error {
	var errs []error
	if in.unpack != nil {
		errs = append(errs, in.unpack.Close())
	}
	if in.spool != nil {
		errs = append(errs, in.spool.close())
	}
	if in.path != "-" {
		errs = append(errs, in.file.Close())
	}
	return errors.Join(errs...)
}

// counter counts the bytes that were read.
type counter struct {
	io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// poll is how often a growing file is looked at.
const poll = 100 * time.Millisecond

// follower reads a growing file: it ends only with ctx.
type follower struct {
	file *os.File
	ctx  context.Context
}

func (f *follower) Read(p []byte) (int, error) {
	for {
		n, err := f.file.Read(p)
		if n > 0 || err != io.EOF {
			return n, err
		}
		select {
		case <-f.ctx.Done():
			return 0, io.EOF
		case <-time.After(poll):
		}
	}
}

// interruptible reads a pipe and ends when ctx is done, although a read of the pipe cannot be interrupted: that goes on
// in a goroutine of its own, until the pipe's next bytes or its end.
func interruptible(ctx context.Context, file *os.File) io.Reader {
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { w.Close() })
	go func() {
		_, err := io.CopyBuffer(w, struct{ io.Reader }{file}, make([]byte, 256<<10))
		stop()
		w.CloseWithError(err)
	}()
	return r
}
