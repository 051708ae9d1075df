package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// outputs are all ways to print a capture.
var outputs = [][]string{
	{"read", "-o", "json", "--detail"},
	{"read", "-o", "wide"},
	{"read", "-o", "text", "--detail"},
	{"read", "-o", "summary"},
	{"read", "-o", "summary", "--json"},
}

// harmless reads a file in every way and checks what comes out: one valid JSON object a line, or text without anything
// that a terminal obeys. Reading may fail, but in one line.
func harmless(t testing.TB, path string, how ...[]string) {
	t.Helper()
	for _, args := range how {
		var out, errs bytes.Buffer
		code := run(append(slices.Clone(args), path), strings.NewReader(""), &out, &errs)
		if code != 0 && (code != 1 || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1) {
			t.Fatalf("%v: exit %d, %d bytes printed, %s", args, code, out.Len(), errs.String())
		}
		if bytes.Contains(errs.Bytes(), []byte("panic")) {
			t.Fatalf("%v: %s", args, errs.String())
		}
		plainText(t, errs.Bytes())
		if slices.Contains(args, "json") || slices.Contains(args, "--json") {
			jsonLines(t, out.Bytes())
		} else {
			plainText(t, out.Bytes())
		}
	}
}

func jsonLines(t testing.TB, b []byte) {
	t.Helper()
	for line := range bytes.Lines(b) {
		if !json.Valid(line) || line[0] != '{' || !utf8.Valid(line) {
			t.Fatalf("no JSON: %.2000q", line)
		}
	}
}

// plainText checks that text can do nothing to a terminal: neither controls nor marks that turn its direction.
func plainText(t testing.TB, b []byte) {
	t.Helper()
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r != '\n' && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			t.Fatalf("%q in %q", b[i:i+n], b[max(0, i-50):min(len(b), i+50)])
		}
		i += n
	}
}

// scratchFile is one file that a test writes again and again.
func scratchFile(t testing.TB) func([]byte) string {
	path := filepath.Join(t.TempDir(), "capture")
	return func(b []byte) string {
		check(t, os.WriteFile(path, b, 0o600))
		return path
	}
}

