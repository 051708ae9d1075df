package decode

import "encoding/binary"

// NamedRange is a member of a header and the bytes of its value.
type NamedRange struct {
	Name  string // as in a JSON header; for the lengths of a binary header "remarkLength", "extLength"
	Range Range  // of the value within the header, without quotes
}

// HeaderRanges tells where the members of f's header stand, in the order of the wire, those that mean nothing to
// RocketMQ included; Fields.At tells where the entries of extFields stand. It ends where the header cannot be read.
func HeaderRanges(f Frame) []NamedRange {
	if f.Serialization == ROCKETMQ {
		return binaryRanges(f.Header)
	}
	return jsonRanges(f.Header)
}

func jsonRanges(b []byte) (list []NamedRange) {
	i := skipBlank(b, 0)
	if i >= len(b) || b[i] != '{' {
		return nil
	}
	i++
	for len(list) < maxFields {
		i = skipBlank(b, i)
		if i >= len(b) || b[i] == '}' {
			break
		}
		if b[i] == ',' {
			i++
			continue
		}
		key, next, p := scanValue(b, i, 1)
		if p.reason != ReasonNone {
			break
		}
		if next, p = colon(b, next); p.reason != ReasonNone {
			break
		}
		value, next, p := scanValue(b, next, 1)
		if p.reason != ReasonNone {
			break
		}
		name := string(appendText(nil, b[key.off:key.end], key.kind))
		list = append(list, NamedRange{name, Range{value.off, value.end - value.off}})
		i = next
	}
	return list
}

func binaryRanges(b []byte) (list []NamedRange) {
	for _, m := range [...]NamedRange{
		{"code", Range{0, 2}},
		{"language", Range{binaryLanguage, 1}},
		{"version", Range{binaryVersion, 2}},
		{"opaque", Range{binaryOpaque, 4}},
		{"flag", Range{binaryFlag, 4}},
		{"remarkLength", Range{binaryRemarkLength, 4}},
	} {
		if m.Range.Off+m.Range.Len > len(b) {
			return list
		}
		list = append(list, m)
	}
	var c Command
	c.Ext.discard = true
	c.Ext.header = b
	if c.decodeBinary(b).reason != ReasonNone {
		return list
	}
	n := len(c.Remark)
	if n > 0 {
		list = append(list, NamedRange{"remark", Range{binaryRemark, n}})
	}
	i := binaryRemark + n
	list = append(list, NamedRange{"extLength", Range{i, 4}})
	if n := int(binary.BigEndian.Uint32(b[i:])); n > 0 {
		list = append(list, NamedRange{"extFields", Range{i + 4, n}})
	}
	return list
}
