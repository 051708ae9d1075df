package decode

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// 64 times "a" as Apache's Java classes compress it.
const (
	zlibA = "785e4b4ca40c0000148d1841"
	lz4A  = "04224d186070730b0000001f6101002750616161616100000000"
	zstdA = "28b52ffd00584400001061610100930016010000"
)

func TestInflate(t *testing.T) {
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, 5)
	w.Write(bytes.Repeat([]byte("a"), 64))
	w.Close()
	z, l, s, d := unhex(t, zlibA), unhex(t, lz4A), unhex(t, zstdA), deflated.Bytes()
	var in Inflater // one for all: readers are used again
	for _, c := range []struct {
		name    string
		sysFlag int32
		src     []byte
		used    Codec
		reason  Reason
	}{
		{"none", 0, []byte("abc"), CodecNone, 0},
		{"none with type bits", 0x300, z, CodecNone, 0},
		{"zlib", 0x301, z, CodecZlib, 0},
		{"zlib of old clients", 1, z, CodecZlib, 0},
		{"lz4", 0x101, l, CodecLZ4, 0},
		{"zstd", 0x201, s, CodecZstd, 0},
		{"lz4 said to be zlib", 0x301, l, CodecLZ4, 0},
		{"zstd said to be lz4", 0x101, s, CodecZstd, 0},
		{"zlib said to be zstd", 0x201, z, CodecZlib, 0},
		{"unknown type, known magic", 0x701, z, CodecZlib, 0},
		{"unknown type", 0x701, []byte("hello"), CodecUnknown, ReasonCompressionType},
		{"deflate", 1, d, CodecDeflate, 0},
		{"no zlib", 1, []byte("plain text, not compressed"), CodecZlib, ReasonCompression},
		{"no lz4", 0x101, []byte("plain"), CodecLZ4, ReasonCompression},
		{"no zstd", 0x201, []byte("plain"), CodecZstd, ReasonCompression},
		{"zlib cut", 1, z[:8], CodecZlib, ReasonCompression},
		{"zlib checksum", 1, append(z[:len(z)-1:len(z)-1], 0), CodecZlib, ReasonCompression},
		{"lz4 cut", 0x101, l[:20], CodecLZ4, ReasonCompression},
		{"zstd cut", 0x201, s[:15], CodecZstd, ReasonCompression},
		{"empty", 1, nil, CodecZlib, 0},
		{"zlib again", 0x301, z, CodecZlib, 0},
		{"lz4 again", 0x101, l, CodecLZ4, 0},
		{"zstd again", 0x201, s, CodecZstd, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, used, err := in.Inflate([]byte("before"), c.sysFlag, c.src)
			if used != c.used || err == nil && c.reason != 0 || err != nil && err.Code != c.reason {
				t.Fatalf("%v, %v", used, err)
			}
			if !bytes.HasPrefix(out, []byte("before")) {
				t.Errorf("%q", out)
			}
			if err != nil {
				if err.Off > len(c.src) || err.Off < 0 {
					t.Error(err)
				}
				return
			}
			want := strings.Repeat("a", 64)
			if used == CodecNone || len(c.src) == 0 {
				want = string(c.src)
			}
			if string(out[6:]) != want {
				t.Errorf("%q", out)
			}
		})
	}
}

func TestInflateStopsAtItsLimit(t *testing.T) {
	big := make([]byte, 8<<20)
	compress := map[int32]func() []byte{
		0x301: func() []byte {
			var b bytes.Buffer
			w := zlib.NewWriter(&b)
			w.Write(big)
			w.Close()
			return b.Bytes()
		},
		0x101: func() []byte {
			var b bytes.Buffer
			w := lz4.NewWriter(&b)
			w.Write(big)
			w.Close()
			return b.Bytes()
		},
		0x201: func() []byte {
			w, _ := zstd.NewWriter(nil)
			return w.EncodeAll(big, nil)
		},
	}
	for sysFlag, f := range compress {
		src := f()
		for _, c := range []struct {
			in   Inflater
			want int
		}{
			{Inflater{MaxOutput: 1000}, 1000},
			{Inflater{MaxOutput: 9 << 20, MaxRatio: 100_000}, 8 << 20},
			{Inflater{MaxRatio: 1}, max(1<<20, len(src))},
		} {
			out, used, err := c.in.Inflate(nil, sysFlag, src)
			if len(out) != c.want || (err == nil) != (c.want == 8<<20) || err != nil && err.Code != ReasonOutputLimit {
				t.Errorf("%v: %d bytes, want %d, %v", used, len(out), c.want, err)
			}
			if cap(out) > 2*c.want+1<<20 {
				t.Errorf("%v: %d bytes kept for %d", used, cap(out), c.want)
			}
		}
	}
}

func TestInflateKeepsItsReaders(t *testing.T) {
	var in Inflater
	dst := make([]byte, 0, 256)
	for name, c := range map[string]struct {
		sysFlag int32
		src     []byte
	}{"zlib": {0x301, unhex(t, zlibA)}, "zstd": {0x201, unhex(t, zstdA)}} {
		if n := testing.AllocsPerRun(50, func() {
			if _, _, err := in.Inflate(dst, c.sysFlag, c.src); err != nil {
				t.Error(err)
			}
		}); n > 1 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
