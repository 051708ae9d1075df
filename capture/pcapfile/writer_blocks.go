package pcapfile

import (
	"strings"
	"unicode/utf8"
)

// Option codes that only the Writer uses (draft-ietf-opsawg-pcapng, sections 3.5 and 4).
const (
	optHardware    = 2 // shb_hardware
	optOS          = 3
	optApplication = 4

	optName        = 2 // if_name
	optDescription = 3
	optFilter      = 11
	optInterfaceOS = 12

	optFlags     = 2 // epb_flags
	optDropCount = 4

	optStart     = 2 // isb_starttime
	optEnded     = 3
	optReceived  = 4
	optAccepted  = 6
	optDelivered = 8
)

const (
	maxText = 1024 // bytes

	// maxTexts is more than any block without packet or secrets has.
	maxTexts = maxComment + 4*maxText + 512
)

func (w *Writer) sectionBlock() {
	at := w.begin(blockSection)
	w.u32(0x1a2b3c4d)
	w.u16(1) // version 1.0
	w.u16(0)
	w.u32(1<<32-1, 1<<32-1) // the section's length is not known
	s := &w.section
	w.text(optComment, s.Comment, maxComment)
	w.text(optHardware, s.Hardware, maxText)
	w.text(optOS, s.OS, maxText)
	w.text(optApplication, s.Application, maxText)
	w.u32(optEnd)
	w.end(at)
}

func (w *Writer) interfaceBlock(f *Interface) {
	at := w.begin(blockInterface)
	w.u16(uint16(f.Link))
	w.u16(0)
	w.u32(f.SnapLen)
	w.text(optName, f.Name, maxText)
	w.text(optDescription, f.Description, maxText)
	w.u16(optResolution)
	w.u16(1)
	w.u32(9) // 10^-9 s, and padding
	if f.Filter != "" {
		w.option(optFilter, "\x00", cut(f.Filter, maxText)) // kind 0: an expression
	}
	w.text(optInterfaceOS, w.section.OS, maxText)
	w.u32(optEnd)
	w.end(at)
}

// packetOptions ends the options of an Enhanced Packet Block.
func (w *Writer) packetOptions(o *PacketOptions) {
	w.text(optComment, o.Comment, maxComment)
	if o.Direction != NoDirection {
		w.u16(optFlags)
		w.u16(4)
		w.u32(uint32(o.Direction & 3))
	}
	if o.Dropped != 0 {
		w.count(optDropCount, o.Dropped)
	}
	w.u32(optEnd)
}

func (w *Writer) statisticsBlock(iface int, s *Statistics) {
	at := w.begin(blockStatistics)
	w.u32(uint32(iface))
	w.stamp(s.Time)
	for _, o := range [...]struct {
		code uint16
		time int64
	}{{optStart, s.Start}, {optEnded, s.End}} {
		if o.time > 0 {
			w.u16(o.code)
			w.u16(8)
			w.stamp(o.time)
		}
	}
	w.count(optReceived, s.Received)
	w.count(optDropped, s.Dropped)
	for _, o := range [...]struct {
		code uint16
		n    uint64
	}{{optAccepted, s.Accepted}, {optOSDropped, s.OSDropped}, {optDelivered, s.Delivered}} {
		if o.n > 0 {
			w.count(o.code, o.n)
		}
	}
	w.u32(optEnd)
	w.end(at)
}

// stamp is a time: the upper half comes first, in either byte order.
func (w *Writer) stamp(t int64) {
	v := uint64(max(0, t))
	w.u32(uint32(v>>32), uint32(v))
}

func (w *Writer) count(code uint16, n uint64) {
	w.u16(code)
	w.u16(8)
	w.u32(uint32(n), uint32(n>>32))
}

func (w *Writer) text(code uint16, s string, most int) {
	if s = cut(s, most); s != "" {
		w.option(code, "", s)
	}
}

func (w *Writer) option(code uint16, prefix, s string) {
	w.u16(code)
	w.u16(uint16(len(prefix) + len(s)))
	w.buf = append(append(w.buf, prefix...), s...)
	w.pad()
}

// cut makes UTF-8, which pcapng demands, of at most so many bytes.
func cut(s string, most int) string {
	if len(s) > most {
		n := most
		for n > most-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "?")
}
