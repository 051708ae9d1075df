package export

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/mqsniff/mqsniff/decode"
)

// fewFields is up to how many header fields comparing all keys is faster than a map.
const fewFields = 40

// doubled knows which keys come again further on: the last one counts.
type doubled struct {
	n     int
	seen  uint64            // bits that marks are folded to
	marks [fewFields]uint64 // of each key something that equal keys have in common
	last  map[string]int    // where there are more fields than that
}

// reset forgets the keys that were added.
func (d *doubled) reset() { d.n, d.seen = 0, 0 }

// add is false when key may be one that was added before, or when there are too many of them. Nearly always it is true,
// and then nobody needs begin and later.
func (d *doubled) add(key []byte) bool {
	if d.n == fewFields {
		return false
	}
	m := mark(key)
	bit := uint64(1) << (m * 0x9E3779B97F4A7C15 >> 58)
	if d.seen&bit != 0 && slices.Contains(d.marks[:d.n], m) {
		return false
	}
	d.seen |= bit
	d.marks[d.n] = m
	d.n++
	return true
}

// mark is both ends of a key, which is all of it up to eight bytes.
func mark(key []byte) uint64 {
	if n := len(key); n >= 4 {
		return uint64(binary.LittleEndian.Uint32(key)) | uint64(binary.LittleEndian.Uint32(key[n-4:]))<<32
	}
	m := uint64(0)
	for _, c := range key {
		m = m<<8 | uint64(c)
	}
	return m
}

// begin takes the fields that later is asked about.
func (d *doubled) begin(ext *decode.Fields) {
	n := ext.Len()
	if n <= fewFields {
		for i := range n {
			key, _ := ext.Text(i)
			d.marks[i] = mark(key)
		}
		return
	}
	if d.last == nil {
		d.last = map[string]int{}
	}
	clear(d.last)
	for i := range n {
		key, _ := ext.Text(i)
		d.last[string(key)] = i
	}
}

// later tells whether the key of field i comes again.
func (d *doubled) later(ext *decode.Fields, i int, key []byte) bool {
	n := ext.Len()
	if n > fewFields {
		return d.last[string(key)] != i
	}
	for k := i + 1; k < n; k++ {
		if d.marks[k] != d.marks[i] {
			continue
		}
		if other, _ := ext.Text(k); bytes.Equal(other, key) {
			return true
		}
	}
	return false
}
