package decode

import "bytes"

// decodeJSON reads a JSON header: RocketMQ's are written by fastjson, which also reads what no JSON is (unquoted keys,
// single quotes, trailing commas, comments), and so does this.
func (c *Command) decodeJSON(b []byte) problem {
	i := skipBlank(b, 0)
	if i >= len(b) {
		return problem{i, ReasonShort}
	}
	if b[i] != '{' {
		return problem{i, ReasonNotObject}
	}
	i++
	var seen member
	for {
		next, plain, p := c.decodePlain(b, i)
		if p.reason != ReasonNone {
			return p
		}
		i, seen = next, seen|plain
		if i >= len(b) {
			return problem{i, ReasonShort}
		}
		if b[i] == ',' {
			i++
			continue
		}
		if b[i] == '}' {
			break
		}
		if b[i] <= ' ' || b[i] == '/' {
			if j := skipBlank(b, i); j > i {
				i = j
				continue
			}
		}
		key, next, p := scanValue(b, i, 1)
		if p.reason != 0 {
			return p
		}
		if i, p = colon(b, next); p.reason != 0 {
			return p
		}
		m := memberOf(b, key, seen)
		seen |= m
		if m&memberNumbers != 0 {
			if n, next, ok := scanInt32(b, i); ok {
				c.setNumber(m, n, true)
				i = next
				continue
			}
		}
		if m == memberExtFields && i < len(b) && b[i] == '{' {
			if i, p = c.Ext.decodeJSON(b, i); p.reason != 0 {
				return p
			}
			continue
		}
		var value token
		if value, i, p = scanValue(b, i, 1); p.reason != 0 {
			return p
		}
		if r := c.set(b, m, value); r != ReasonNone {
			return problem{value.off, r}
		}
	}
	if i = skipBlank(b, i+1); i < len(b) {
		return problem{i, ReasonTrailing}
	}
	return problem{}
}

// member is one of the keys of a JSON header that mean something; 0 is any other.
type member uint8

const (
	memberCode member = 1 << iota
	memberExtFields
	memberFlag
	memberLanguage
	memberOpaque
	memberRemark
	memberVersion

	memberNumbers = memberCode | memberFlag | memberOpaque | memberVersion
)

// java is the number of JAVA in languages.
const java Language = 0

// decodePlain reads members as fastjson writes them for Java, sorted by name and without blanks: nearly all headers are
// nothing else. It returns where that ends, which is behind a comma or before any other byte, and what it has seen.
// Comparisons with a constant of up to 16 bytes are made in place; a function for them would not be.
func (c *Command) decodePlain(b []byte, i int) (next int, seen member, p problem) {
	if rest := b[i:]; len(rest) >= 7 && string(rest[:7]) == `"code":` {
		n, next, ok := scanInt32(b, i+7)
		if !ok || b[next] != ',' {
			return i, seen, p
		}
		c.Code = n
		i, seen = next+1, seen|memberCode
	}
	if rest := b[i:]; len(rest) >= 13 && string(rest[:13]) == `"extFields":{` {
		if i, p = c.Ext.decodeJSON(b, i+12); p.reason != ReasonNone {
			return i, seen, p
		}
		seen |= memberExtFields
		if i == len(b) || b[i] != ',' {
			return i, seen, p
		}
		i++
	}
	if rest := b[i:]; len(rest) >= 7 && string(rest[:7]) == `"flag":` {
		n, next, ok := scanInt32(b, i+7)
		if !ok || b[next] != ',' {
			return i, seen, p
		}
		c.Flag = n
		i, seen = next+1, seen|memberFlag
	}
	if rest := b[i:]; len(rest) >= 18 && string(rest[:12]) == `"language":"` {
		if string(rest[12:18]) == `JAVA",` {
			c.Language, c.LanguageName = java, nil
			i += 18
		} else {
			end, k := scanString(b, i+12)
			if end < 0 || end+1 == len(b) || b[end+1] != ',' {
				return i, seen, p
			}
			c.setLanguage(b, token{i + 12, end, k})
			i = end + 2
		}
		seen |= memberLanguage
	}
	if rest := b[i:]; len(rest) >= 9 && string(rest[:9]) == `"opaque":` {
		n, next, ok := scanInt32(b, i+9)
		if !ok || b[next] != ',' {
			return i, seen, p
		}
		c.Opaque, c.HasOpaque = n, true
		i, seen = next+1, seen|memberOpaque
	}
	if rest := b[i:]; len(rest) >= 10 && string(rest[:10]) == `"remark":"` {
		end, k := scanString(b, i+10)
		if end < 0 || end+1 == len(b) || b[end+1] != ',' {
			return i, seen, p
		}
		c.Remark = c.Ext.textOf(b, token{i + 10, end, k})
		i, seen = end+2, seen|memberRemark
	}
	if rest := b[i:]; len(rest) >= 33 && string(rest[:14]) == `"serializeType` && string(rest[14:27]) == `CurrentRPC":"` &&
		string(rest[27:33]) == `JSON",` {
		i += 33
	}
	if rest := b[i:]; len(rest) >= 10 && string(rest[:10]) == `"version":` {
		n, next, ok := scanInt32(b, i+10)
		if !ok {
			return i, seen, p
		}
		c.Version = n
		i, seen = next, seen|memberVersion
		if b[i] == ',' { // other senders have another order
			i++
		}
	}
	return i, seen, p
}

