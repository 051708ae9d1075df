package decode

import (
	"bytes"
	"strconv"
	"strings"
)

// header describes the members of the header in the order of a JSON header's meaning, then the extFields.
func (o *outline) header(ctx Context, cmd *Command, f Frame, err error) {
	o.open("Header", f.Serialization.String(), headerNote(ctx, cmd, err), Range{PrefixLen, len(f.Header)})
	defer o.close()
	ranges := HeaderRanges(f)
	if e, ok := err.(*Error); ok {
		// What was read before the problem is shown as it stands.
		for _, m := range ranges {
			o.member(m, f)
		}
		o.fail(e, PrefixLen+len(f.Header))
		return
	}
	at := func(name string) Range {
		var r Range
		for _, m := range ranges {
			if strings.EqualFold(m.Name, name) {
				r = m.Range
			}
		}
		if r.Len == 0 {
			return Range{}
		}
		return wire(r)
	}
	o.number("code", int64(cmd.Code), codeNote(ctx, cmd, f.Serialization), at("code"))
	o.number("flag", int64(cmd.Flag), flagNote(cmd.Flag), at("flag"))
	o.language(cmd, f, at("language"))
	o.number("version", int64(cmd.Version), VersionName(cmd.Version), at("version"))
	if cmd.HasOpaque {
		o.number("opaque", int64(cmd.Opaque), "", at("opaque"))
	} else {
		o.warn("opaque", "absent: no answer can be paired with it", Range{})
	}
	if cmd.Remark != nil {
		o.field("remark", string(cmd.Remark), "", at("remark"))
	}
	for _, m := range ranges {
		if !knownMember(m.Name) {
			o.member(m, f)
		}
	}
	o.extFields(ctx, cmd, at("extFields"))
}

// member adds a member as it stands: text in a JSON header; in a ROCKETMQ header a number, but for remark and extFields.
func (o *outline) member(m NamedRange, f Frame) {
	b := f.Header[m.Range.Off : m.Range.Off+m.Range.Len]
	if f.Serialization == JSON || m.Name == "remark" || m.Name == "extFields" {
		o.field(m.Name, string(b), "", wire(m.Range))
		return
	}
	n := int64(int8(b[0])) // two's complement
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	o.number(m.Name, n, "", wire(m.Range))
}

// wire turns a range within the header into one within the frame.
func wire(r Range) Range { return Range{r.Off + PrefixLen, r.Len} }

