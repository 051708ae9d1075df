package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	blockSecrets = 10 // Decryption Secrets Block

	// writerBuffer is what a Writer collects, in bytes, before it writes: whole blocks only.
	writerBuffer = 256 << 10

	// SecretsTLS is the kind of secrets that is a TLS key log (draft-ietf-opsawg-pcapng, section 4.7).
	SecretsTLS = 0x544c534b
)

// Section is what a capture says about its writer. Empty texts are left out, longer ones than 1 KiB are cut; the comment
// may have 4 KiB.
type Section struct {
	Hardware    string
	OS          string // also given for each interface
	Application string // such as "mqsniff 1.0"
	Comment     string
}

// Interface is where packets were captured. Empty texts are left out, longer ones than 1 KiB are cut.
type Interface struct {
	Name        string
	Description string
	Filter      string // in tcpdump's language
	Link        uint32 // LINKTYPE_ number, at most 65535
	SnapLen     uint32 // bytes; 0: no limit
}

// Direction is the way of a packet through its interface.
type Direction uint8

// The directions that epb_flags has.
const (
	NoDirection Direction = iota
	Inbound
	Outbound
)

// PacketOptions is what may be said about a packet. The zero value says nothing.
type PacketOptions struct {
	Direction Direction
	Dropped   uint64 // packets lost between the one before, of the same interface, and this one
	Comment   string // at most 4 KiB of it are written
}

// Statistics are the counts of an interface since its capture began. The numbers from Accepted on are left out where
// they are 0, and so are times.
type Statistics struct {
	Time       int64  // ns since 1970: when the counts were taken
	Start, End int64  // ns since 1970: of the capture
	Received   uint64 // packets from the interface (isb_ifrecv)
	Dropped    uint64 // packets lost for lack of room (isb_ifdrop)
	Accepted   uint64 // packets that passed the filter (isb_filteraccept)
	OSDropped  uint64 // packets that the operating system lost (isb_osdrop): not those in Dropped, readers add both
	Delivered  uint64 // packets handed to the program (isb_usrdeliv)
}

// Writer writes pcapng (draft-ietf-opsawg-pcapng), little-endian and with times in nanoseconds. It hands on whole blocks
// only, so what was written so far is a whole capture at any moment. One goroutine at a time may use it. After an error of
// the destination every call returns that error.
type Writer struct {
	dst     io.Writer
	section Section
	ifaces  []Interface
	buf     []byte
	base    int64 // offset of buf[0] in all that was written
	err     error
}

// NewWriter begins a capture. Nothing is written before Flush, or before 256 KiB have come together.
func NewWriter(dst io.Writer, s Section) *Writer {
	w := &Writer{dst: dst, section: s, buf: make([]byte, 0, writerBuffer)}
	w.sectionBlock()
	return w
}

// NewSection begins a section that has the same interfaces under the same numbers. Offsets go on: with another
// destination from here on (flush before), there is a capture of its own, and all of them in a row are a capture, too.
func (w *Writer) NewSection() error {
	if err := w.room(maxTexts); err != nil {
		return err
	}
	w.sectionBlock()
	for i := range w.ifaces {
		if err := w.room(maxTexts); err != nil {
			return err
		}
		w.interfaceBlock(&w.ifaces[i])
	}
	return nil
}

// AddInterface describes an interface, also between packets. It returns its number, from 0.
func (w *Writer) AddInterface(f Interface) (int, error) {
	if f.Link > 0xffff {
		return 0, fmt.Errorf("link type %d: pcapng has room for 65535 at most", f.Link)
	}
	if len(w.ifaces) >= maxTables-1 {
		return 0, fmt.Errorf("more than %d interfaces", maxTables-1)
	}
	if err := w.room(maxTexts); err != nil {
		return 0, err
	}
	w.ifaces = append(w.ifaces, f)
	w.interfaceBlock(&f)
	return len(w.ifaces) - 1, nil
}

// ErrTooLarge says that a packet or a secret was not written because no reader would take so large a block.
var ErrTooLarge = errors.New("larger than a block of a capture file may be")

