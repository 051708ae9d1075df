package widget

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func gbk(t testing.TB, text string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTextPaneGBK(t *testing.T) {
	s, _ := testScreen(t, 12, 6, ScreenOptions{})
	p := NewTextPane(theme(t, "terminal"))
	text := append(gbk(t, "{\"名称\":\"订单\"}\n　\\n\\"), 0xFF, 0xD6, 0x20, 0xAA, 0xA1, '\r', '\n', 0x1b, 0xD6)
	p.SetEncoded(text, EncodingGBK, []Span{{2, 6, RoleHit}})
	drawOn(s, p)
	wantRows(t, s, `{"名称":"订`, `单"}`, `　\\n\\\xff`, `\xd6 \xaa`, `\xa1`, `\x1b\xd6`)
	if g := s.StyleGrid(p.theme.Letter); !strings.HasPrefix(g[0], "..ffff.") {
		t.Errorf("styles %q", g)
	}
}

// ASCII before a character in GBK is not taken for the beginning of a cluster in UTF-8: these bytes would be a mark.
func TestGBKIsNoUTF8(t *testing.T) {
	text := append([]byte("a"), 0xCC, 0x81, 'b')
	var c cluster
	lines := textLines{text: text, enc: EncodingGBK}
	lines.next(len(text), 0, 0, &c)
	if c.size != 1 || c.n != 0 || c.bad {
		t.Errorf("%+v", c)
	}
	lines.next(len(text), 1, 0, &c)
	if c.size != 2 || c.raw != '虂' || c.w != 2 {
		t.Errorf("%+v", c)
	}
}

// Whatever the bytes, a row is as wide as its clusters say, and the decoder's own reading is what stands there.
func FuzzGBKClusters(f *testing.F) {
	f.Add([]byte("\xb6\xa9a\xff\x81\x5c\\\xd6"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := textLines{text: text, enc: EncodingGBK}
		var got []byte
		for i := 0; i < len(text); {
			var c cluster
			lines.next(len(text), i, 0, &c)
			if c.size < 1 || c.size > 2 || c.w < 1 || !c.bad && c.w > 2 {
				t.Fatalf("%q at %d: %+v", text, i, c)
			}
			if c.byt {
				got = utf8.AppendRune(got, utf8.RuneError)
			} else {
				if got = utf8.AppendRune(got, c.raw); !c.bad && !unicode.IsPrint(c.raw) && c.raw != 0x3000 {
					t.Fatalf("%q at %d: %U is shown", text, i, c.raw)
				}
			}
			i += c.size
		}
		want, err := simplifiedchinese.GBK.NewDecoder().Bytes(text)
		if err == nil && !bytes.ContainsRune(want, utf8.RuneError) && !bytes.ContainsRune(want, '€') && string(got) != string(want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}

// 16 MiB in which each byte may be a lead byte, from an odd offset on: no piece begins inside of a character, and the ends
// are reached by looking at a few pieces and once at the run.
func TestGBKHugeLine(t *testing.T) {
	s, _ := testScreen(t, 80, 24, ScreenOptions{})
	p := NewTextPane(theme(t, "terminal"))
	text := append([]byte("x"), bytes.Repeat(gbk(t, "订单"), 4<<20)...)
	p.SetEncoded(text, EncodingGBK, nil)
	drawOn(s, p)
	press(p, RuneKey('G'), RuneKey('k'), CtrlKey('u'), RuneKey('G'))
	drawOn(s, p)
	for i, row := range s.Text() {
		if strings.Trim(row, "订单 ") != "" {
			t.Fatalf("row %d: %q", i, row)
		}
	}
	for b := softBreak; b < len(text); b += softBreak {
		if at := p.lines.aligned(b); at%2 != 1 {
			t.Fatalf("%d: a piece begins at %d", b, at)
		}
	}
}
