package decode

// Text is the text of the i-th field in the order of the wire, as Field has it; nothing else of it is worked out.
func (f *Fields) Text(i int) (key, value []byte) {
	e := &f.list[i]
	return f.key(e), f.value(e)
}

// The bytes between the parts of a message's properties (MessageDecoder.NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR), for
// those who look for more than the two.
const (
	NameValueSeparator = nameValueSeparator
	PropertySeparator  = propertySeparator
)
