package decode

import "encoding/binary"

// MaxFrame is the largest frame that a Java peer accepts by default, in bytes, its four length bytes included
// (NettyDecoder, com.rocketmq.remoting.frameMaxLength).
const MaxFrame = 16 << 20

// PrefixLen is the number of bytes in front of a header: int32 length, then serialize type and header length.
const PrefixLen = 8

// Serialization is the form of a header: the top byte of a frame's second word (SerializeType).
type Serialization uint8

// The two forms.
const (
	JSON     Serialization = 0
	ROCKETMQ Serialization = 1
)

func (s Serialization) String() string {
	switch s {
	case JSON:
		return "JSON"
	case ROCKETMQ:
		return "ROCKETMQ"
	}
	return "unknown"
}

// Limits bounds what a frame may claim. The zero value means MaxFrame.
type Limits struct {
	Frame int // bytes, the four length bytes included
}

func (l Limits) frame() int {
	if l.Frame <= 0 {
		return MaxFrame
	}
	return l.Frame
}

// Prefix is what the first eight bytes of a frame say.
type Prefix struct {
	Len           int // bytes of the whole frame, the four length bytes included
	HeaderLen     int
	Serialization Serialization
}

// ReadPrefix reads the first eight bytes of b. It fails with *Error when no frame within lim can begin so
// (RemotingCommand.decode, NettyDecoder).
func ReadPrefix(b []byte, lim Limits) (Prefix, error) {
	if len(b) < PrefixLen {
		return Prefix{}, &Error{OpFrame, len(b), ReasonShort}
	}
	p, ok, reason := readPrefix(b, lim)
	if !ok {
		off := 0
		if reason != ReasonFrameLength {
			off = 4
		}
		return Prefix{}, &Error{OpFrame, off, reason}
	}
	return p, nil
}

// ValidPrefix is ReadPrefix without the error, for searching. b must have eight bytes.
func ValidPrefix(b []byte, lim Limits) (Prefix, bool) {
	p, ok, _ := readPrefix(b, lim)
	return p, ok
}

func readPrefix(b []byte, lim Limits) (Prefix, bool, Reason) {
	length := binary.BigEndian.Uint32(b)
	word := binary.BigEndian.Uint32(b[4:])
	p := Prefix{Len: int(length) + 4, HeaderLen: int(word & 0xFFFFFF), Serialization: Serialization(word >> 24)}
	switch {
	case length < 4 || p.Len > lim.frame():
		return p, false, ReasonFrameLength
	case p.Serialization > ROCKETMQ:
		return p, false, ReasonSerializeType
	case p.HeaderLen > int(length)-4, p.Serialization == JSON && p.HeaderLen < 2, p.Serialization == ROCKETMQ && p.HeaderLen < 21:
		return p, false, ReasonHeaderLength
	}
	return p, true, ReasonNone
}

// Frame is a view of one frame. Its slices belong to whoever owns the bytes that it was cut from.
type Frame struct {
	Raw           []byte // the whole frame; shorter than Prefix.Len when the capture lacks bytes
	Header        []byte
	Body          []byte
	Serialization Serialization
}

// Split cuts the first frame out of b. n is its length in bytes; n == 0 with a nil error means that b ends too early.
func Split(b []byte, lim Limits) (f Frame, n int, err error) {
	if len(b) < PrefixLen {
		return Frame{}, 0, nil
	}
	p, err := ReadPrefix(b, lim)
	if err != nil {
		return Frame{}, 0, err
	}
	if len(b) < p.Len {
		return Frame{}, 0, nil
	}
	return Cut(b[:p.Len:p.Len], p), p.Len, nil
}

// Cut makes a Frame of raw, whose prefix p was read before. raw may end inside the body, not inside the header.
func Cut(raw []byte, p Prefix) Frame {
	h := PrefixLen + p.HeaderLen
	return Frame{Raw: raw, Header: raw[PrefixLen:h:h], Body: raw[h:len(raw):len(raw)], Serialization: p.Serialization}
}
