package pcapfile

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func TestDecompress(t *testing.T) {
	plain := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, wrap := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
		"lz4":  func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
	} {
		var b bytes.Buffer
		for _, part := range [][]byte{plain[:400_000], plain[400_000:]} { // members that follow each other are one file
			w := wrap(&b)
			w.Write(part)
			w.Close()
		}
		r, compressed, err := Decompress(&b)
		if err != nil || !compressed {
			t.Fatal(name, err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(got), len(plain), err)
		}
		r.Close()
	}
	for _, s := range []string{"", "a", "\x1f", "plain text"} {
		r, compressed, err := Decompress(bytes.NewReader([]byte(s)))
		if err != nil || compressed {
			t.Fatal(s, err)
		}
		if got, _ := io.ReadAll(r); string(got) != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
