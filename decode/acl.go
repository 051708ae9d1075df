package decode

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// extFields that ACL adds, or leaves out of what is signed (SessionCredentials, MixAll.UNIQUE_MSG_QUERY_FLAG).
const (
	accessKeyField      = "AccessKey"
	signatureField      = "Signature"
	uniqueKeyQueryField = "_UNIQUE_KEY_QUERY"
	zoneNameField       = "__ZONE_NAME"
	zoneModeField       = "__ZONE_MODE"
)

// lastWithoutUniqueKeyQuery is V4_9_3, the last version whose clients do not sign _UNIQUE_KEY_QUERY.
const lastWithoutUniqueKeyQuery = 399

// SigningOptions say which of the values that a request carries are part of what is signed. The zero value signs all.
type SigningOptions struct {
	// WithoutUniqueKeyQuery leaves _UNIQUE_KEY_QUERY out, as clients up to V4_9_3 and servers of 4.x do.
	WithoutUniqueKeyQuery bool
	// WithoutZone leaves __ZONE_NAME and __ZONE_MODE out, which a client adds behind its signature.
	WithoutZone bool
	// EmptyAsNull signs an empty value as "null": so it is for a Java server that read it from a ROCKETMQ header.
	EmptyAsNull bool
	// Without leaves one more key out.
	Without string
}

// SigningOptionsOf are the options that the sender of cmd went by (AclClientRPCHook).
func SigningOptionsOf(cmd *Command) SigningOptions {
	return SigningOptions{WithoutUniqueKeyQuery: cmd.Version <= lastWithoutUniqueKeyQuery}
}

// SigningContent appends what the signature of a request is made of: the values of all extFields but Signature in the
// order of their keys, without anything between them, then the body as sent. Of a doubled key the last value counts, and
// a JSON null is the text "null" (AclUtils.combineRequestContent).
func SigningContent(dst []byte, cmd *Command, body []byte, o SigningOptions) []byte {
	return append(appendSigned(dst, signedFields(cmd), o), body...)
}

// signedFields are the extFields that may be signed, each key once, in the order in which they are.
func signedFields(cmd *Command) []Field {
	list := make([]Field, 0, cmd.Ext.Len())
	for i := range cmd.Ext.Len() {
		if x := cmd.Ext.At(i); string(x.Key) != signatureField {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b Field) int { return compareJava(a.Key, b.Key) })
	n := 0
	for i := range list {
		if i+1 < len(list) && bytes.Equal(list[i].Key, list[i+1].Key) {
			continue
		}
		list[n] = list[i]
		n++
	}
	return list[:n]
}

func appendSigned(dst []byte, list []Field, o SigningOptions) []byte {
	for _, x := range list {
		switch string(x.Key) {
		case uniqueKeyQueryField:
			if o.WithoutUniqueKeyQuery {
				continue
			}
		case zoneNameField, zoneModeField:
			if o.WithoutZone {
				continue
			}
		}
		switch {
		case o.Without != "" && string(x.Key) == o.Without:
		case x.Value == nil, o.EmptyAsNull && len(x.Value) == 0:
			dst = append(dst, "null"...)
		default:
			dst = append(dst, x.Value...)
		}
	}
	return dst
}