// samples are captures small enough to be read many times, with their bytes.
func samples(t testing.TB, most int) map[string][]byte {
	out := map[string][]byte{}
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.gz", "deepflow/*.pcap"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "pcaps", pattern))
		check(t, err)
		for _, path := range paths {
			b, err := os.ReadFile(path)
			check(t, err)
			if len(b) <= most {
				out[filepath.Base(path)] = b
			}
		}
	}
	if len(out) < 5 {
		t.Fatalf("only %d samples", len(out))
	}
	return out
}

func TestPrefixes(t *testing.T) {
	write := scratchFile(t)
	n := 12
	if testing.Short() {
		n = 2
	}
	for name, b := range samples(t, 60_000) {
		r := rand.New(rand.NewPCG(uint64(len(b)), 1))
		for i := range n {
			at := r.IntN(len(b))
			if i == 0 {
				at = r.IntN(64) // the file header
			}
			t.Logf("%s, %d bytes", name, at)
			harmless(t, write(b[:at]), outputs[i%len(outputs)])
		}
	}
}

// mutate changes bytes, takes some out and puts some in.
func mutate(r *rand.Rand, b []byte) []byte {
	b = slices.Clone(b)
	for range 1 + r.IntN(30) {
		at := r.IntN(len(b))
		n := 1 + r.IntN(min(len(b)-at, 40))
		switch r.IntN(6) {
		case 0:
			b = slices.Delete(b, at, at+n)
		case 1:
			from := r.IntN(len(b))
			b = slices.Insert(b, at, slices.Clone(b[from:min(len(b), from+n)])...)
		case 2:
			b[at] ^= 1 << r.IntN(8)
		case 3:
			b[at] = [...]byte{0, 1, 0x1b, 0x7f, 0x80, 0xff, '"', '{', '\\'}[r.IntN(9)]
		case 4:
			if at+4 <= len(b) {
				binary.BigEndian.PutUint32(b[at:], [...]uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 16 << 20, 0x01000015}[r.IntN(7)])
			}
		default:
			for i := range n {
				b[at+i] = byte(r.UintN(256))
			}
		}
		if len(b) == 0 {
			return b
		}
	}
	return b
}

// TestMutations changes captures anywhere, and payloads only: those reach the decoder.
func TestMutations(t *testing.T) {
	write := scratchFile(t)
	n := 8
	if testing.Short() {
		n = 1
	}
	for name, b := range samples(t, 50_000) {
		for seed := range uint64(n) {
			t.Logf("%s, seed %d", name, seed)
			r := rand.New(rand.NewPCG(seed, uint64(len(b))))
			harmless(t, write(mutate(r, b)), outputs[seed%uint64(len(outputs))])
		}
	}
	for _, path := range captures(t) {
		if info, err := os.Stat(path); err != nil || info.Size() > 50_000 || filepath.Ext(path) != ".pcap" {
			continue
		}
		packets := readPackets(t, path)
		for seed := range uint64(n) {
			t.Logf("%s, payloads, seed %d", path, seed)
			r := rand.New(rand.NewPCG(seed, 2))
			changed := slices.Clone(packets)
			for i := range changed {
				if p := &changed[i]; len(p.payload) > 0 && r.IntN(3) == 0 {
					p.payload = mutate(r, p.payload)
				}
			}
			harmless(t, write(writeCapture(changed, format{})), outputs[seed%uint64(len(outputs))])
		}
	}
}

// TestConcatenations puts one file behind another, and the payloads of one capture into the connections of another.
func TestConcatenations(t *testing.T) {
	write := scratchFile(t)
	all := samples(t, 40_000)
	names := slices.Collect(func(yield func(string) bool) {
		for name := range all {
			yield(name)
		}
	})
	slices.Sort(names)
	n := 30
	if testing.Short() {
		n = 5
	}
	r := rand.New(rand.NewPCG(1, 3))
	for i := range n {
		a, b := names[r.IntN(len(names))], names[r.IntN(len(names))]
		t.Logf("%s + %s", a, b)
		harmless(t, write(slices.Concat(all[a], all[b])), outputs[i%len(outputs)])
	}
	for i := range n {
		one := readPackets(t, filepath.Join("..", "..", "pcaps", "5.3.3-json-push-consume.pcap"))
		other := readPackets(t, filepath.Join("..", "..", "pcaps", "5.3.3-binary-push-consume.pcap"))
		for k := range one {
			if len(one[k].payload) > 0 && r.IntN(4) == 0 {
				one[k].payload = slices.Concat(one[k].payload, other[r.IntN(len(other))].payload)
			}
		}
		harmless(t, write(writeCapture(one, format{})), outputs[i%len(outputs)])
	}
}

// conversation is a connection that a test makes up.
type conversation struct {
	packets []packet
	client  netip.AddrPort
	next    [2]uint32
	time    int64
}

func (c *conversation) send(dir int, flags byte, payload []byte) {
	server := netip.MustParseAddrPort("10.0.0.2:10911")
	src, dst := c.client, server
	if dir == 1 {
		src, dst = dst, src
	}
	h := make([]byte, 14+20+20)
	h[12], h[13] = 8, 0
	h[14], h[14+9] = 0x45, 6
	copy(h[14+12:], src.Addr().AsSlice())
	copy(h[14+16:], dst.Addr().AsSlice())
	binary.BigEndian.PutUint16(h[34:], src.Port())
	binary.BigEndian.PutUint16(h[36:], dst.Port())
	h[34+12] = 5 << 4
	for first := true; first || len(payload) > 0; first = false {
		n := min(len(payload), 60_000)
		c.time += 1e6
		c.packets = append(c.packets, packet{time: c.time, link: 1, isTCP: true, raw: h, ip: 14, tcp: 34, seq: c.next[dir],
			ack: c.next[1-dir], flags: flags, payload: payload[:n]})
		c.next[dir] += uint32(n)
		payload = payload[n:]
	}
	if flags&(flagSYN|flagFIN) != 0 {
		c.next[dir]++
	}
}

func converse(client string) *conversation {
	c := &conversation{client: netip.MustParseAddrPort(client), time: 1_700_000_000_000_000_000}
	c.send(0, flagSYN, nil)
	c.send(1, flagSYN|flagACK, nil)
	return c
}

// jsonFrame builds a frame whose header is JSON as it stands.
func jsonFrame(header, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(header)+len(body)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(header)))
	return append(append(b, header...), body...)
}

// binaryFrame builds a frame whose header is in RocketMQ's own form.
func binaryFrame(code uint16, opaque, flag uint32, remark string, ext []string, body string) []byte {
	h := binary.BigEndian.AppendUint16(nil, code)
	h = append(h, 0)
	h = binary.BigEndian.AppendUint16(h, 479)
	h = binary.BigEndian.AppendUint32(h, opaque)
	h = binary.BigEndian.AppendUint32(h, flag)
	h = append(binary.BigEndian.AppendUint32(h, uint32(len(remark))), remark...)
	var m []byte
	for i := 0; i+1 < len(ext); i += 2 {
		m = append(binary.BigEndian.AppendUint16(m, uint16(len(ext[i]))), ext[i]...)
		m = append(binary.BigEndian.AppendUint32(m, uint32(len(ext[i+1]))), ext[i+1]...)
	}
	h = append(binary.BigEndian.AppendUint32(h, uint32(len(m))), m...)
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(h)+len(body)))
	b = binary.BigEndian.AppendUint32(b, 1<<24|uint32(len(h)))
	return append(append(b, h...), body...)
}

// hostileTexts are what a topic, a remark or a body may hold to take over a terminal, a log or a reader.
var hostileTexts = []string{
	"\x1b[2J\x1b]0;title\x07\x1b[31mred", "\x9b31m\u009b2J", "a\rb\nc\x00d\te\x08f", "\u202eevil\u202c\u2066x\u2069\u200f\u061c",
	"\u2028line\u2029paragraph\u0085", "\xff\xfe not UTF-8 \xc3", "zero\u200bwidth\ufeff\u00ad", "[red::b]tview[-:-:-][\"region\"]", "e" + strings.Repeat("\u0301", 300),
	"\U000e0041\U000e007f tags", "\ue000 private", `\u001b[31m`, strings.Repeat("[:::", 20_000), strings.Repeat("\x1b", 5000),
}

func TestHostileText(t *testing.T) {
	write := scratchFile(t)
	texts := hostileTexts
	if testing.Short() {
		texts = texts[:9] // without the long ones
	}
	for i, text := range texts {
		quoted, err := json.Marshal(text)
		check(t, err)
		raw := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(text)
		c := converse("10.0.0.1:40000")
		opaque := 0
		for _, word := range []string{string(quoted), `"` + raw + `"`} {
			for _, code := range []int{310, 11, 34, 105, 15, 36, 5000} {
				opaque++
				c.send(0, flagACK, jsonFrame(fmt.Sprintf(`{"code":%d,"extFields":{"topic":%s,"b":%s,"a":%s,"consumerGroup":%s,"clientID":%s,"i":%s,"subscription":%s,%s:"x"},"flag":0,"language":%s,"opaque":%d,"remark":%s,"version":479}`,
					code, word, word, word, word, word, word, word, word, word, opaque, word), text))
				c.send(1, flagACK, jsonFrame(fmt.Sprintf(`{"code":1,"flag":1,"language":"JAVA","opaque":%d,"remark":%s,"version":479}`, opaque, word), `{"a":`+word+`}`))
			}
		}
		short := text[:min(len(text), 3000)]
		c.send(0, flagACK, binaryFrame(310, 99, 0, text, []string{"b", text, "a", text, "i", "KEYS\x01" + text + "\x02TAGS\x01" + text + "\x02", short, "x"}, text))
		c.send(1, flagACK, binaryFrame(1, 99, 1, text, []string{"msgId", text}, text))
		c.send(0, flagACK, []byte(text))
		lines := readJSON(t, write(writeCapture(c.packets, format{})))
		if n := strings.Count(lines, `,"len":`); n < 16 {
			t.Errorf("text %d: only %d frames were read", i, n)
		}
		for _, how := range outputs {
			t.Logf("text %d, %v", i, how)
			harmless(t, write(writeCapture(c.packets, format{})), how)
		}
	}
}

// TestHostileFileName: a file's name reaches the terminal in messages and in the summary.
func TestHostileFileName(t *testing.T) {
	name := "\x1b[31mred\u202e.pcap"
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("no capture"), 0o600); err != nil {
		t.Skip("such a file cannot be made here:", err)
	}
	harmless(t, path, outputs...)
	b := samples(t, 20_000)["5.3.3-json-send-sync.pcap"]
	check(t, os.WriteFile(path, b[:len(b)-5], 0o600))
	harmless(t, path, outputs...)
	harmless(t, path+".missing", outputs...)
}

// FuzzCapture reads anything in every way.
func FuzzCapture(f *testing.F) {
	for _, b := range samples(f, 3000) {
		f.Add(b)
	}
	c := converse("10.0.0.1:40000")
	c.send(0, flagACK, binaryFrame(310, 1, 0, "remark", []string{"b", "topic", "a", "group", "i", "KEYS\x01k\x02"}, "body"))
	c.send(1, flagACK, jsonFrame(`{"code":0,"flag":1,"opaque":1,"extFields":{"msgId":"x","queueId":"1"}}`, "{}"))
	f.Add(writeCapture(c.packets, format{}))
	f.Add(writeCapture(c.packets, format{ng: true, big: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "capture")
		check(t, os.WriteFile(path, b, 0o600))
		harmless(t, path, outputs...)
	})
}
