package export

import "github.com/mqsniff/mqsniff/decode"

const uniqKeyName = "UNIQ_KEY"

// appendProperties writes a message's properties, and finds the one that is its id; nil where there is none. Separators
// are among the bytes that may not stand in JSON, so for properties without other such bytes one look at each is enough.
func (j *JSON) appendProperties(b, properties []byte) (text, uniqKey []byte) {
	start := len(b)
	j.doubled.reset()
	comma := byte('{')
	for rest := properties; len(rest) > 0; {
		var n int
		b, n = appendPlain(append(b, comma, '"'), rest)
		comma = ','
		if n == 0 || n == len(rest) || rest[n] != decode.NameValueSeparator {
			return j.appendAnyProperties(b[:start], properties)
		}
		key, value := rest[:n], rest[n+1:]
		rest = nil
		b, n = appendPlain(append(b, `":"`...), value)
		if n < len(value) {
			if value[n] != decode.PropertySeparator {
				return j.appendAnyProperties(b[:start], properties)
			}
			value, rest = value[:n], value[n+1:]
		}
		if n == 0 || !j.doubled.add(key) {
			return j.appendAnyProperties(b[:start], properties)
		}
		b = append(b, '"')
		if string(key) == uniqKeyName {
			uniqKey = value
		}
	}
	if comma == '{' {
		b = append(b, '{')
	}
	return append(b, '}'), uniqKey
}

// appendAnyProperties is appendProperties for any bytes.
func (j *JSON) appendAnyProperties(b, properties []byte) (text, uniqKey []byte) {
	j.properties = decode.AppendProperties(j.properties[:0], properties)
	comma := byte('{')
	for i := range j.properties {
		p := &j.properties[i]
		b = append(b, comma)
		comma = ','
		b = appendField(b, p.Key, p.Value)
		if string(p.Key) == uniqKeyName {
			uniqKey = p.Value
		}
	}
	if comma == '{' {
		b = append(b, '{')
	}
	return append(b, '}'), uniqKey
}
