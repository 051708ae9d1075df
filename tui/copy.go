package tui

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// copyable is one choice of the copy menu.
type copyable struct {
	key  rune
	name string
	text func(a *app, ev *session.Event) ([]byte, error)
}

var errNothing = errors.New("there is nothing to copy here")

func copyables() []copyable {
	return []copyable{
		{'v', "value of the selected field", copyValue},
		{'i', "message id", copyID},
		{'f', "filter", copyFilter},
		{'r', "row", copyRow},
		{'j', "JSON", copyJSON},
		{'h', "hex of the selected field, or of the frame", copyHex},
		{'b', "body as text, controls escaped", copyBody},
		{'B', "body as it is", copyRawBody},
	}
}

// copyMenu asks what to copy.
func (a *app) copyMenu() {
	ev, ok := a.frames.current()
	if !ok {
		a.say(flashInfo, "nothing to copy")
		return
	}
	all := copyables()
	items := make([]widget.MenuItem, len(all))
	for i, c := range all {
		items[i] = widget.MenuItem{Key: c.key, Label: c.name}
	}
	a.choose("Copy from frame "+strconv.Itoa(int(ev.Number)), nil, items, func(i int) {
		b, err := all[i].text(a, &ev)
		if err != nil {
			a.say(flashWarning, "not copied: "+err.Error())
			return
		}
		a.copyOut(b)
	})
}

// copyOut puts b on the clipboard by OSC 52, which many terminals ignore without a word, and always into a file.
func (a *app) copyOut(b []byte) {
	if len(b) == 0 {
		a.say(flashWarning, "not copied: it is empty")
		return
	}
	said := "copied " + size(uint64(len(b)))
	if len(b) <= widget.MaxClipboard {
		a.screen.SetClipboard(b)
		said += " (OSC 52)"
	} else {
		said += ", too long for the clipboard,"
	}
	if a.opts.StateDir == "" {
		a.say(flashInfo, said)
		return
	}
	path := filepath.Join(a.opts.StateDir, copyFile)
	if err := writePrivate(path, b); err != nil {
		a.say(flashWarning, said+"; no file: "+err.Error())
		return
	}
	a.say(flashInfo, said+" also in "+path)
}

// selected is the node of the tree under the cursor.
func (a *app) selected() (n *widget.Node, f *field) {
	d := a.detail.shown
	i := a.detail.tree.Cursor()
	if d == nil || i < 0 || i >= len(d.nodes) || a.focus == paneList {
		return nil, nil
	}
	return &d.nodes[i], &d.fields[i]
}

func copyValue(a *app, _ *session.Event) ([]byte, error) {
	n, f := a.selected()
	if n == nil {
		return nil, errors.New("select a field in the detail first (Tab)")
	}
	if f.value == "" {
		return nil, errNothing
	}
	return plain([]byte(f.value)), nil
}

func copyID(a *app, ev *session.Event) ([]byte, error) {
	if id := a.frames.ids.now(ev); id != "" {
		return plain([]byte(id)), nil
	}
	return nil, errors.New("no message id is known of this frame")
}

func copyFilter(a *app, ev *session.Event) ([]byte, error) {
	if a.bar.applied != "" {
		return []byte(a.bar.applied), nil
	}
	return []byte("frame == " + strconv.Itoa(int(ev.Number))), nil
}

func copyRow(a *app, ev *session.Event) ([]byte, error) {
	var b []byte
	for i := range a.frames.columns {
		if add := a.frames.columns[i].append; add != nil {
			from := len(b)
			if b = add(b, ev, &a.frames.text); len(b) > from {
				b = append(b, ' ', ' ')
			}
		}
	}
	return plain([]byte(strings.TrimSpace(string(b)))), nil
}

func copyHex(a *app, ev *session.Event) ([]byte, error) {
	b, err := a.wire(ev)
	if err != nil {
		return nil, err
	}
	if n, _ := a.selected(); n != nil && n.Len > 0 && n.Buffer < len(a.detail.shown.buffers) {
		b = a.detail.shown.buffers[n.Buffer].Bytes
		b = b[min(n.Off, len(b)):min(n.Off+n.Len, len(b))]
	}
	return []byte(hex.EncodeToString(b)), nil
}

// wire are the bytes of an event as the panes have them.
func (a *app) wire(ev *session.Event) ([]byte, error) {
	d := a.detail.shown
	switch {
	case d == nil || d.event.Number != ev.Number:
		return nil, errors.New("the frame is still being read")
	case len(d.buffers) == 0 || len(d.buffers[0].Bytes) == 0:
		return nil, session.ErrNoBytes
	}
	return d.buffers[0].Bytes, nil
}

func copyBody(a *app, ev *session.Event) ([]byte, error) {
	b, err := copyRawBody(a, ev)
	if decode.IsGBK(b) {
		b = decode.AppendGBK(nil, b)
	}
	return plain(b), err
}

// copyRawBody copies the body that v shows, decompressed.
func copyRawBody(a *app, ev *session.Event) ([]byte, error) {
	if _, err := a.wire(ev); err != nil {
		return nil, err
	}
	b, ok := a.detail.shown.body(a.detail.tree.Cursor())
	if !ok || len(b.bytes) == 0 {
		return nil, errors.New("this frame has no body")
	}
	return b.bytes, nil
}

// plain writes controls and broken characters as escapes: what is pasted into a shell must not run.
func plain(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			out = append(out, '\\', 'x')
			out = hex.AppendEncode(out, b[:1])
		case r == ' ' || unicode.IsPrint(r):
			out = append(out, b[:n]...)
		default:
			q := strconv.QuoteRune(r)
			out = append(out, q[1:len(q)-1]...)
		}
		b = b[n:]
	}
	return out
}

// copyJSON is the line that mqsniff read -o json --detail prints.
func copyJSON(a *app, ev *session.Event) ([]byte, error) {
	c, _ := a.store.Conn(ev.Conn)
	view := &session.View{Conn: &session.Conn{Number: ev.Conn, Endpoints: c.Endpoints}}
	if ev.Kind.Frame() {
		v, err := (&session.Reader{Store: a.store}).View(ev)
		if err != nil {
			return nil, err
		}
		view = v
	}
	line := export.NewJSON(io.Discard, a.store.Symbols(), export.JSONOptions{Detail: true}).Append(nil, ev, view)
	return bytes.TrimRight(line, "\n"), nil
}
