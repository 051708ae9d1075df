package decode

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// IsGBK tells whether b is to be read as text in GBK (code page 936): it is not UTF-8, every byte is part of a character, all
// characters can be printed or are blanks, some are Chinese, and most pairs of bytes lie where GB 2312 has its characters.
// The last tells it from a European text in which a letter with an accent stands before one without. It is a guess all the
// same, that whoever shows the text must tell: texts in EUC-KR or Big5 pass now and then. Of b the beginning is looked at
// until something does not fit; nothing is allocated in proportion to it.
func IsGBK(b []byte) bool {
	if utf8.Valid(b) || !pairsLikeGBK(b) {
		return false
	}
	d := simplifiedchinese.GBK.NewDecoder()
	var text [4 << 10]byte
	han := false
	for len(b) > 0 {
		n, used, _ := d.Transform(text[:], b, true)
		if used == 0 {
			return false
		}
		b = b[used:]
		for i := 0; i < n; {
			r, size := utf8.DecodeRune(text[i:n])
			i += size
			switch {
			case r >= 0x4E00 && r <= 0x9FA5: // what GB 2312 and most of GBK have
				han = true
			case r == utf8.RuneError, !unicode.IsPrint(r) && !blank(r):
				return false
			}
		}
	}
	return han
}

// blank tells whether r makes room without being printed: what a text may have besides its letters.
func blank(r rune) bool { return r == '\n' || r == '\r' || r == '\t' || r == 0x3000 }

// pairsLikeGBK looks at the bytes alone: lead bytes have trail bytes, and most of those are GB 2312's.
func pairsLikeGBK(b []byte) bool {
	pairs, common := 0, 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c < ' ' && !blank(rune(c)), c == 0x7F, c == 0xFF:
			return false
		case c <= 0x80: // 0x80 alone is the euro sign of code page 936
			continue
		}
		if i++; i == len(b) || b[i] < 0x40 || b[i] == 0x7F || b[i] == 0xFF {
			return false
		}
		pairs++
		if b[i-1] >= 0xA1 && b[i] >= 0xA1 {
			common++
		}
	}
	return 2*common > pairs
}

// AppendGBK appends b, which is text in GBK, as UTF-8. Bytes that are no character become U+FFFD.
func AppendGBK(dst, b []byte) []byte {
	d := simplifiedchinese.GBK.NewDecoder()
	var text [4 << 10]byte
	for len(b) > 0 {
		n, used, _ := d.Transform(text[:], b, true)
		if used == 0 {
			break
		}
		dst = append(dst, text[:n]...)
		b = b[used:]
	}
	return dst
}

// beginningGBK is about the first n bytes of b, text in GBK, without half a character.
func beginningGBK(b []byte, n int) []byte {
	if n >= len(b) {
		return b
	}
	i := 0
	for i < n {
		if b[i] > 0x80 {
			i++
		}
		i++
	}
	return b[:min(i, len(b))]
}
