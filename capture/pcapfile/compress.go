package pcapfile

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxWindow is the largest zstd window that is accepted, in bytes: what the zstd command takes without --long=28 and above.
const maxWindow = 128 << 20

// Decompress returns the bytes of a capture that may be compressed: by gzip, zstd or LZ4 frames, which the first bytes
// tell, not the name. compressed is false where src is passed through. Close releases the decompressor, not src.
func Decompress(src io.Reader) (r io.ReadCloser, compressed bool, err error) {
	var head [4]byte
	n, err := io.ReadFull(src, head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, false, err
	}
	src = io.MultiReader(bytes.NewReader(head[:n]), src)
	switch {
	case n >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, true, fmt.Errorf("the gzip header is damaged or cut: %w", err)
		}
		return z, true, nil
	case head == [4]byte{0x28, 0xb5, 0x2f, 0xfd}:
		z, err := zstd.NewReader(src, zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, true, err
		}
		return z.IOReadCloser(), true, nil
	case head == [4]byte{0x04, 0x22, 0x4d, 0x18}:
		return io.NopCloser(lz4.NewReader(src)), true, nil
	}
	return io.NopCloser(src), false, nil
}
