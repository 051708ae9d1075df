package decode

import "strconv"

// path is where a value of a JSON body stands.
type path struct {
	keys [MaxTreeDepth + 2]string
	deep int
}

// up is the key of the value, n = 0, or of what it stands in, n levels up; "[]" for an element of an array.
func (p *path) up(n int) string {
	if n > p.deep {
		return ""
	}
	return p.keys[p.deep-n]
}

// noteFunc says what a number or text at a place means, "" where it says all itself.
type noteFunc func(p *path, text []byte) string

// json describes a body in fastjson's dialect. It is false, and adds nothing, when the body is none.
func (o *outline) json(v bodyView, notes noteFunc) bool {
	var t Tree
	err := t.Parse(v.bytes)
	if len(t.Values) == 0 || err != nil && len(t.Values) == 1 {
		return false
	}
	depth := o.depth
	defer func() { o.depth = depth }()
	var p path
	var index [MaxTreeDepth + 2]int
	if t.Values[0].Next == 1 {
		o.value(v, &t, &t.Values[0], "value", &p, notes)
	}
	for i := 1; i < len(t.Values); {
		if o.full() {
			o.more += len(t.Values) - i
			break
		}
		x := &t.Values[i]
		p.deep = x.Depth
		name := ""
		if x.KeyKind == ValueNull {
			name = "[" + strconv.Itoa(index[x.Depth]) + "]"
			index[x.Depth]++
			p.keys[x.Depth] = "[]"
		} else {
			name = string(t.KeyText(x))
			p.keys[x.Depth] = name
		}
		index[x.Depth+1] = 0
		o.depth = depth + x.Depth - 1
		o.value(v, &t, x, name, &p, notes)
		if i++; x.Kind == ValueReference {
			i = x.Next
		}
	}
	o.depth = depth
	if err != nil {
		err.Off += v.base
		o.fail(err, v.base+len(v.bytes))
	}
	return true
}

// value adds one value of a tree.
func (o *outline) value(v bodyView, t *Tree, x *Value, name string, p *path, notes noteFunc) {
	r := Range{v.base + x.Range.Off, x.Range.Len}
	switch x.Kind {
	case ValueObject, ValueArray:
		o.add(NodeField, name, x.summary(), keyNote(p), r)
	case ValueReference:
		inner := t.Values[x.Next-1]
		o.field(name, string(t.Text(&inner)), "the same as at that path", r)
	default:
		text := t.Text(x)
		o.field(name, string(text), notes(p, text), r)
		if x.Kind == ValueString && !v.foreign {
			id := p.up(0)
			if id == "[]" && p.up(1) == "consumerIdList" {
				id = "clientId"
			}
			o.depth++
			o.takeApart(id, text, r, o.detail.Buffers[o.buffer].Bytes)
			o.depth--
		}
	}
}

// keyNote says what the key of an object means.
func keyNote(p *path) string {
	if p.up(1) == "brokerAddrTable" {
		return "broker"
	}
	return ""
}

// commonNotes says what fields mean that many bodies have.
func commonNotes(p *path, text []byte) string {
	n, ok := decimal(text)
	if !ok {
		return ""
	}
	switch p.up(0) {
	case "perm":
		return permNote(n)
	case "topicSysFlag", "topicSynFlag":
		return bitsNote(n, topicSysFlagBits[:])
	case "sysFlag":
		return sysFlagNote(n)
	case "brokerId", "masterBrokerId", "whichBrokerWhenConsumeSlowly", "minBrokerId":
		return brokerIDNote(n)
	case "version":
		if name := VersionName(int32(n)); n > 0 && n < 1<<20 && name != "" {
			return name
		}
	}
	if p.up(1) == "brokerAddrs" && p.up(0) != "[]" {
		return ""
	}
	return likelyInstant(n)
}
