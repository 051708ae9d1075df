package decode

import "encoding/binary"

// Offsets of a ROCKETMQ header (RocketMQSerializable.rocketMQProtocolEncode).
const (
	binaryLanguage     = 2
	binaryVersion      = 3
	binaryOpaque       = 5
	binaryFlag         = 9
	binaryRemarkLength = 13
	binaryRemark       = 17
	minBinaryHeader    = 21
)

// decodeBinary reads a ROCKETMQ header. Code and version are signed 16-bit numbers; bytes behind the map are ignored.
func (c *Command) decodeBinary(b []byte) problem {
	if len(b) < minBinaryHeader {
		return problem{len(b), ReasonShort}
	}
	c.Code = int32(int16(binary.BigEndian.Uint16(b)))
	c.Language = LanguageUnknown
	if int(b[binaryLanguage]) < len(languages) {
		c.Language = Language(b[binaryLanguage])
	}
	c.Version = int32(int16(binary.BigEndian.Uint16(b[binaryVersion:])))
	c.Opaque = int32(binary.BigEndian.Uint32(b[binaryOpaque:]))
	c.HasOpaque = true
	c.Flag = int32(binary.BigEndian.Uint32(b[binaryFlag:]))
	n := binary.BigEndian.Uint32(b[binaryRemarkLength:])
	if n > uint32(len(b)-minBinaryHeader) {
		return problem{binaryRemarkLength, ReasonLength}
	}
	i := binaryRemark + int(n)
	if n > 0 {
		c.Remark = b[binaryRemark:i:i]
	}
	n = binary.BigEndian.Uint32(b[i:])
	if n > uint32(len(b)-i-4) {
		return problem{i, ReasonLength}
	}
	i += 4
	return c.Ext.decodeBinary(b[:i+int(n)], i)
}

// decodeBinary reads the map that fills b from i to its end.
func (f *Fields) decodeBinary(b []byte, i int) problem {
	f.Present = true
	for i < len(b) {
		if len(b)-i < 2 {
			return problem{i, ReasonShort}
		}
		n := int(int16(binary.BigEndian.Uint16(b[i:])))
		key := i + 2
		if n < 0 || n > len(b)-key-4 {
			return problem{i, ReasonLength}
		}
		keyEnd := key + n
		value := keyEnd + 4
		v := binary.BigEndian.Uint32(b[keyEnd:])
		if v > uint32(len(b)-value) {
			return problem{keyEnd, ReasonLength}
		}
		if len(f.list) >= maxFields {
			return problem{i, ReasonTooMany}
		}
		i = value + int(v)
		if f.discard {
			continue
		}
		f.list = append(f.list, entry{
			keyOff: uint32(key), keyEnd: uint32(keyEnd), valueOff: uint32(value), valueEnd: uint32(i),
		})
	}
	return problem{}
}
