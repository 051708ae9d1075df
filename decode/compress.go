package decode

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Codec is how a message body is compressed (CompressionType).
type Codec uint8

// The codecs. CodecUnknown stands for type bits that no release has; CodecDeflate is a stream without zlib's header,
// which sysFlag cannot state.
const (
	CodecNone Codec = iota
	CodecZlib
	CodecLZ4
	CodecZstd
	CodecDeflate
	CodecUnknown
)

var codecNames = [...]string{"none", "zlib", "lz4", "zstd", "deflate", "unknown"}

func (c Codec) String() string {
	if int(c) < len(codecNames) {
		return codecNames[c]
	}
	return "unknown"
}

// CodecOf is the codec that a sysFlag states. Type bits of 0 are zlib: releases before 4.9.4 knew no other
// (CompressionType.findByValue).
func CodecOf(sysFlag int32) Codec {
	if sysFlag&SysFlagCompressed == 0 {
		return CodecNone
	}
	switch sysFlag & SysFlagCompressionMask {
	case 0, 0x300:
		return CodecZlib
	case 0x100:
		return CodecLZ4
	case 0x200:
		return CodecZstd
	}
	return CodecUnknown
}

// Bounds of an Inflater whose fields are zero, and what holds for all of them.
const (
	defaultMaxOutput = 16 << 20
	defaultMaxRatio  = 200
	// ratioFloor is the output that every ratio may have: a body of one letter repeated is no attack.
	ratioFloor = 1 << 20
	// maxZstdWindow is the window that RFC 8878 recommends decoders to support.
	maxZstdWindow = 8 << 20
)

// Inflater decompresses message bodies. It keeps its readers for the next body; it must not be used by two goroutines at
// once. The zero value is ready.
type Inflater struct {
	MaxOutput int // bytes of one body; 0: 16 MiB
	MaxRatio  int // output to input, beyond 1 MiB of output; 0: 200

	src     bytes.Reader
	zlib    io.ReadCloser
	deflate io.ReadCloser
	lz4     *lz4.Reader
	zstd    *zstd.Decoder
}

// Inflate appends to dst what src, a body under sysFlag, decompresses to. The codec is the one that sysFlag states, as
// for Apache's clients, unless src begins like another one; used tells which it was, so that a caller who must agree
// with a client compares it with CodecOf(sysFlag). On an error, whose offset is that of src, out has what came before it.
func (in *Inflater) Inflate(dst []byte, sysFlag int32, src []byte) (out []byte, used Codec, err *Error) {
	used = CodecOf(sysFlag)
	if used == CodecNone || len(src) == 0 {
		return append(dst, src...), used, nil
	}
	if magic := codecByMagic(src, used); magic != CodecNone {
		used = magic
	}
	out, err = in.run(dst, used, src)
	if err != nil && err.Code == ReasonCompression && used == CodecZlib && codecByMagic(src, used) == CodecNone {
		raw, rawErr := in.run(dst, CodecDeflate, src)
		if rawErr == nil && in.src.Len() == 0 {
			return raw, CodecDeflate, nil
		}
	}
	return out, used, err
}

// Magic numbers of LZ4 and zstd frames, as they stand in a body.
const (
	lz4Magic  = "\x04\x22\x4D\x18"
	zstdMagic = "\x28\xB5\x2F\xFD"
)

// codecByMagic tells what b begins like, CodecNone when it is nothing known. Two bytes are little to know zlib by, so
// that what is stated to be something else must begin like a stream that deflaters write.
func codecByMagic(b []byte, stated Codec) Codec {
	switch {
	case bytes.HasPrefix(b, []byte(lz4Magic)):
		return CodecLZ4
	case bytes.HasPrefix(b, []byte(zstdMagic)):
		return CodecZstd
	case len(b) >= 2 && b[0]&0xF == 8 && b[0] <= 0x78 && (uint(b[0])<<8|uint(b[1]))%31 == 0 && (stated == CodecZlib || b[0] == 0x78):
		return CodecZlib
	}
	return CodecNone
}

func (in *Inflater) run(dst []byte, c Codec, src []byte) ([]byte, *Error) {
	in.src.Reset(src)
	r, err := in.reader(c)
	if err != nil {
		return dst, &Error{OpInflate, len(src) - in.src.Len(), ReasonCompression}
	}
	if r == nil {
		return dst, &Error{OpInflate, 0, ReasonCompressionType}
	}
	limit := in.limit(len(src))
	start := len(dst)
	for {
		if len(dst) == cap(dst) {
			more := max(512, len(src), len(dst)-start)
			grown := make([]byte, len(dst), min(len(dst)+more, start+limit+1))
			copy(grown, dst)
			dst = grown
		}
		n, err := r.Read(dst[len(dst):min(cap(dst), start+limit+1)])
		dst = dst[:len(dst)+n]
		switch {
		case len(dst)-start > limit:
			return dst[:start+limit], &Error{OpInflate, len(src) - in.src.Len(), ReasonOutputLimit}
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, &Error{OpInflate, len(src) - in.src.Len(), ReasonCompression}
		}
	}
}

func (in *Inflater) limit(input int) int {
	limit, ratio := in.MaxOutput, in.MaxRatio
	if limit <= 0 {
		limit = defaultMaxOutput
	}
	if ratio <= 0 {
		ratio = defaultMaxRatio
	}
	return min(limit, max(ratioFloor, ratio*input))
}

// reader makes or resets the reader of c, nil for a codec that there is none of.
func (in *Inflater) reader(c Codec) (io.Reader, error) {
	switch c {
	case CodecZlib:
		if r, ok := in.zlib.(zlib.Resetter); ok {
			return in.zlib, r.Reset(&in.src, nil)
		}
		r, err := zlib.NewReader(&in.src)
		if err != nil {
			return nil, err
		}
		in.zlib = r
		return r, nil
	case CodecDeflate:
		if r, ok := in.deflate.(flate.Resetter); ok {
			return in.deflate, r.Reset(&in.src, nil)
		}
		in.deflate = flate.NewReader(&in.src)
		return in.deflate, nil
	case CodecLZ4:
		if in.lz4 == nil {
			in.lz4 = lz4.NewReader(&in.src)
		} else {
			in.lz4.Reset(&in.src)
		}
		return in.lz4, nil
	case CodecZstd:
		if in.zstd == nil {
			r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxMemory(defaultMaxOutput), zstd.WithDecoderMaxWindow(maxZstdWindow))
			if err != nil {
				return nil, err
			}
			in.zstd = r
		}
		return in.zstd, in.zstd.Reset(&in.src)
	}
	return nil, nil
}
