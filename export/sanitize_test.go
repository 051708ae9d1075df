package export

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/session"
)

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{
		"plain text":         "plain text",
		"订单 é":               "订单 é",
		"\x1b[2J":            `\x1b[2J`,
		"a\nb\r\t\x00\x7f":   `a\nb\r\t\x00\x7f`,
		`\n`:                 `\\n`,
		"\u009b1m":           `\u009b1m`,
		"\u202eabc":          `\u202eabc`,
		"\u2066\u200b\ufeff": `\u2066\u200b\ufeff`,
		"\u2028":             `\u2028`,
		"\xff\xe8\xae":       `\xff\xe8\xae`,
		"\uFFFD":             "\uFFFD",
		"\U000E0041":         `\U000e0041`,
		"[:::http://evil]x":  "[:::http://evil]x",
	} {
		if got := Safe(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if got := string(AppendSafe(nil, []byte(text))); got != want {
			t.Errorf("%q as bytes: %s, want %s", text, got, want)
		}
	}
	zalgo := Safe("Z" + strings.Repeat("\u0301", 100))
	if n := strings.Count(zalgo, "\u0301"); n != maxMarks {
		t.Errorf("%d combining marks in a row", n)
	}
}

func FuzzSafe(f *testing.F) {
	f.Add(hostile)
	f.Add("\xff\x1b\\")
	f.Fuzz(func(t *testing.T, text string) {
		got := Safe(text)
		if !utf8.ValidString(got) {
			t.Fatalf("%q", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q: %U", got, r)
			}
		}
		if got != string(AppendSafe(nil, []byte(text))) {
			t.Fatal("strings and bytes differ")
		}
	})
}

// A text output has no byte that a terminal acts upon but the newline.
func TestTextLinesAreSafe(t *testing.T) {
	for _, o := range []TextOptions{{}, {Wide: true, Header: true}, {Detail: true}, {Absolute: true}} {
		for _, r := range string(printText(t, o)) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%+v: %U", o, r)
			}
		}
	}
}

type failing struct{ calls int }

func (f *failing) Write([]byte) (int, error) {
	f.calls++
	return 0, errors.New("closed")
}

func TestWriteErrorIsKept(t *testing.T) {
	w := &failing{}
	j := NewJSON(w, session.NewSymbols(), JSONOptions{})
	for range 10_000 {
		j.Handle(&session.Event{Kind: session.Gap, Len: 1}, &session.View{})
	}
	if err := j.Close(); err == nil || j.Err() == nil || w.calls != 1 {
		t.Error(err, w.calls)
	}
	if cap(j.buf) > 4*flushAt {
		t.Errorf("%d bytes kept", cap(j.buf))
	}
}

func TestSummaryIsBounded(t *testing.T) {
	s := NewSummary()
	for i := range int32(3000) {
		ev := session.Event{Number: uint32(i), Conn: uint32(i), Kind: session.Response, Code: i, Status: i, Pair: 1, Latency: int64(i) * 1e15}
		s.Handle(&ev, nil)
		ev.Code = 5
		s.Handle(&ev, nil)
	}
	if len(s.codes) != maxCodes+1 || len(s.codes[s.places[5]].statuses) != maxStatuses || s.Connections() != 3000 {
		t.Error(len(s.codes), len(s.codes[s.places[5]].statuses), s.Connections())
	}
	if b := s.AppendJSON(nil, SourceStats{}); !bytes.Contains(b, []byte(`"other":{"name":"other","requests":0`)) {
		t.Errorf("%.300s", b)
	}
	if b := s.AppendText(nil, SourceStats{}); !bytes.Contains(b, []byte("\nother ")) {
		t.Errorf("%.300s", b)
	}
}

func TestSummaryJSONKeys(t *testing.T) {
	s := NewSummary()
	conversation(t, func(*session.Symbols) session.Handler { return s.Handle })
	inOrder(t, "summary", s.AppendJSON(nil, SourceStats{}), strings.Fields("packets connections frames requests oneways responses paired "+
		"unanswered unmatched gaps gap_bytes garbage_bytes messages codes files bytes first last tcp_connections tls_connections errors cut_frames notes"))
}
