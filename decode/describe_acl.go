package decode

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// acl describes who signed a request, and whether that is so. Where nobody gave credentials, requests without any sign of
// ACL have nothing to say about it.
func (o *outline) acl(cmd *Command, f Frame, c Credentials) {
	if cmd.Response() {
		return
	}
	s := VerifySignature(cmd, f, c)
	if !s.Present && len(c) == 0 {
		return
	}
	o.open("ACL", verdictText(&s), "", Range{})
	defer o.close()
	if s.AccessKey != nil {
		o.field(accessKeyField, string(s.AccessKey), emptyNote(s.AccessKey), extRange(cmd, accessKeyField))
	}
	if s.Verdict != VerdictUnsigned {
		o.signed(cmd, f)
	}
	if s.Sent != nil {
		o.field(signatureField, string(s.Sent), emptyNote(s.Sent), extRange(cmd, signatureField))
	}
	switch s.Verdict {
	case VerdictWrong:
		hint := s.Hint
		if hint == "" {
			hint = "the secret is another one, or a field or the body was changed"
		}
		o.warn("wrong", "expected "+s.Expected+"; "+hint, Range{})
	case VerdictRight:
		if s.Hint != "" {
			o.warn("right", s.Hint, Range{})
		}
	}
}

// verdictText is a verdict for a person.
func verdictText(s *Signature) string {
	switch s.Verdict {
	case VerdictNoSecret:
		key := string(s.AccessKey[:min(len(s.AccessKey), 64)])
		return "not checked: no secret for access key " + key + " (give it with --acl " + key + ":SECRET)"
	case VerdictCut:
		return "not checked: the end of the body was not captured"
	}
	return s.Verdict.String()
}

func emptyNote(b []byte) string {
	if len(b) == 0 {
		return "empty"
	}
	return ""
}

// signed shows the beginning of what was signed.
func (o *outline) signed(cmd *Command, f Frame) {
	fields := signedFields(cmd)
	text := appendSigned(nil, fields, SigningOptionsOf(cmd))
	note := fmt.Sprintf("%s: the values of %d header fields by key", bytesText(len(text)), len(fields))
	if len(f.Body) > 0 {
		note += ", then the body, " + bytesText(len(f.Body))
	}
	if head := beginning(text, maxPreview); len(head) < len(text) {
		note += ", here the first " + bytesText(len(head))
		text = head
	}
	if !utf8.Valid(text) {
		o.field("signed", strconv.QuoteToASCII(string(text)), note, Range{})
		return
	}
	o.field("signed", string(text), note, Range{})
}

// extRange is where the value of a header field stands in the frame, of a doubled one the value that counts.
func extRange(cmd *Command, key string) (r Range) {
	for i := range cmd.Ext.Len() {
		if x := cmd.Ext.At(i); string(x.Key) == key {
			r = wire(x.ValueRange)
		}
	}
	return r
}
