package export

import (
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

// TestNote: what bytes that are no frame are is told in both forms, and cannot act upon a terminal.
func TestNote(t *testing.T) {
	symbols := session.NewSymbols()
	ev := session.Event{Number: 1, Kind: session.Garbage, Len: 20, QueueID: session.None, Note: symbols.Add([]byte("HTTP request: GET /\x1b[2J"))}
	v := session.View{}
	line := string(NewJSON(nil, symbols, JSONOptions{}).Append(nil, &ev, &v))
	if !strings.HasSuffix(line, `,"bytes":20,"note":"HTTP request: GET /\u001b[2J"}`+"\n") {
		t.Errorf("%s", line)
	}
	line = string(NewText(nil, symbols, TextOptions{}).Append(nil, &ev, &v))
	if !strings.Contains(line, " 20 bytes HTTP request: GET /") || strings.Contains(line, "\x1b") {
		t.Errorf("%q", line)
	}
}

// TestSummaryCountsTLSConnections: there are several TLS events of one.
func TestSummaryCountsTLSConnections(t *testing.T) {
	s := NewSummary()
	s.Handle(&session.Event{Kind: session.TLS}, nil)
	s.Handle(&session.Event{Kind: session.TLS, Marks: session.Continued}, nil)
	if s.TLSConnections != 1 {
		t.Errorf("%d", s.TLSConnections)
	}
}
