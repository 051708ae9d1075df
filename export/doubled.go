package export

import (
	"bytes"

	"github.com/mqsniff/mqsniff/decode"
)

// fewFields is up to how many header fields comparing all keys is faster than a map.
const fewFields = 40

// doubled knows which header fields come again further on: the last one counts.
type doubled struct{ last map[string]int }

func (d *doubled) begin(ext *decode.Fields) {
	if ext.Len() <= fewFields {
		return
	}
	if d.last == nil {
		d.last = map[string]int{}
	}
	clear(d.last)
	for i := range ext.Len() {
		d.last[string(ext.At(i).Key)] = i
	}
}

// later tells whether the key of field i comes again.
func (d *doubled) later(ext *decode.Fields, i int, key []byte) bool {
	n := ext.Len()
	if n > fewFields {
		return d.last[string(key)] != i
	}
	for k := i + 1; k < n; k++ {
		if bytes.Equal(ext.At(k).Key, key) {
			return true
		}
	}
	return false
}
