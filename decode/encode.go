package decode

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"
)

// ExtField is an entry of extFields to be written.
type ExtField struct{ Key, Value string }

// CommandSpec is a command to be written.
type CommandSpec struct {
	Code, Opaque, Flag, Version int32
	// Language is written by name in JSON and by number in a ROCKETMQ header. LanguageNone leaves it out of JSON and is
	// JAVA in a ROCKETMQ header, as Java reads it; LanguageUnknown is LanguageName in JSON.
	Language     Language
	LanguageName string
	Remark       *string    // nil: none
	Ext          []ExtField // in this order; nil: no extFields, which a ROCKETMQ header cannot tell from none set
}

// SpecOf is what Encode needs to write c again. JSON null among extFields is left out, as Java leaves it out.
func SpecOf(c *Command) CommandSpec {
	s := CommandSpec{
		Code: c.Code, Opaque: c.Opaque, Flag: c.Flag, Version: c.Version,
		Language: c.Language, LanguageName: string(c.LanguageName),
	}
	if c.Remark != nil {
		remark := string(c.Remark)
		s.Remark = &remark
	}
	if c.Ext.Present {
		s.Ext = make([]ExtField, 0, c.Ext.Len())
		for i := range c.Ext.Len() {
			if f := c.Ext.At(i); f.Value != nil {
				s.Ext = append(s.Ext, ExtField{string(f.Key), string(f.Value)})
			}
		}
	}
	return s
}

// EncodeCommand appends a whole frame to dst, byte for byte as Java's RemotingCommand.encode does it; a JSON header of
// LanguageGo as rocketmq-client-go's jsonCodec does it. It fails with
// *Error, and returns dst as it was, when the frame cannot be said: a header beyond 16 MiB, a key beyond 32767 bytes in a
// ROCKETMQ header, a frame beyond 2 GiB. A ROCKETMQ header keeps the lower 16 bits of code and version.
func EncodeCommand(dst []byte, s Serialization, c *CommandSpec, body []byte) ([]byte, error) {
	start := len(dst)
	b := append(dst, 0, 0, 0, 0, byte(s), 0, 0, 0)
	switch s {
	case JSON:
		if c.Language == LanguageGo {
			b = c.appendGoJSON(b)
		} else {
			b = c.appendJSON(b)
		}
	case ROCKETMQ:
		for _, f := range c.Ext {
			if len(f.Key) > math.MaxInt16 {
				return dst, &Error{OpHeader, 0, ReasonLength}
			}
		}
		b = c.appendBinary(b)
	default:
		return dst, &Error{OpFrame, 4, ReasonSerializeType}
	}
	header := len(b) - start - PrefixLen
	length := 4 + header + len(body)
	if header > 0xFFFFFF {
		return dst, &Error{OpFrame, 4, ReasonHeaderLength}
	}
	if length > math.MaxInt32 {
		return dst, &Error{OpFrame, 0, ReasonFrameLength}
	}
	binary.BigEndian.PutUint32(b[start:], uint32(length))
	binary.BigEndian.PutUint32(b[start+4:], uint32(s)<<24|uint32(header))
	return append(b, body...), nil
}

// appendJSON writes the keys in the order of fastjson, the alphabet.
func (c *CommandSpec) appendJSON(b []byte) []byte {
	b = appendMember(b, `{"code":`, c.Code)
	if c.Ext != nil {
		b = c.appendExt(b)
	}
	b = appendMember(b, `,"flag":`, c.Flag)
	language := LanguageName(c.Language)
	if c.Language == LanguageUnknown {
		language = c.LanguageName
	}
	if language != "" {
		b = append(b, `,"language":`...)
		b = appendQuoted(b, language)
	}
	b = appendMember(b, `,"opaque":`, c.Opaque)
	if c.Remark != nil {
		b = append(b, `,"remark":`...)
		b = appendQuoted(b, *c.Remark)
	}
	b = append(b, `,"serializeTypeCurrentRPC":"JSON"`...)
	b = appendMember(b, `,"version":`, c.Version)
	return append(b, '}')
}

// appendGoJSON writes the keys in the order of the Go client's struct.
func (c *CommandSpec) appendGoJSON(b []byte) []byte {
	b = appendMember(b, `{"code":`, c.Code)
	b = append(b, `,"language":"GO"`...)
	b = appendMember(b, `,"version":`, c.Version)
	b = appendMember(b, `,"opaque":`, c.Opaque)
	b = appendMember(b, `,"flag":`, c.Flag)
	b = append(b, `,"remark":`...)
	if c.Remark != nil {
		b = appendQuoted(b, *c.Remark)
	} else {
		b = append(b, `""`...)
	}
	if c.Ext != nil {
		b = c.appendExt(b)
	} else {
		b = append(b, `,"extFields":null`...)
	}
	return append(b, '}')
}

func (c *CommandSpec) appendExt(b []byte) []byte {
	b = append(b, `,"extFields":{`...)
	for i, f := range c.Ext {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, f.Key)
		b = append(b, ':')
		b = appendQuoted(b, f.Value)
	}
	return append(b, '}')
}

func appendMember(b []byte, key string, n int32) []byte {
	return strconv.AppendInt(append(b, key...), int64(n), 10)
}

// appendBinary writes a ROCKETMQ header (RocketMQSerializable.rocketMQProtocolEncode).
func (c *CommandSpec) appendBinary(b []byte) []byte {
	language := c.Language
	if language == LanguageNone {
		language = 0
	}
	b = binary.BigEndian.AppendUint16(b, uint16(c.Code))
	b = append(b, byte(language))
	b = binary.BigEndian.AppendUint16(b, uint16(c.Version))
	b = binary.BigEndian.AppendUint32(b, uint32(c.Opaque))
	b = binary.BigEndian.AppendUint32(b, uint32(c.Flag))
	remark := ""
	if c.Remark != nil {
		remark = *c.Remark
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(remark)))
	b = append(b, remark...)
	size := 0
	for _, f := range c.Ext {
		size += 2 + len(f.Key) + 4 + len(f.Value)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	for _, f := range c.Ext {
		b = binary.BigEndian.AppendUint16(b, uint16(len(f.Key)))
		b = append(b, f.Key...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.Value)))
		b = append(b, f.Value...)
	}
	return b
}

// appendQuoted writes a string as fastjson 1.2 does: short escapes where there are any, \uXXXX for other control
// characters and the two line separators, everything else as it is.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7F && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
			if r > 0x9F && r != '\u2028' && r != '\u2029' || n == 1 {
				i += n
				continue
			}
		}
		b = append(b, s[from:i]...)
		i += n
		from = i
		if short := shortEscape(c); short != 0 {
			b = append(b, '\\', short)
			continue
		}
		b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func shortEscape(c byte) byte {
	switch c {
	case '"', '\\':
		return c
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	return 0
}
