package decode

import "bytes"

// The bytes between the parts of a message's properties (MessageDecoder.NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR).
const (
	nameValueSeparator = 1
	propertySeparator  = 2
)

// Property is one property of a message.
type Property struct {
	Key, Value []byte // views of the properties they were read from
	Off        int    // of Key within the properties; Value begins at Off+len(Key)+1
}

// PropertyIter walks properties in the order of the wire, doubled keys included. It is a value and allocates nothing.
type PropertyIter struct {
	b   []byte
	off int
}

// PropertiesOf walks p, a Message's Properties.
func PropertiesOf(p []byte) PropertyIter { return PropertyIter{b: p} }

// Next reads the next property. Entries without a separator, with an empty key or with an empty value are passed over,
// as MessageDecoder.string2messageProperties does.
func (it *PropertyIter) Next(p *Property) bool {
	for it.off < len(it.b) {
		off := it.off
		entry := it.b[off:]
		if n := bytes.IndexByte(entry, propertySeparator); n >= 0 {
			entry = entry[:n]
		}
		it.off += len(entry) + 1
		n := bytes.IndexByte(entry, nameValueSeparator)
		if n <= 0 || n == len(entry)-1 {
			continue
		}
		*p = Property{Key: entry[:n:n], Value: entry[n+1 : len(entry) : len(entry)], Off: off}
		return true
	}
	return false
}

// LookupProperty finds a key in properties; where it is doubled the last one counts.
func LookupProperty(properties []byte, key string) (value []byte, ok bool) {
	it := PropertiesOf(properties)
	var p Property
	for it.Next(&p) {
		if string(p.Key) == key {
			value, ok = p.Value, true
		}
	}
	return value, ok
}

// AppendProperties appends the properties to dst, each key once: where it is doubled the last value counts, at the place
// of the first.
func AppendProperties(dst []Property, properties []byte) []Property {
	const few = 24 // below this comparing all is faster than a map
	start := len(dst)
	var places map[string]int
	it := PropertiesOf(properties)
	var p Property
next:
	for it.Next(&p) {
		seen := dst[start:]
		switch {
		case places != nil:
			if i, ok := places[string(p.Key)]; ok {
				seen[i] = p
				continue next
			}
			places[string(p.Key)] = len(seen)
		case len(seen) < few:
			for i := range seen {
				if bytes.Equal(seen[i].Key, p.Key) {
					seen[i] = p
					continue next
				}
			}
		default:
			places = make(map[string]int, 2*few)
			for i := range seen {
				places[string(seen[i].Key)] = i
			}
			if i, ok := places[string(p.Key)]; ok {
				seen[i] = p
				continue next
			}
			places[string(p.Key)] = len(seen)
		}
		dst = append(dst, p)
	}
	return dst
}
