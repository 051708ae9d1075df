package decode

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbk is a text in GBK.
func gbk(t testing.TB, text string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestIsGBK(t *testing.T) {
	long := gbk(t, strings.Repeat("订单已支付，", 2000))
	for _, c := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"Chinese", gbk(t, "订单"), true},
		{"with ASCII, lines and blanks", gbk(t, "order 订单\r\n\t已支付，　金额 12.50€ ok"), true},
		{"euro of code page 936", append(gbk(t, "价格 12"), 0x80), true},
		{"a backslash as trail byte", append(gbk(t, "中文中文"), 0x81, 0x5C), true},
		{"long", long, true},
		{"long, half a character at the end", long[:len(long)-1], false},
		{"long, a control in the middle", append(append(append([]byte{}, long[:9000]...), 1), long[9000:]...), false},
		{"UTF-8", []byte("订单"), false},
		{"ASCII", []byte("order"), false},
		{"nothing", nil, false},
		{"punctuation only", gbk(t, "，。"), false},
		{"Latin-1", []byte("Caf\xe9s und \xdcbung, na\xefve"), false},
		{"a lead byte before a blank", []byte("\xd6\xd0 \xe9 "), false},
		{"a zero", append(gbk(t, "订单"), 0), false},
		{"not assigned", append(gbk(t, "订单"), 0xA2, 0xA1, 0xAA, 0xA1), false},
		{"FF", append(gbk(t, "订单"), 0xFF, 0xFF), false},
		{"Java serialization", []byte("\xac\xed\x00\x05t\x00\x02\xd6\xd0"), false},
	} {
		if got := IsGBK(c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if !c.want {
			continue
		}
		want, err := simplifiedchinese.GBK.NewDecoder().Bytes(c.b)
		if got := AppendGBK([]byte("x"), c.b); err != nil || string(got) != "x"+string(want) {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// Random bytes of the length of a hash pass about once in a thousand times.
func TestRandomBytesAreNoGBK(t *testing.T) {
	seed, passed := uint64(1), 0
	for range 20_000 {
		var b [20]byte
		for i := range b {
			seed = seed*6364136223846793005 + 1442695040888963407
			b[i] = byte(seed >> 56)
		}
		if IsGBK(b[:]) {
			passed++
		}
	}
	if passed > 40 {
		t.Errorf("%d of 20,000", passed)
	}
}

// A long text is cut between two characters.
func TestPreviewOfGBK(t *testing.T) {
	body := append([]byte("x"), gbk(t, strings.Repeat("订单", 3000))...)
	o := outline{limit: 10}
	o.previewGBK("body", body, 7)
	n := o.detail.Nodes[0]
	if !utf8.ValidString(n.Value) || strings.Contains(n.Value, "\uFFFD") || !strings.HasPrefix(n.Value, "x订单") || len(n.Value) != 1+2048*3 {
		t.Errorf("%d bytes %.20q", len(n.Value), n.Value)
	}
	if n.Note != "GBK, no UTF-8, 12001 bytes, here the first 4097 bytes" || n.Range != (Range{7, 12001}) {
		t.Errorf("%+v", n)
	}
}

func FuzzGBK(f *testing.F) {
	f.Add([]byte("\xd6\xd0\xce\xc4"), 3)
	f.Add([]byte("a\x81\x5c\x80\xff"), 0)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		text := AppendGBK(nil, b)
		if !utf8.Valid(text) {
			t.Fatalf("%q", text)
		}
		if !IsGBK(b) {
			return
		}
		if utf8.Valid(b) || bytes.ContainsRune(text, utf8.RuneError) {
			t.Fatalf("%q is said to be GBK", b)
		}
		head := beginningGBK(b, max(n, 0))
		if !bytes.HasPrefix(text, AppendGBK(nil, head)) {
			t.Fatalf("%q is not the beginning of %q", head, b)
		}
	})
}
