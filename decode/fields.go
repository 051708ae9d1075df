package decode

// entry is a field as the scanners leave it: offsets only, so that decoding a header copies no text.
type entry struct {
	keyOff, keyEnd     uint32
	valueOff, valueEnd uint32
	// where the text of an escaped or nested key or value stands in Fields.text; 0,0 until somebody asks for it
	keyTextOff, keyTextEnd     uint32
	valueTextOff, valueTextEnd uint32
	keyKind, valueKind         kind
}

// maxFields is how many extFields a header may have; Java peers write some thirty.
const maxFields = 1 << 16

// maxKeptText is how many bytes of unescaped text a Command keeps for its next header.
const maxKeptText = 1 << 16

func (f *Fields) reset(header []byte) {
	f.Present, f.header, f.list = false, header, f.list[:0]
	if cap(f.text) > maxKeptText {
		f.text = nil
	}
	f.text = f.text[:0]
}

// Len is the number of fields, doubled keys counted twice.
func (f *Fields) Len() int { return len(f.list) }

// At is the i-th field in the order of the wire.
func (f *Fields) At(i int) Field {
	e := &f.list[i]
	return Field{
		Key:        f.key(e),
		Value:      f.value(e),
		KeyRange:   Range{int(e.keyOff), int(e.keyEnd - e.keyOff)},
		ValueRange: Range{int(e.valueOff), int(e.valueEnd - e.valueOff)},
		Quoted:     e.valueKind == kindString || e.valueKind == kindEscaped,
	}
}

// Get is the text of the field with this key; where the key is doubled the last one counts
// (RocketMQSerializable.mapDeserialize). It is nil for a JSON null.
func (f *Fields) Get(key string) ([]byte, bool) {
	for i := len(f.list) - 1; i >= 0; i-- {
		e := &f.list[i]
		if e.keyKind.made() {
			if string(f.key(e)) == key {
				return f.value(e), true
			}
		} else if int(e.keyEnd-e.keyOff) == len(key) && string(f.header[e.keyOff:e.keyEnd]) == key {
			return f.value(e), true
		}
	}
	return nil, false
}

// GetString is Get as a string, "" where there is no such field.
func (f *Fields) GetString(key string) string {
	v, _ := f.Get(key)
	return string(v)
}

func (f *Fields) key(e *entry) []byte {
	if e.keyKind.made() {
		return f.unescaped(e.keyOff, e.keyEnd, &e.keyTextOff, &e.keyTextEnd, e.keyKind)
	}
	return f.header[e.keyOff:e.keyEnd:e.keyEnd]
}

func (f *Fields) value(e *entry) []byte {
	switch {
	case e.valueKind.made():
		return f.unescaped(e.valueOff, e.valueEnd, &e.valueTextOff, &e.valueTextEnd, e.valueKind)
	case e.valueKind == kindNull:
		return nil
	}
	return f.header[e.valueOff:e.valueEnd:e.valueEnd]
}

// unescaped is the text of header[off:end]. It is made once and then kept: whoever asks twice must not make it grow.
func (f *Fields) unescaped(off, end uint32, textOff, textEnd *uint32, k kind) []byte {
	if *textEnd == 0 {
		start := len(f.text)
		if start == 0 {
			f.text = append(f.text, 0) // so that an end of 0 means "not made yet"
			start = 1
		}
		f.text = appendText(f.text, f.header[off:end], k)
		*textOff, *textEnd = uint32(start), uint32(len(f.text))
	}
	return f.text[*textOff:*textEnd:*textEnd]
}

func appendText(dst, src []byte, k kind) []byte {
	switch k {
	case kindEscaped:
		return appendUnescaped(dst, src)
	case kindNested:
		return appendCompact(dst, src)
	}
	return append(dst, src...)
}
