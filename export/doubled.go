package export

import (
	"bytes"

	"github.com/mqsniff/mqsniff/decode"
)

// fewFields is up to how many header fields comparing all keys is faster than a map.
const fewFields = 40

// doubled knows which header fields come again further on: the last one counts.
type doubled struct {
	marks [fewFields]uint32 // of each key something that equal keys have in common
	last  map[string]int    // where there are more fields than that
}

func (d *doubled) begin(ext *decode.Fields) {
	n := ext.Len()
	if n <= fewFields {
		for i := range n {
			d.marks[i] = mark(ext.At(i).Key)
		}
		return
	}
	if d.last == nil {
		d.last = map[string]int{}
	}
	clear(d.last)
	for i := range n {
		d.last[string(ext.At(i).Key)] = i
	}
}

func mark(key []byte) uint32 {
	n := len(key)
	if n == 0 {
		return 0
	}
	return uint32(n)<<24 | uint32(key[0])<<16 | uint32(key[n/2])<<8 | uint32(key[n-1])
}

// later tells whether the key of field i comes again.
func (d *doubled) later(ext *decode.Fields, i int, key []byte) bool {
	n := ext.Len()
	if n > fewFields {
		return d.last[string(key)] != i
	}
	for k := i + 1; k < n; k++ {
		if d.marks[k] == d.marks[i] && bytes.Equal(ext.At(k).Key, key) {
			return true
		}
	}
	return false
}