// Packet writes p's Data, Time and Original to the interface, and sets its Offset, Record and RecordLen, which count from
// the first byte ever written. Times before 1970 become 0. It does not allocate, and keeps nothing of p.
func (w *Writer) Packet(iface int, p *Packet, o PacketOptions) error {
	if uint(iface) >= uint(len(w.ifaces)) {
		return fmt.Errorf("interface %d was not added", iface)
	}
	const most = 28 + 3 + 8 + 12 + 4 + maxComment + 3 + 4 + 4 // the block without its data
	if len(p.Data) > MaxRecord-most {
		return ErrTooLarge
	}
	if err := w.room(most + len(p.Data)); err != nil {
		return err
	}
	at := w.begin(blockEnhanced)
	stamp := uint64(max(0, p.Time))
	w.u32(uint32(iface), uint32(stamp>>32), uint32(stamp), uint32(len(p.Data)), uint32(max(p.Original, len(p.Data))))
	p.Record = w.base + int64(at)
	p.Offset = w.Offset()
	w.buf = append(w.buf, p.Data...)
	w.pad()
	if o != (PacketOptions{}) {
		w.packetOptions(&o)
	}
	w.end(at)
	p.RecordLen = uint32(len(w.buf) - at)
	return nil
}

// Statistics writes the counts of an interface.
func (w *Writer) Statistics(iface int, s Statistics) error {
	if uint(iface) >= uint(len(w.ifaces)) {
		return fmt.Errorf("interface %d was not added", iface)
	}
	if err := w.room(maxTexts); err != nil {
		return err
	}
	w.statisticsBlock(iface, &s)
	return nil
}

// Secrets writes what the packets behind it can be decrypted with, such as SecretsTLS.
func (w *Writer) Secrets(kind uint32, data []byte) error {
	const most = blockFrame + 8 + 3
	if len(data) > MaxRecord-most {
		return ErrTooLarge
	}
	if err := w.room(most + len(data)); err != nil {
		return err
	}
	at := w.begin(blockSecrets)
	w.u32(kind, uint32(len(data)))
	w.buf = append(w.buf, data...)
	w.pad()
	w.end(at)
	return nil
}

// Offset is where the next block begins: how many bytes were written since NewWriter, those in the buffer included.
func (w *Writer) Offset() int64 { return w.base + int64(len(w.buf)) }

// Flush hands the buffer on.
func (w *Writer) Flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	n, err := w.dst.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	w.base += int64(len(w.buf))
	w.buf = w.buf[:0]
	w.err = err
	return err
}

// Resume returns a reader of the blocks in the n bytes from the offset on, where a block begins. at has what was written
// to the destination. The reader is independent of w from then on.
func (w *Writer) Resume(at io.ReaderAt, offset, n int64) *Reader {
	r := newReader(io.NewSectionReader(at, offset, n), int(min(n, 256<<10)), offset)
	r.next = r.nextBlock
	r.ifaces = make([]iface, len(w.ifaces)) // all of them: numbers never change their meaning
	for i, f := range w.ifaces {
		r.ifaces[i] = iface{link: f.Link, snap: f.SnapLen, mul: 1, div: 1}
	}
	return r
}

// room makes room for a block of at most n bytes.
func (w *Writer) room(n int) error {
	if w.err == nil && len(w.buf)+n > writerBuffer {
		return w.Flush()
	}
	return w.err
}

// begin begins a block. It returns its place in buf.
func (w *Writer) begin(kind uint32) (at int) {
	at = len(w.buf)
	w.u32(kind, 0)
	return at
}

// end sets both lengths of the block at the place.
func (w *Writer) end(at int) {
	n := uint32(len(w.buf) - at + 4)
	w.u32(n)
	binary.LittleEndian.PutUint32(w.buf[at+4:], n)
}

func (w *Writer) u16(v uint16) { w.buf = binary.LittleEndian.AppendUint16(w.buf, v) }

func (w *Writer) u32(values ...uint32) {
	for _, v := range values {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, v)
	}
}

// pad fills up to a multiple of four: all blocks begin and end at one.
func (w *Writer) pad() {
	for len(w.buf)%4 != 0 {
		w.buf = append(w.buf, 0)
	}
}