func knownMember(name string) bool {
	for _, s := range [...]string{"code", "flag", "language", "version", "opaque", "remark", "extFields"} {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

func headerNote(ctx Context, cmd *Command, err error) string {
	switch {
	case err != nil:
		return ""
	case !cmd.Response() && cmd.Oneway():
		return "oneway request"
	case !cmd.Response():
		return "request"
	case !ctx.Known:
		return "response to an unknown request"
	}
	return "response to " + operationName(ctx.Code)
}

func operationName(code int32) string {
	if c := RequestCode(code); c != nil {
		return c.Name
	}
	return strconv.Itoa(int(code))
}

func codeNote(ctx Context, cmd *Command, s Serialization) string {
	if cmd.Response() {
		name, _ := StatusFor(ctx.Code, cmd.Code, ctx.Known, cmd.Version)
		if ctx.Known && ExpectedEmpty(ctx.Code, cmd.Code) {
			name += ": nothing there, no failure"
		}
		return name
	}
	if c := RequestCode(cmd.Code); c != nil {
		return c.Name
	}
	if s == ROCKETMQ {
		if code, ok := TruncatedCode(cmd.Code); ok {
			return operationName(code) + " (" + strconv.Itoa(int(code)) + ") cut to 16 bits: no server understands it"
		}
	}
	return "unknown"
}

func flagNote(flag int32) string {
	var words []string
	if flag&FlagResponse != 0 {
		words = append(words, "response")
	} else {
		words = append(words, "request")
	}
	if flag&FlagOneway != 0 {
		words = append(words, "oneway")
	}
	if rest := flag &^ (FlagResponse | FlagOneway); rest != 0 {
		words = append(words, "unknown bits 0x"+strconv.FormatUint(uint64(uint32(rest)), 16))
	}
	return strings.Join(words, ", ")
}

func (o *outline) language(cmd *Command, f Frame, r Range) {
	switch {
	case cmd.Language == LanguageNone:
		o.field("language", "", "absent: servers take it for JAVA", Range{})
	case cmd.LanguageName != nil:
		o.field("language", string(cmd.LanguageName), "unknown", r)
	case f.Serialization == JSON:
		value := string(f.Raw[r.Off : r.Off+r.Len])
		if name := LanguageName(cmd.Language); name != value {
			o.field("language", value, name, r)
			return
		}
		o.field("language", value, "", r)
	default:
		name := LanguageName(cmd.Language)
		if name == "" {
			name = "unknown"
		}
		o.number("language", int64(f.Raw[r.Off]), name, r)
	}
}

// schemaOf is the header class of a frame, nil where nobody knows. A send has whichever of the two classes its keys
// belong to.
func schemaOf(ctx Context, cmd *Command) *Schema {
	code := ctx.Code
	if !cmd.Response() {
		code = cmd.Code
	} else if !ctx.Known {
		return nil
	}
	c := RequestCode(code)
	if c == nil {
		if real, ok := TruncatedCode(code); ok {
			c = RequestCode(real)
		}
	}
	switch {
	case c == nil:
		return nil
	case cmd.Response():
		return c.Response
	case !IsSend(code):
		return c.Request
	case sendFieldsOf(cmd).short:
		return &sendMessageRequestHeaderV2
	}
	return &sendMessageRequestHeader
}

// extFields describes the entries by the names and types of their header class.
func (o *outline) extFields(ctx Context, cmd *Command, r Range) {
	if !cmd.Ext.Present {
		o.add(NodeNote, "extFields", "absent", "", Range{})
		return
	}
	n := cmd.Ext.Len()
	note := ""
	schema := schemaOf(ctx, cmd)
	if schema != nil && n > 0 {
		note = schema.Name
	}
	o.open("extFields", "{"+strconv.Itoa(n)+"}", note, r)
	defer o.close()
	last := make(map[string]int, n) // index of the entry that counts
	for i := range n {
		last[string(cmd.Ext.At(i).Key)] = i
	}
	for i := range n {
		if o.full() {
			o.more += n - i
			return
		}
		x := cmd.Ext.At(i)
		o.extField(ctx, cmd, schema, x, last[string(x.Key)] != i)
	}
}

func (o *outline) extField(ctx Context, cmd *Command, schema *Schema, x Field, overridden bool) {
	key := string(x.Key)
	name, meaning, unit, unread := key, "", "", false
	if spec := schema.Field(key); spec != nil {
		name, meaning, unit = spec.Long, spec.Meaning, spec.Unit
		unread = spec.Type == TypeBoolean && string(x.Value) == "1"
	} else if k := ExtKeyByName(key); k != nil {
		meaning = k.Meaning
	}
	var notes []string
	if name != key {
		notes = append(notes, "key "+key)
	}
	switch {
	case x.Value == nil:
		notes = append(notes, "null")
	case overridden:
		notes = append(notes, "comes once more, the last one counts")
	default:
		if s := o.meaning(ctx, cmd, name, x.Value, unit); s != "" {
			notes = append(notes, s)
		} else if meaning != "" {
			notes = append(notes, meaning)
		}
		if unread { // rocketmq-client-cpp writes it; Java has Boolean.parseBoolean
			notes = append(notes, "servers take it for false")
		}
	}
	r := wire(x.ValueRange)
	o.field(name, string(x.Value), strings.Join(notes, "; "), r)
	if !overridden {
		o.depth++
		o.takeApart(name, x.Value, r, o.detail.Buffers[0].Bytes)
		o.depth--
	}
}

// exact tells whether the text of a field stands in b at r as it is, so that parts of it have ranges.
func exact(text []byte, r Range, b []byte) bool {
	return r.Off >= 0 && r.Len == len(text) && r.Off+r.Len <= len(b) && bytes.Equal(b[r.Off:r.Off+r.Len], text)
}
