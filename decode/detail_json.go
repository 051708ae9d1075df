package decode

import (
	"encoding/binary"
	"strconv"
)

// DetailFields appends the extFields of cmd as a JSON object with the long names of their header class and typed values:
// integers, also beyond 2^53, and booleans as such, where the text is one. A doubled key is given once, with the value
// that counts. Text that is no UTF-8 becomes {"base64":"…"}.
func DetailFields(dst []byte, ctx Context, cmd *Command) []byte {
	schema := schemaOf(ctx, cmd)
	n := cmd.Ext.Len()
	last := make(map[string]int, n)
	for i := range n {
		last[string(cmd.Ext.At(i).Key)] = i
	}
	dst = append(dst, '{')
	first := true
	for i := range n {
		x := cmd.Ext.At(i)
		key := string(x.Key)
		if last[key] != i {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		name, kind := key, TypeString
		if spec := schema.Field(key); spec != nil {
			name, kind = spec.Long, spec.Type
		}
		dst = append(appendJSONString(dst, []byte(name)), ':')
		dst = appendTyped(dst, x.Value, kind)
	}
	return append(dst, '}')
}

func appendTyped(dst, value []byte, kind FieldType) []byte {
	if value == nil {
		return append(dst, "null"...)
	}
	switch kind {
	case TypeInt, TypeLong:
		if len(value) > 20 {
			break
		}
		if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
			return strconv.AppendInt(dst, n, 10)
		}
	case TypeBoolean:
		switch {
		case isTrue(value):
			return append(dst, "true"...)
		case string(value) == "false":
			return append(dst, "false"...)
		}
	}
	return appendJSONText(dst, value)
}

// AppendBody appends the body of a frame that carries no messages as JSON: bodies in fastjson's dialect as strict JSON,
// configurations and checkpoints as objects, a compressed registration as an object of its parts, other text as a
// string, bytes as {"base64":"…"}. ok is false, and dst as it was, for a frame without body or with messages. in
// decompresses; it may be nil.
func AppendBody(dst []byte, ctx Context, cmd *Command, f Frame, in *Inflater) (out []byte, ok bool) {
	var x sendFields
	if len(f.Body) == 0 || shapeOf(ctx, cmd.Code, cmd, f.Body, &x) != shapeNone {
		return dst, false
	}
	switch bodyName(ctx, cmd) {
	case "text:properties":
		return appendConfiguration(dst, f.Body), true
	case "binary:TimerCheckpoint":
		if len(f.Body)%8 == 0 && len(f.Body)/8 <= len(timerFields) {
			return appendTimer(dst, f.Body), true
		}
	case "json:RegisterBrokerBody or zlib binary":
		if isCompressedRegistration(f.Body) {
			if in == nil {
				in = new(Inflater)
			}
			if raw, _, err := in.Inflate(nil, SysFlagCompressed, f.Body); err == nil {
				if r, err := readRegistration(raw); err == nil {
					return r.appendJSON(dst, raw), true
				}
			}
		}
	}
	return appendContent(dst, f.Body), true
}

// appendContent appends b as strict JSON when it is in fastjson's dialect, otherwise as text.
func appendContent(dst, b []byte) []byte {
	if LooksLikeJSON(b) {
		if out, err := AppendCanonicalJSON(dst, b); err == nil {
			return out
		}
	}
	return appendJSONText(dst, b)
}

func appendTimer(dst, b []byte) []byte {
	for i, f := range timerFields[:len(b)/8] {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		dst = append(appendJSONString(append(dst, sep), []byte(f.name)), ':')
		dst = strconv.AppendInt(dst, int64(binary.BigEndian.Uint64(b[i*8:])), 10)
	}
	return append(dst, '}')
}

func (r *registration) appendJSON(dst, b []byte) []byte {
	text := func(x Range) []byte { return b[x.Off : x.Off+x.Len] }
	dst = append(dst, `{"dataVersion":`...)
	dst = appendContent(dst, text(r.dataVersion))
	dst = append(dst, `,"topicConfigs":[`...)
	for i, x := range r.topicConfigs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONText(dst, text(x))
	}
	dst = append(dst, `],"filterServerList":`...)
	dst = appendContent(dst, text(r.filterServers))
	if r.mappings != nil {
		dst = append(dst, `,"topicQueueMappings":[`...)
		for i, x := range r.mappings {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendContent(dst, text(x))
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}
