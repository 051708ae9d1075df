package decode

import "bytes"

// A reference of fastjson stands for an object that was written before (SerialContext, JSONSerializer.writeReference):
// "$" is the outermost value, "@" what the reference stands in, ".." what that stands in, and "$.a.b[0]" a path, whose
// keys have a backslash before what is no letter or digit. The path of an object that is a key ends in ".null".

// Limits of references.
const (
	// maxRefSteps is how many values one body's references are looked for in.
	maxRefSteps = 1 << 20
	// maxRefHops is how many references are followed from one to the next.
	maxRefHops = 8
	// maxKeyRefs is how many places of keys are kept.
	maxKeyRefs = 16
)

// refs finds what the references of a tree stand for. It keeps no index: the steps of all of them together are bounded.
type refs struct {
	tree  *Tree
	steps int
	keys  []keyRefs
}

// keyRefs are the keys of one object that are references to the keys of another one.
type keyRefs struct {
	object int    // that the references are keys of
	text   string // of the reference
	count  int    // of the references
	next   int    // to come
	keys   []int  // of the other object's values, those that have an object as key
}

// find is the index of the value that the reference at index i stands for; above has the indices of what i stands in, the
// outermost first. It is negative where there is none, or too much was looked at.
func (r *refs) find(i int, above []int) int {
	for range maxRefHops {
		v := &r.tree.Values[i]
		if v.Kind != ValueReference {
			return i
		}
		path := r.tree.Text(&r.tree.Values[i+1])
		switch string(path) {
		case "@":
			return last(above, 1)
		case "..":
			return last(above, 2)
		}
		if i = r.follow(path); i < 0 {
			return -1
		}
		above = nil // of another reference nobody knows what it stands in
	}
	return -1
}

// last is the n-th value of list from its end, negative where it is shorter.
func last(list []int, n int) int {
	if len(list) < n {
		return -1
	}
	return list[len(list)-n]
}

// follow is the index of the value at a path, negative where there is none.
func (r *refs) follow(path []byte) int {
	if len(path) == 0 || path[0] != '$' || len(r.tree.Values) == 0 {
		return -1
	}
	at := 0
	for path = path[1:]; len(path) > 0 && at >= 0; {
		switch path[0] {
		case '.':
			var key []byte
			key, path = pathKey(path[1:])
			at = r.member(at, key)
		case '[':
			end := bytes.IndexByte(path, ']')
			if end < 0 {
				return -1
			}
			n, ok := decimal(path[1:end])
			if !ok || n < 0 {
				return -1
			}
			at, path = r.element(at, n), path[end+1:]
		default:
			return -1
		}
	}
	return at
}

// pathKey is the key that path begins with, without the backslashes, and what is behind it.
func pathKey(path []byte) (key, rest []byte) {
	escaped := false
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			if !escaped {
				key, escaped = append([]byte(nil), path[:i]...), true
			}
			if i++; i < len(path) {
				key = append(key, path[i])
			}
			continue
		case '.', '[':
			if !escaped {
				key = path[:i]
			}
			return key, path[i:]
		}
		if escaped {
			key = append(key, path[i])
		}
	}
	if !escaped {
		key = path
	}
	return key, nil
}

// member is the index of an object's value with this key, negative where there is none.
func (r *refs) member(object int, key []byte) int {
	if r.tree.Values[object].Kind != ValueObject {
		return -1
	}
	return r.inside(object, func(_ int, v *Value) bool {
		return v.KeyKind != ValueObject && v.KeyKind != ValueArray && (v.keyEscaped || v.Key.Len == len(key)) &&
			bytes.Equal(r.tree.KeyText(v), key)
	})
}

// element is the index of an array's n-th value, negative where there is none.
func (r *refs) element(array int, n int64) int {
	if v := &r.tree.Values[array]; v.Kind != ValueArray || n >= int64(v.Count) {
		return -1
	}
	return r.inside(array, func(int, *Value) bool { n--; return n < 0 })
}

// inside is the index of the first value directly inside i that is, negative where there is none.
func (r *refs) inside(i int, is func(int, *Value) bool) int {
	values := r.tree.Values
	for j := i + 1; j < values[i].Next; j = values[j].Next {
		if r.steps++; values[j].keyEscaped {
			r.steps += values[j].Key.Len
		}
		if r.steps > maxRefSteps {
			return -1
		}
		if is(j, &values[j]) {
			return j
		}
	}
	return -1
}

// refPrefix begins a key that is a reference.
var refPrefix = []byte(`{"$ref"`)

// key is the place of the key that the key of the value at index i stands for, a value in the object at index object. ok
// tells that it is a reference; then at is empty where it cannot be told which key is meant, and of is how many it may be.
func (r *refs) key(i, object int) (at Range, of int, ok bool) {
	v := &r.tree.Values[i]
	raw := r.tree.KeyText(v)
	if v.KeyKind != ValueObject || !bytes.HasPrefix(raw, refPrefix) {
		return at, 0, false
	}
	k := r.keyRefs(string(raw), object)
	if k == nil {
		return at, 0, true
	}
	n := k.next
	if k.next++; len(k.keys) == 1 {
		n = 0
	} else if len(k.keys) != k.count || n >= len(k.keys) {
		return at, len(k.keys), true
	}
	return r.tree.Values[k.keys[n]].Key, len(k.keys), true
}

// keyRefs are the keys that a reference of this text, a key of the object, may stand for. Both maps have the same order
// (they are TreeMaps, ConsumerRunningInfo), so that where as many refer as there are, the n-th refers to the n-th.
func (r *refs) keyRefs(text string, object int) *keyRefs {
	for i := range r.keys {
		if k := &r.keys[i]; k.object == object && k.text == text {
			return k
		}
	}
	var ref Tree
	if len(r.keys) == maxKeyRefs || ref.Parse([]byte(text)) != nil || ref.Values[0].Kind != ValueReference {
		return nil
	}
	path, isKey := bytes.CutSuffix(ref.Text(&ref.Values[1]), []byte(".null"))
	if !isKey {
		return nil
	}
	other := r.follow(path)
	if other < 0 {
		return nil
	}
	k := keyRefs{object: object, text: text}
	r.inside(object, func(_ int, v *Value) bool {
		if v.KeyKind == ValueObject && string(r.tree.KeyText(v)) == text {
			k.count++
		}
		return false
	})
	r.inside(other, func(i int, v *Value) bool {
		if v.KeyKind == ValueObject && !bytes.HasPrefix(r.tree.KeyText(v), refPrefix) {
			k.keys = append(k.keys, i)
		}
		return false
	})
	if r.steps > maxRefSteps {
		return nil // not all were counted
	}
	r.keys = append(r.keys, k)
	return &r.keys[len(r.keys)-1]
}
