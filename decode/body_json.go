package decode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

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

// String is the keys from the outermost on, "consumerDataSet.[].groupName"; of a long one the end.
func (p *path) String() string {
	const levels, bytes = 8, 200
	if p.deep < 1 {
		return ""
	}
	from := max(1, p.deep-levels+1)
	text := strings.Join(p.keys[from:p.deep+1], ".")
	cut := max(0, len(text)-bytes)
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut++
	}
	if cut > 0 || from > 1 {
		return "…" + text[cut:]
	}
	return text
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
	var index, above [MaxTreeDepth + 2]int // of the next element; in t.Values of what stands above
	r := refs{tree: &t}
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
		above[x.Depth] = i
		o.depth = depth + x.Depth - 1
		if x.Kind == ValueReference {
			o.addReference(v, &t, name, x, r.find(i, above[:x.Depth]))
			i = x.Next
			continue
		}
		o.value(v, &t, x, name, &p, notes)
		if key, of, ok := r.key(i, above[x.Depth-1]); ok {
			o.addKeyReference(v, &t, key, of)
		}
		i++
	}
	o.depth = depth
	if err != nil {
		err.Off += v.base
		o.failBehind(err, v.base+len(v.bytes), p.String())
	}
	return true
}

// value adds one value of a tree.
func (o *outline) value(v bodyView, t *Tree, x *Value, name string, p *path, notes noteFunc) {
	r := Range{v.base + x.Range.Off, x.Range.Len}
	switch x.Kind {
	case ValueObject, ValueArray:
		note := keyNote(p)
		if note == "" && !v.foreign {
			note = bodyKeyNote(p, nil)
		}
		o.add(NodeField, name, x.summary(), note, r)
	default:
		text := t.Text(x)
		note := notes(p, text)
		if note == "" && !v.foreign {
			note = bodyKeyNote(p, text)
		}
		o.field(name, string(text), note, r)
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

// addReference adds a reference and, below it, the beginning of what it stands for, which is at index of t.Values, as it
// stands there: what it stands for may have the reference inside. index is negative where that was not found.
func (o *outline) addReference(v bodyView, t *Tree, name string, x *Value, index int) {
	path := string(t.Text(&t.Values[x.Next-1]))
	r := Range{v.base + x.Range.Off, x.Range.Len}
	if index < 0 {
		o.field(name, path, "reference to a value that was not found", r)
		return
	}
	o.field(name, path, "reference to a value that stands elsewhere", r)
	o.standsFor(v, t.text, t.Values[index].Range, "")
}

// addKeyReference adds the key, a range of t's text, that a reference stands for which is a key itself; of is how many it may
// be where that cannot be told.
func (o *outline) addKeyReference(v bodyView, t *Tree, key Range, of int) {
	switch {
	case key.Len > 0:
		o.standsFor(v, t.text, key, "the key")
	case of > 0:
		o.depth++
		o.add(NodeNote, "stands for", "", "one of the "+strconv.Itoa(of)+" keys there", Range{})
		o.depth--
	default:
		o.depth++
		o.add(NodeNote, "stands for", "", "a key that was not found", Range{})
		o.depth--
	}
}

// standsFor adds the beginning of what stands at r in text.
func (o *outline) standsFor(v bodyView, text []byte, r Range, note string) {
	const most = 256
	whole := text[r.Off : r.Off+r.Len]
	head := beginning(whole, most)
	value := string(head)
	if len(head) < len(whole) {
		value += "…"
	}
	o.depth++
	o.field("stands for", value, note, Range{v.base + r.Off, r.Len})
	o.depth--
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
		ofClient := p.up(2) == "connectionSet" || p.up(3) == "data" // elsewhere it counts changes
		if name := VersionName(int32(n)); ofClient && n > 0 && n < 1<<20 && name != "" {
			return name
		}
	}
	if p.up(1) == "brokerAddrs" && p.up(0) != "[]" {
		return ""
	}
	return likelyInstant(n)
}
