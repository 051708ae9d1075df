package decode

// secretJSON finds the secrets in a JSON header that comes in pieces: the value behind a key that SecretField knows, without
// its quotes. It reads what fastjson reads, but for comments; a key with an escape counts as a secret's.
type secretJSON struct {
	quote   byte // of the string that it is in; 0: none
	escaped bool // the byte before was a backslash
	odd     bool // there was one in the latest word
	depth   int  // of objects and arrays
	hidden  int  // depth of the object whose member's value is a secret; 0: it is none
	word    lastWord
	ahead   bool // the next byte was taken already: it is not like those before it
	like    bool // whether that one, or else the latest, is part of a secret
}

// next says how many bytes of b are alike: secret, or not.
func (s *secretJSON) next(b []byte) (n int, secret bool) {
	if !s.ahead {
		s.like = s.step(b[0])
	}
	s.ahead = false
	secret = s.like
	for n = 1; n < len(b); n++ {
		if s.like = s.step(b[n]); s.like != secret {
			s.ahead = true
			break
		}
	}
	return n, secret
}

// step takes one byte and tells whether it is part of a secret.
func (s *secretJSON) step(c byte) bool {
	hidden := s.hidden > 0
	if s.quote != 0 {
		switch {
		case s.escaped:
			s.escaped = false
		case c == '\\':
			s.escaped, s.odd = true, true
		case c == s.quote:
			s.quote = 0
			return false
		default:
			s.word.add(c)
		}
		return hidden
	}
	switch c {
	case '"', '\'':
		s.quote, s.odd, s.word.n = c, false, 0
		return false
	case ':':
		if !hidden && (s.odd || s.word.secret()) {
			s.hidden = s.depth
		}
	case '{', '[':
		s.depth++
	case '}', ']':
		s.depth--
		if s.depth < s.hidden {
			s.hidden = 0
		}
	case ',':
		if s.depth == s.hidden {
			s.hidden = 0
		}
	case ' ', '\t', '\r', '\n':
		return false // between a key and its colon, too
	default:
		s.word.add(c)
		return hidden
	}
	s.odd, s.word.n = false, 0
	return false
}

// secretBinary finds the secrets in a ROCKETMQ header that comes in pieces: the value behind a key that SecretField knows.
type secretBinary struct {
	member binaryMember
	left   int64  // bytes of the member still to come
	number uint32 // the latest four bytes
	word   lastWord
	hidden bool // the value to come is a secret
}

// binaryMember is a part of a ROCKETMQ header, in their order; the last four come for each field.
type binaryMember uint8

const (
	binaryStart binaryMember = iota
	binaryHead               // up to the remark's length, which ends it
	binaryRemarkText
	binaryExtLength
	binaryKeyLength
	binaryKeyText
	binaryValueLength
	binaryValueText
)

// next says how many bytes of b are alike: secret, or not.
func (s *secretBinary) next(b []byte) (n int, secret bool) {
	for s.left == 0 {
		s.enter()
	}
	if s.member == binaryValueText {
		n = int(min(s.left, int64(len(b))))
		s.left -= int64(n)
		return n, s.hidden
	}
	for n < len(b) {
		for s.left == 0 {
			s.enter()
		}
		if s.member == binaryValueText {
			break
		}
		c := b[n]
		n++
		s.left--
		s.number = s.number<<8 | uint32(c)
		if s.member == binaryKeyText {
			s.word.add(c)
		}
	}
	return n, false
}

// enter begins the next member.
func (s *secretBinary) enter() {
	switch s.member {
	case binaryStart:
		s.member, s.left = binaryHead, binaryRemark
	case binaryHead:
		s.member, s.left = binaryRemarkText, int64(s.number)
	case binaryRemarkText:
		s.member, s.left = binaryExtLength, 4
	case binaryExtLength, binaryValueText:
		s.member, s.left = binaryKeyLength, 2
	case binaryKeyLength:
		s.member, s.left, s.word.n = binaryKeyText, int64(s.number&0xffff), 0
	case binaryKeyText:
		s.hidden = s.word.secret()
		s.member, s.left = binaryValueLength, 4
	case binaryValueLength:
		s.member, s.left = binaryValueText, int64(s.number)
	}
}
