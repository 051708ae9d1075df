package decode

import (
	"bytes"
	"encoding/binary"
)

// What a header must be like to be believed without a frame before it. Bytes of message bodies can look like headers,
// and a search asks at many places, so these bounds also keep the work for one place small.
const (
	maxPlausibleHeader  = 256 << 10 // properties of 32 KiB grow sixfold when escaped
	minPlausibleJSON    = 40
	maxPlausibleVersion = 2000
	maxPlausibleFlag    = FlagResponse | FlagOneway
	maxPlausibleFields  = 512
	maxPlausibleKeys    = 8 << 10 // bytes of all keys together
)

// PlausibleHeader tells whether header, of which every byte is there, is one that a known peer would write. It is
// stricter than Command.Decode and serves the search for a frame in the middle of a stream.
func PlausibleHeader(header []byte, s Serialization) bool {
	if len(header) > maxPlausibleHeader || !PlausibleStart(header, s) {
		return false
	}
	if s == ROCKETMQ {
		return plausibleBinary(header)
	}
	if len(header) < minPlausibleJSON || !bytes.Contains(header, []byte("code")) ||
		!bytes.Contains(header, []byte("opaque")) || !bytes.Contains(header, []byte("flag")) {
		return false
	}
	var c Command
	c.Ext.discard = true
	c.Ext.header = header
	return c.decodeJSON(header).reason == ReasonNone
}

// PlausibleStart tells whether a header that begins with partial may turn out plausible once the rest is there.
func PlausibleStart(partial []byte, s Serialization) bool {
	if s == ROCKETMQ {
		return plausibleBinaryStart(partial)
	}
	// No JSON peer writes a zero byte, and every frame begins with one: the look for it ends where the next frame, or
	// the next place that resembles one, begins. That is what keeps a search linear.
	return len(partial) == 0 || partial[0] == '{' && bytes.IndexByte(partial, 0) < 0
}

func plausibleBinaryStart(b []byte) bool {
	if len(b) > binaryLanguage && int(b[binaryLanguage]) >= len(languages) {
		return false
	}
	if len(b) > binaryVersion && b[binaryVersion] > maxPlausibleVersion>>8 {
		return false
	}
	if len(b) >= binaryOpaque && binary.BigEndian.Uint16(b[binaryVersion:]) > maxPlausibleVersion {
		return false
	}
	if len(b) >= binaryRemarkLength && binary.BigEndian.Uint32(b[binaryFlag:]) > maxPlausibleFlag {
		return false
	}
	return len(b) < binaryRemark || binary.BigEndian.Uint32(b[binaryRemarkLength:]) <= maxPlausibleHeader
}

func plausibleBinary(b []byte) bool {
	if len(b) < minBinaryHeader {
		return false
	}
	n := int(binary.BigEndian.Uint32(b[binaryRemarkLength:]))
	if n > len(b)-minBinaryHeader {
		return false
	}
	i := binaryRemark + n
	v := binary.BigEndian.Uint32(b[i:])
	i += 4
	if v > uint32(len(b)-i) {
		return false
	}
	b = b[:i+int(v)]
	keys := 0
	for fields := 0; i < len(b); fields++ {
		if fields >= maxPlausibleFields || len(b)-i < 6 {
			return false
		}
		n := int(binary.BigEndian.Uint16(b[i:]))
		i += 2
		if keys += n; n == 0 || keys > maxPlausibleKeys || n > len(b)-i-4 {
			return false
		}
		for _, c := range b[i : i+n] {
			if c < ' ' || c > '~' {
				return false
			}
		}
		i += n
		v := binary.BigEndian.Uint32(b[i:])
		i += 4
		if v > uint32(len(b)-i) {
			return false
		}
		i += int(v)
	}
	return true
}