// compareJava orders keys as String.compareTo does, by UTF-16 units. That is not the order of bytes where one of two
// letters lies beyond U+FFFF.
func compareJava(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		x, n := utf8.DecodeRune(a)
		y, m := utf8.DecodeRune(b)
		if x != y {
			if x > 0xFFFF && y <= 0xFFFF {
				x, _ = utf16.EncodeRune(x)
			} else if y > 0xFFFF && x <= 0xFFFF {
				y, _ = utf16.EncodeRune(y)
			}
			return cmp.Compare(x, y)
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

// Verdict is what came out of checking a signature.
type Verdict uint8

// The verdicts.
const (
	VerdictUnsigned Verdict = iota // no access key, or no signature
	VerdictRight
	VerdictWrong
	VerdictNoSecret // not checked: nobody gave the secret of the access key
	VerdictCut      // not checked: the capture lacks a part of the body
)

func (v Verdict) String() string {
	return [...]string{"unsigned", "right", "wrong", "no_secret", "cut"}[v]
}

// Signature is what a request says of who sent it, and whether that is so.
type Signature struct {
	// Present tells whether there is an AccessKey or a Signature, be they empty as C++ clients send them without ACL.
	Present   bool
	AccessKey []byte // view of the header, nil where there is none
	Sent      []byte // base64, view of the header; nil where there is none
	Verdict   Verdict
	Expected  string // base64, of a wrong one
	// Hint says what explains a wrong signature, or why servers may refuse a right one; "" where nothing is known.
	Hint string
}

// VerifySignature checks the signature of the request cmd, which f holds: base64 of HMAC-SHA1, with the secret of the
// access key, of SigningContent. Responses are never signed.
func VerifySignature(cmd *Command, f Frame, c Credentials) Signature {
	var s Signature
	var hasKey, hasSignature bool
	s.AccessKey, hasKey = cmd.Ext.Get(accessKeyField)
	s.Sent, hasSignature = cmd.Ext.Get(signatureField)
	s.Present = hasKey || hasSignature
	if len(s.AccessKey) == 0 || len(s.Sent) == 0 {
		return s
	}
	secret, ok := c[string(s.AccessKey)]
	switch {
	case !ok:
		s.Verdict = VerdictNoSecret
		return s
	case isCut(f):
		s.Verdict = VerdictCut
		return s
	}
	t := trial{fields: signedFields(cmd), body: f.Body, sent: s.Sent}
	usual := SigningOptionsOf(cmd)
	s.Expected = t.signature(usual, secret)
	if hmac.Equal([]byte(s.Expected), s.Sent) {
		s.Verdict, s.Expected = VerdictRight, ""
		if f.Serialization == ROCKETMQ && t.hasEmpty() {
			s.Hint = "a Java server may refuse it: what is empty in a ROCKETMQ header it signs as “null”"
		}
		return s
	}
	if t.has(uniqueKeyQueryField) {
		other := usual
		other.WithoutUniqueKeyQuery = !usual.WithoutUniqueKeyQuery
		if t.matches(other, secret) {
			s.Verdict, s.Expected = VerdictRight, ""
			s.Hint = "with _UNIQUE_KEY_QUERY, which servers of 4.x leave out"
			if other.WithoutUniqueKeyQuery {
				s.Hint = "without _UNIQUE_KEY_QUERY, which servers of 5.x sign"
			}
			return s
		}
	}
	s.Verdict = VerdictWrong
	s.Hint = t.explain(usual, secret, c)
	return s
}

// trial compares one signature with what it could have been made of.
type trial struct {
	fields []Field
	body   []byte
	sent   []byte
	buf    []byte
	work   int // bytes that were hashed, and fields that were gone through
}

// maxTrials is about how many bytes are hashed to explain a signature that is wrong.
const maxTrials = 8 << 20

func (t *trial) signature(o SigningOptions, secret string) string {
	h := hmac.New(sha1.New, []byte(secret))
	t.buf = appendSigned(t.buf[:0], t.fields, o)
	t.work += len(t.fields) + len(t.buf) + len(t.body) + 2*sha1.BlockSize
	h.Write(t.buf)
	h.Write(t.body)
	return base64.StdEncoding.EncodeToString(h.Sum(t.buf[:0]))
}

func (t *trial) matches(o SigningOptions, secret string) bool {
	return hmac.Equal([]byte(t.signature(o, secret)), t.sent)
}

func (t *trial) has(keys ...string) bool {
	return slices.ContainsFunc(t.fields, func(x Field) bool { return slices.Contains(keys, string(x.Key)) })
}

func (t *trial) hasEmpty() bool {
	return slices.ContainsFunc(t.fields, func(x Field) bool { return x.Value != nil && len(x.Value) == 0 })
}

// explain tries what is known to go wrong with signatures.
func (t *trial) explain(usual SigningOptions, secret string, c Credentials) string {
	raw, err := base64.StdEncoding.AppendDecode(nil, t.sent)
	if err != nil {
		return "what was sent is no base64"
	}
	if len(raw) != sha1.Size {
		return "what was sent has " + bytesText(len(raw)) + ", an HMAC-SHA1 has 20"
	}
	o := usual
	if o.WithoutZone = true; t.has(zoneNameField, zoneModeField) && t.matches(o, secret) {
		return "it matches without __ZONE_NAME and __ZONE_MODE: they were added behind the signature, and servers sign them"
	}
	o = usual
	if o.EmptyAsNull = true; t.hasEmpty() && t.matches(o, secret) {
		return "it matches with “null” for the empty values: something read them as null before"
	}
	for _, x := range t.fields {
		if t.work > maxTrials {
			return ""
		}
		o = usual
		if o.Without = string(x.Key); t.matches(o, secret) {
			return "it matches without " + strconv.Quote(o.Without) + ": that was added behind the signature"
		}
	}
	if len(t.body) > 0 {
		empty := trial{fields: t.fields, sent: t.sent}
		if empty.matches(usual, secret) {
			return "it matches without the body: that was added behind the signature"
		}
	}
	for _, access := range slices.Sorted(maps.Keys(c)) {
		if t.work > maxTrials {
			return ""
		}
		if other := c[access]; other != secret && t.matches(usual, other) {
			return "it was made with the secret of " + strconv.Quote(access)
		}
	}
	return ""
}
