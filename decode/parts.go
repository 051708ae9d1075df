package decode

// Parts follows the frames of one direction, in bytes that come cut in any way, and tells what they are part of. The zero
// value begins with a frame, and takes frames up to MaxFrame. It keeps nothing of the bytes but a few of them.
type Parts struct {
	Limits Limits

	prefix        [PrefixLen]byte
	had           int // bytes of prefix that came
	header        int // bytes of the frame's header still to come
	body          int // and of its body
	lost          bool
	serialization Serialization
	json          secretJSON
	binary        secretBinary
}

// Next says of how many bytes at the beginning of b, at least one, the same is true: that they are of a body, or a secret in
// a header, see SecretField. What is no frame counts as body: nobody knows what it is. b is not empty; it is best all that
// came at once, since a place that was lost is only found again where b begins with a frame.
func (p *Parts) Next(b []byte) (n int, body, secret bool) {
	if p.lost {
		if !begins(b, p.Limits) {
			return len(b), true, false
		}
		p.lost = false
	}
	switch {
	case p.header > 0:
		b = b[:min(p.header, len(b))]
		if p.serialization == ROCKETMQ {
			n, secret = p.binary.next(b)
		} else {
			n, secret = p.json.next(b)
		}
		p.header -= n
		return n, false, secret
	case p.body > 0:
		n = min(p.body, len(b))
		p.body -= n
		return n, true, false
	}
	n = copy(p.prefix[p.had:], b)
	if p.had += n; p.had < PrefixLen {
		return n, false, false
	}
	p.had = 0
	f, ok := ValidPrefix(p.prefix[:], p.Limits)
	if !ok || f.HeaderLen > maxPlausibleHeader {
		p.lost = true
		return n, true, false
	}
	p.header, p.body, p.serialization = f.HeaderLen, f.Len-PrefixLen-f.HeaderLen, f.Serialization
	p.json, p.binary = secretJSON{}, secretBinary{}
	return n, false, false
}

// Skip says that n bytes that nobody saw are between those before and those to come. If they were not all of one body, the
// place is lost.
func (p *Parts) Skip(n int64) {
	switch {
	case n <= 0 || p.lost:
	case p.header == 0 && n <= int64(p.body):
		p.body -= int(n)
	default:
		*p = Parts{Limits: p.Limits, lost: true}
	}
}

// begins tells whether b begins with a frame that can be believed, whose header is all there.
func begins(b []byte, lim Limits) bool {
	if len(b) < PrefixLen {
		return false
	}
	p, ok := ValidPrefix(b, lim)
	return ok && len(b)-PrefixLen >= p.HeaderLen && PlausibleHeader(b[PrefixLen:PrefixLen+p.HeaderLen], p.Serialization)
}

// SecretField tells whether the value of a header's field is something to sign or to log in with, or made with that: what
// ACL 1.0 adds to requests (AclClientRPCHook), and what the command has that makes a user (CreateAccessConfigRequestHeader).
// Keys are compared without regard to case.
func SecretField(key []byte) bool {
	switch len(key) {
	case len("AccessKey"), len("SecurityToken"), len("Password"): // Signature and SecretKey are as long as AccessKey
	default:
		return false
	}
	var lower [len("SecurityToken")]byte
	for i, c := range key {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(key)]) {
	case "accesskey", "signature", "secretkey", "securitytoken", "password":
		return true
	}
	return false
}

// lastWord collects a key that comes in pieces, as far as it can be a secret's.
type lastWord struct {
	bytes [16]byte
	n     int // beyond len(bytes): too long
}

func (w *lastWord) add(c byte) {
	if w.n < len(w.bytes) {
		w.bytes[w.n] = c
	}
	w.n = min(w.n+1, len(w.bytes)+1)
}

func (w *lastWord) secret() bool { return w.n <= len(w.bytes) && SecretField(w.bytes[:w.n]) }
