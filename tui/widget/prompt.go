package widget

import (
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
	"github.com/rivo/uniseg"
)

// PromptState is the badge of a [Prompt].
type PromptState uint8

// The states. PromptNone has no badge.
const (
	PromptNone PromptState = iota
	PromptOK
	PromptIncomplete
	PromptError
	PromptSlow
)

// badge returns the text and the role of a state.
func (s PromptState) badge() (string, Role) {
	switch s {
	case PromptOK:
		return "[ok]", RoleOK
	case PromptIncomplete:
		return "[incomplete]", RoleWarning
	case PromptError:
		return "[error]", RoleError
	case PromptSlow:
		return "[slow]", RoleWarning
	}
	return "", RoleNormal
}

// Item of a completion list replaces the bytes [From, To) of the text by Text.
type Item struct {
	Text, Note string
	From, To   int
}

// Prompt is a one-line plain text editor: nothing is quoted, nothing is a tag,
// and the cursor moves by whole characters as they are seen. It takes every key
// but Ctrl-C, which is left to the application.
//
// The message line and the completion list are drawn below the rectangle of the
// prompt, above it if there is no room, so the prompt must be drawn last;
// tview.Flex does that for the item with the focus.
//
// Keys: Enter, Esc (close the list, then OnCancel), Tab (complete), Up Down
// (choose in the list, else history), Left Right, Home End Ctrl-A Ctrl-E,
// Alt-b Alt-f and Ctrl-Left Ctrl-Right (words), Backspace, Delete, Ctrl-D,
// Ctrl-W, Ctrl-U, Ctrl-K.
type Prompt struct {
	*tview.Box

	OnChange func(text string)
	OnAccept func(text string)
	OnCancel func()
	// Complete returns what could stand at the cursor (a byte offset).
	Complete func(text string, cursor int) []Item

	theme       *Theme
	label       string
	placeholder string
	status      string
	state       PromptState
	message     string
	caret       int // byte offset of the problem, -1 = none

	text    string
	cursor  int // byte offset, at the start of a cluster
	scroll  int // byte offset of the first visible cluster
	textX   int // screen column of the text at the last draw
	history []string
	past    int    // position in history; len(history) = the line being written
	draft   string // the line being written, while past is elsewhere

	items  []Item
	chosen int // -1 = none
	first  int // first visible item
}

// NewPrompt returns an empty prompt.
func NewPrompt(t *Theme, label string) *Prompt {
	p := &Prompt{Box: tview.NewBox(), theme: t, label: label, caret: -1, chosen: -1}
	p.SetBackgroundColor(tcell.ColorDefault)
	return p
}

// SetTheme changes the theme.
func (p *Prompt) SetTheme(t *Theme) { p.theme = t }

// SetLabel sets the text before the line.
func (p *Prompt) SetLabel(label string) { p.label = label }

// SetPlaceholder sets what an empty prompt shows.
func (p *Prompt) SetPlaceholder(text string) { p.placeholder = text }

// SetStatus sets the text to the right of the badge.
func (p *Prompt) SetStatus(text string) { p.status = text }

// SetState sets the badge and the message below the line; caret is the byte
// offset it points at, -1 for none. The message is shown while the prompt has
// the focus.
func (p *Prompt) SetState(s PromptState, message string, caret int) {
	p.state, p.message, p.caret = s, message, caret
}

// SetHistory sets the earlier lines, oldest first; the slice is borrowed.
func (p *Prompt) SetHistory(lines []string) { p.history, p.past = lines, len(lines) }

// SetText sets the line, with the cursor at its end, and closes the list. It
// does not call OnChange.
func (p *Prompt) SetText(text string) {
	p.text, p.cursor, p.scroll = oneLine(text), 0, 0
	p.cursor = len(p.text)
	p.past, p.draft = len(p.history), ""
	p.close()
}

// Text returns the line.
func (p *Prompt) Text() string { return p.text }

// oneLine makes pasted text fit: valid UTF-8 with blanks for line ends, tabs
// and other controls.
func oneLine(text string) string {
	clean := make([]byte, 0, len(text))
	for _, r := range text {
		if isControl(r) || r == 0x2028 || r == 0x2029 {
			r = ' '
		}
		clean = utf8.AppendRune(clean, r)
	}
	return string(clean)
}

// close closes the completion list.
func (p *Prompt) close() { p.items, p.chosen, p.first = nil, -1, 0 }

// replace puts s for the bytes [from, to), with the cursor behind it.
func (p *Prompt) replace(from, to int, s string) {
	from = min(max(from, 0), len(p.text))
	to = min(max(to, from), len(p.text))
	if from == to && s == "" {
		return
	}
	p.text = p.text[:from] + s + p.text[to:]
	p.cursor = from + len(s)
	// What was inserted may join the cluster behind it.
	if p.cursor < len(p.text) && p.boundary(p.cursor) != p.cursor {
		p.cursor = p.right(p.cursor)
	}
	p.past, p.caret = len(p.history), -1
	if p.OnChange != nil {
		p.OnChange(p.text)
	}
}

// insert types or pastes s at the cursor.
func (p *Prompt) insert(s string) {
	p.replace(p.cursor, p.cursor, oneLine(s))
	p.complete()
}

// complete asks for completions; an empty line has none.
func (p *Prompt) complete() {
	p.close()
	if p.Complete != nil && p.text != "" {
		p.items = p.Complete(p.text, p.cursor)
	}
}

// boundary returns the start of the cluster that holds off.
func (p *Prompt) boundary(off int) int {
	at := 0
	for at < off {
		g, _, _, _ := uniseg.FirstGraphemeClusterInString(p.text[at:], -1)
		if at+len(g) > off {
			break
		}
		at += len(g)
	}
	return at
}

