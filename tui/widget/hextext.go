package widget

import (
	"unicode"
	"unicode/utf8"
)

// textCell is what the text column shows for one byte.
type textCell struct {
	r    rune // 0: a dot, for a byte that has no character of its own
	w    int  // columns of r
	part textPart
}

type textPart uint8

const (
	partOwn    textPart = iota
	partHidden          // the cell to the left covers this one
)

// decodeText fills h.texts with one cell per byte of data behind the first
// before bytes, which serve to find the start of a character only.
func (h *Hex) decodeText(data []byte, before int) {
	per := h.shape.per
	n := max(len(data)-before, 0)
	if cap(h.texts) < n {
		h.texts = make([]textCell, n)
	}
	h.texts = h.texts[:n]
	clear(h.texts)
	for i := textStart(data, before, h.enc); i < len(data); {
		r, size := textRune(data[i:], h.enc)
		at := i - before
		i += size
		if r == 0 || at < 0 {
			continue
		}
		w := cellWidth(r, nil)
		if w < 1 || w > 2 {
			continue
		}
		h.texts[at] = textCell{r: r, w: w}
		// A wide character covers its second byte; at the end of a row there is
		// no room for it and it stays a dot.
		if w == 2 && at+1 < n && at%per+1 < per {
			h.texts[at+1].part = partHidden
		}
	}
}

// textStart returns where decoding may begin so that it is in step at before.
func textStart(data []byte, before int, e Encoding) int {
	before = min(before, len(data))
	switch e {
	case EncodingUTF8:
		for i := before; i > 0 && i > before-utf8.UTFMax; i-- {
			if i < len(data) && utf8.RuneStart(data[i]) {
				return i
			}
		}
	case EncodingGBK:
		// A byte below 0x40 is never part of a two-byte character.
		for i := before; i > 0; i-- {
			if data[i-1] < 0x40 {
				return i
			}
		}
		return 0
	}
	return before
}

// textRune reads one character; 0 if there is none that can be shown.
func textRune(b []byte, e Encoding) (rune, int) {
	if b[0] < 0x80 || e == EncodingASCII {
		if b[0] < 0x20 || b[0] >= 0x7f {
			return 0, 1
		}
		return rune(b[0]), 1
	}
	r, size := rune(utf8.RuneError), 1
	if e == EncodingUTF8 {
		r, size = utf8.DecodeRune(b)
	} else {
		r, size = gbkRune(b)
	}
	if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) || unicode.Is(unicode.M, r) {
		return 0, size
	}
	return r, size
}
