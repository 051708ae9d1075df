package pcapfile

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Limits of what a reader holds, whatever a file states.
const (
	// MaxRecord is the largest record with a packet, in bytes; libpcap's own limit for a snap length is 256 KiB.
	MaxRecord = 16 << 20
	// BufferSize is what NewReader reads at once, in bytes: little enough to stay in a core's cache until it is decoded.
	BufferSize = 128 << 10

	minBuffer   = 4 << 10
	maxComments = 1024
	maxComment  = 4096 // bytes
)

// NoInterface is the link type of a pcapng packet whose interface the file does not describe.
const NoInterface = 1<<32 - 1

// Packet is one captured packet.
type Packet struct {
	Data      []byte // borrowed until the next call of Next
	Time      int64  // ns since 1970; 0 in a Simple Packet Block, which has none
	Original  int    // bytes on the wire; len(Data) where the file states fewer
	Offset    int64  // of Data[0], in the decompressed file
	Record    int64  // where the record with the packet begins
	RecordLen uint32 // its length in bytes, headers included
	Link      uint32 // LINKTYPE_ number
	Side      Side
}

// Side is the side of a proxy that a packet is of.
type Side uint8

// The sides. A recording of mqsniff's proxy has each connection twice, on the interfaces "client" and "upstream"; what is no
// such recording has no sides.
const (
	NoSide Side = iota
	ClientSide
	UpstreamSide
)

// Comment is a text that the file's writer put there. Text is not sanitised.
type Comment struct {
	Packet uint64 // from 1; 0: about the section
	Text   string // at most 4 KiB
}

// Reader reads the packets of one capture. Next is for one goroutine; Resume, Comments and Drops are safe from another.
type Reader struct {
	src      io.Reader
	buf      []byte
	pos, end int   // the unread part of buf
	base     int64 // file offset of buf[0]
	srcErr   error // what src said last; kept until the bytes before it are used up
	packets  uint64

	next func(*Packet) error // one of the two formats
	big  bool                // byte order of the file or section
	link uint32              // pcap
	mul  int64               // pcap: ns per fraction

	ifaces []iface // pcapng: of the current section

	mu       sync.Mutex
	sections []section
	tables   int // entries in sections and their interface lists
	comments []Comment
	drops    uint64
}

// NewReader reads the file header. The error is ErrNotCapture, or what src said (io.ErrUnexpectedEOF: it was cut before that). size is the buffer's size in bytes;
// 0 means BufferSize.
func NewReader(src io.Reader, size int) (*Reader, error) {
	r := newReader(src, size, 0)
	if err := r.need(4); err != nil {
		return nil, r.headerError(err)
	}
	var err error
	if [4]byte(r.buf[:4]) == sectionHeader {
		err = r.startSections()
	} else {
		err = r.startPcap()
	}
	if err != nil {
		return nil, r.headerError(err)
	}
	return r, nil
}

func newReader(src io.Reader, size int, base int64) *Reader {
	if size <= 0 {
		size = BufferSize
	}
	return &Reader{src: src, buf: make([]byte, max(size, minBuffer)), base: base}
}

// headerError tells a short file from one that cannot be read: src itself says io.ErrUnexpectedEOF of compressed bytes that were cut.
func (r *Reader) headerError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) && (r.srcErr == nil || r.srcErr == io.EOF) {
		return ErrNotCapture
	}
	return err
}

// Next reads the next packet. The error is io.EOF at the end of the file, otherwise an *Error; both are final.
func (r *Reader) Next(p *Packet) error {
	if err := r.next(p); err != nil {
		return err
	}
	r.packets++
	return nil
}

// Packets is the number of packets read so far.
func (r *Reader) Packets() uint64 { return r.packets }

// Offset is where the next record begins.
func (r *Reader) Offset() int64 { return r.base + int64(r.pos) }

// Comments returns the first comments of the file, at most 1024.
func (r *Reader) Comments() []Comment {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.comments[:len(r.comments):len(r.comments)]
}

func (r *Reader) comment(packet uint64, text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.comments) < maxComments {
		r.comments = append(r.comments, Comment{packet, string(text[:min(len(text), maxComment)])})
	}
}

// Drops is how many packets the capturing machine says it lost (Interface Statistics Blocks), so far.
func (r *Reader) Drops() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drops
}

// need makes n bytes available at buf[pos:]. io.EOF: there is not one; io.ErrUnexpectedEOF: there are fewer than n.
func (r *Reader) need(n int) error {
	if r.end-r.pos >= n {
		return nil
	}
	return r.fill(n)
}

func (r *Reader) fill(n int) error {
	for idle := 0; r.end-r.pos < n; {
		if r.srcErr != nil {
			if r.srcErr != io.EOF {
				return r.srcErr
			}
			if r.end == r.pos {
				return io.EOF
			}
			return io.ErrUnexpectedEOF
		}
		if r.pos > 0 && (r.pos == r.end || r.pos+n > len(r.buf)) {
			r.base += int64(r.pos)
			r.end = copy(r.buf, r.buf[r.pos:r.end])
			r.pos = 0
		}
		if r.end == len(r.buf) { // full of what is really there: so the file is worth a larger buffer
			larger := make([]byte, min(2*len(r.buf), max(n, len(r.buf)+1)))
			copy(larger, r.buf)
			r.buf = larger
		}
		m, err := r.src.Read(r.buf[r.end:])
		r.end += m
		r.srcErr = err
		if m > 0 {
			idle = 0
		} else if idle++; idle > 100 && err == nil {
			r.srcErr = io.ErrNoProgress
		}
	}
	return nil
}

// skip passes over n bytes without holding them. It fails with io.ErrUnexpectedEOF when there are fewer.
func (r *Reader) skip(n int64) error {
	for n > int64(r.end-r.pos) {
		n -= int64(r.end - r.pos)
		r.pos = r.end
		if err := r.fill(1); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	r.pos += int(n)
	return nil
}

// cut is the error of a record that begins at the offset and of which the file has too little.
func (r *Reader) cut(record int64, want int64, err error) error {
	if err == io.EOF {
		return err
	}
	e := &Error{Packet: r.packets + 1, Offset: record, Truncated: true}
	if err != io.ErrUnexpectedEOF {
		e.Truncated, e.Err = errors.Is(err, io.ErrUnexpectedEOF), err
		e.Why = "the file cannot be read further"
		return e
	}
	e.Why = fmt.Sprintf("the file ends inside the record: %d bytes wanted, %d there", want, r.base+int64(r.end)-record)
	return e
}

func (r *Reader) damaged(record int64, format string, a ...any) error {
	return &Error{Packet: r.packets + 1, Offset: record, Why: fmt.Sprintf(format, a...)}
}