// left and right are the neighbours of a cluster boundary.
func (p *Prompt) left(off int) int { return p.boundary(max(off-1, 0)) }

func (p *Prompt) right(off int) int {
	at := p.boundary(off)
	g, _, _, _ := uniseg.FirstGraphemeClusterInString(p.text[at:], -1)
	return at + len(g)
}

// wordLeft and wordRight are the next start and end of a word.
func (p *Prompt) wordLeft(off int) int {
	for off > 0 && !isWord(p.text[off-1]) {
		off--
	}
	for off > 0 && isWord(p.text[off-1]) {
		off--
	}
	return off
}

func (p *Prompt) wordRight(off int) int {
	for off < len(p.text) && !isWord(p.text[off]) {
		off++
	}
	for off < len(p.text) && isWord(p.text[off]) {
		off++
	}
	return off
}

// isWord counts every byte of a character outside of ASCII as part of a word.
func isWord(b byte) bool {
	return b >= 0x80 || b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// InputHandler implements tview.Primitive.
func (p *Prompt) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return p.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		switch k := KeyOf(ev); k {
		case NamedKey(tcell.KeyEnter):
			p.enter()
		case NamedKey(tcell.KeyEsc):
			p.escape()
		case NamedKey(tcell.KeyTab):
			p.tab()
		case NamedKey(tcell.KeyUp):
			p.vertical(-1)
		case NamedKey(tcell.KeyDown):
			p.vertical(1)
		case NamedKey(tcell.KeyBacktab):
			if len(p.items) > 0 {
				p.choose(-1)
			}
		default:
			if !p.move(k) && !p.edit(k) && k.Key == tcell.KeyRune && k.Mod == 0 {
				p.insert(string(k.Rune))
			}
		}
	})
}

// PasteHandler implements tview.Primitive.
func (p *Prompt) PasteHandler() func(string, func(tview.Primitive)) {
	return p.WrapPasteHandler(func(text string, _ func(tview.Primitive)) { p.insert(text) })
}

func (p *Prompt) enter() {
	if p.chosen >= 0 {
		p.take(p.chosen)
		return
	}
	p.close()
	if p.OnAccept != nil {
		p.OnAccept(p.text)
	}
}

func (p *Prompt) escape() {
	if len(p.items) > 0 {
		p.close()
		return
	}
	if p.OnCancel != nil {
		p.OnCancel()
	}
}

// tab takes the chosen item, the first if none is chosen, or opens the list.
func (p *Prompt) tab() {
	if len(p.items) > 0 {
		p.take(max(p.chosen, 0))
		return
	}
	if p.Complete != nil {
		p.items = p.Complete(p.text, p.cursor)
		if len(p.items) == 1 {
			p.take(0)
		}
	}
}

func (p *Prompt) take(i int) {
	it := p.items[i]
	p.close()
	p.replace(it.From, it.To, oneLine(it.Text))
}

// choose moves the choice in the list; from its ends it leaves the list.
func (p *Prompt) choose(delta int) {
	n := len(p.items) + 1 // one place for "none"
	p.chosen = (p.chosen+1+delta+n)%n - 1
}

// vertical is Up or Down.
func (p *Prompt) vertical(delta int) {
	if len(p.items) > 0 {
		p.choose(delta)
		return
	}
	past := min(max(p.past+delta, 0), len(p.history))
	if past == p.past {
		return
	}
	if p.past == len(p.history) {
		p.draft = p.text
	}
	draft, text := p.draft, p.draft
	if past < len(p.history) {
		text = p.history[past]
	}
	p.SetText(text)
	p.past, p.draft, p.caret = past, draft, -1
	if p.OnChange != nil {
		p.OnChange(p.text)
	}
}

// move handles the keys that move the cursor.
func (p *Prompt) move(k Key) bool {
	switch k {
	case NamedKey(tcell.KeyLeft):
		p.cursor = p.left(p.cursor)
	case NamedKey(tcell.KeyRight):
		p.cursor = p.right(p.cursor)
	case NamedKey(tcell.KeyHome), CtrlKey('a'):
		p.cursor = 0
	case NamedKey(tcell.KeyEnd), CtrlKey('e'):
		p.cursor = len(p.text)
	case AltKey('b'), Key{Key: tcell.KeyLeft, Mod: tcell.ModCtrl}:
		p.cursor = p.wordLeft(p.cursor)
	case AltKey('f'), Key{Key: tcell.KeyRight, Mod: tcell.ModCtrl}:
		p.cursor = p.wordRight(p.cursor)
	default:
		return false
	}
	p.close()
	return true
}

// edit handles the keys that delete.
func (p *Prompt) edit(k Key) bool {
	from, to := p.cursor, p.cursor
	switch k {
	case NamedKey(tcell.KeyBackspace), NamedKey(tcell.KeyBackspace2):
		from = p.left(p.cursor)
	case NamedKey(tcell.KeyDelete), CtrlKey('d'):
		to = p.right(p.cursor)
	case CtrlKey('w'):
		from = p.wordLeft(p.cursor)
	case CtrlKey('u'):
		from = 0
	case CtrlKey('k'):
		to = len(p.text)
	default:
		return false
	}
	if from < to {
		p.replace(from, to, "")
		p.complete()
	}
	return true
}

// MouseHandler implements tview.Primitive.
func (p *Prompt) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return p.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		mx, my := ev.Position()
		if !p.InRect(mx, my) {
			return false, nil
		}
		switch action {
		case tview.MouseLeftDown:
			setFocus(p)
		case tview.MouseLeftClick:
			p.cursor = p.offsetAt(mx - p.textX)
			p.close()
		}
		return true, nil
	})
}