// memberOf tells which member t is the key of. fastjson also takes a key in another case, unless the right one is there.
func memberOf(b []byte, t token, seen member) member {
	key := b[t.off:t.end]
	if t.kind == kindEscaped {
		key = appendUnescaped(nil, key)
	}
	switch string(key) {
	case "code":
		return memberCode
	case "extFields":
		return memberExtFields
	case "flag":
		return memberFlag
	case "language":
		return memberLanguage
	case "opaque":
		return memberOpaque
	case "remark":
		return memberRemark
	case "version":
		return memberVersion
	case "serializeTypeCurrentRPC":
		return 0
	}
	for _, m := range [...]struct {
		name string
		m    member
	}{
		{"code", memberCode}, {"extfields", memberExtFields}, {"flag", memberFlag}, {"language", memberLanguage},
		{"opaque", memberOpaque}, {"remark", memberRemark}, {"version", memberVersion},
	} {
		if len(key) == len(m.name) && seen&m.m == 0 && bytes.EqualFold(key, []byte(m.name)) {
			return m.m
		}
	}
	return 0
}

// set stores the value of a member; the last of doubled members counts.
func (c *Command) set(b []byte, m member, t token) Reason {
	switch m {
	case memberCode, memberFlag, memberOpaque, memberVersion:
		n, present, r := int32Of(b, t)
		c.setNumber(m, n, present)
		return r
	case memberLanguage:
		return c.setLanguage(b, t)
	case memberRemark:
		c.Remark = c.Ext.textOf(b, t)
	case memberExtFields:
		if t.kind != kindNull {
			return ReasonNotObject
		}
		c.Ext.Present, c.Ext.list = false, c.Ext.list[:0]
	}
	return ReasonNone
}

func (c *Command) setNumber(m member, n int32, present bool) {
	switch m {
	case memberCode:
		c.Code = n
	case memberFlag:
		c.Flag = n
	case memberVersion:
		c.Version = n
	case memberOpaque:
		c.Opaque, c.HasOpaque = n, present
	}
}

// setLanguage takes a name or, as fastjson does for an enum, an ordinal.
func (c *Command) setLanguage(b []byte, t token) Reason {
	c.LanguageName = nil
	switch t.kind {
	case kindNull:
		c.Language = LanguageNone
		return ReasonNone
	case kindBare:
		n, _, r := int32Of(b, t)
		c.Language = LanguageUnknown
		if n >= 0 && int(n) < len(languages) {
			c.Language = Language(n)
		}
		return r
	}
	name := c.Ext.textOf(b, t)
	c.Language = LanguageByName(string(name))
	if c.Language == LanguageUnknown {
		c.LanguageName = name
	}
	return ReasonNone
}

// textOf is the text of t, nil for null.
func (f *Fields) textOf(b []byte, t token) []byte {
	switch t.kind {
	case kindNull:
		return nil
	case kindEscaped, kindNested:
		var off, end uint32
		return f.unescaped(uint32(t.off), uint32(t.end), &off, &end, t.kind)
	}
	return b[t.off:t.end:t.end]
}

// decodeJSON reads the object at b[i] and returns the index behind it.
func (f *Fields) decodeJSON(b []byte, i int) (int, problem) {
	f.Present, f.list = true, f.list[:0]
	i++
	for {
		// What Java writes, "key":"value", needs no look for blanks and other forms.
		if i < len(b) && b[i] == '"' {
			key, keyKind := shortString(b, i+1), kindString
			if key < 0 {
				key, keyKind = scanString(b, i+1)
			}
			if key > 0 && key+2 < len(b) && b[key+1] == ':' && b[key+2] == '"' {
				value, valueKind := shortString(b, key+3), kindString
				if value < 0 {
					value, valueKind = scanString(b, key+3)
				}
				if n := len(f.list); value > 0 && n < cap(f.list) && n < maxFields {
					f.list = f.list[:n+1] // add, below, makes the room
					f.list[n].set(token{i + 1, key, keyKind}, token{key + 3, value, valueKind})
					if i = value + 1; i < len(b) && b[i] == ',' {
						i++
					}
					continue
				}
			}
		}
		i = skipBlank(b, i)
		if i >= len(b) {
			return i, problem{i, ReasonShort}
		}
		if b[i] == ',' {
			i++
			continue
		}
		if b[i] == '}' {
			return i + 1, problem{}
		}
		key, next, p := scanValue(b, i, 2)
		if p.reason != 0 {
			return i, p
		}
		if i, p = colon(b, next); p.reason != 0 {
			return i, p
		}
		var value token
		if value, i, p = scanValue(b, i, 2); p.reason != 0 {
			return i, p
		}
		if !f.add(key, value) {
			return i, problem{key.off, ReasonTooMany}
		}
	}
}

// add takes an entry, or refuses it because there are too many.
func (f *Fields) add(key, value token) bool {
	if f.discard {
		return true
	}
	n := len(f.list)
	if n >= maxFields {
		return false
	}
	if n == cap(f.list) {
		f.list = append(f.list, entry{})
	} else {
		f.list = f.list[:n+1]
	}
	f.list[n].set(key, value)
	return true
}

func (e *entry) set(key, value token) {
	e.keyOff, e.keyEnd, e.keyKind = uint32(key.off), uint32(key.end), key.kind
	e.valueOff, e.valueEnd, e.valueKind = uint32(value.off), uint32(value.end), value.kind
	e.keyTextEnd, e.valueTextEnd = 0, 0
}
