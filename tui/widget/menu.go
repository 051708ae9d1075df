package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// MenuItem is one choice of a [Menu].
type MenuItem struct {
	Key      rune // picks the item; 0 = none
	Label    string
	Note     string
	Disabled bool // shown, with its note as the reason, but cannot be picked
}

// Menu shows lines of text and choices below them. A letter picks, or the
// arrows (j k) and Enter, or a click; Esc and, if it is no choice, q cancel.
// Other keys do nothing.
type Menu struct {
	*tview.Box

	OnPick   func(i int)
	OnSpace  func(i int) // Space on a choice; nil: nothing
	OnCancel func()

	theme  *Theme
	text   []string
	items  []MenuItem
	cursor int
	scroll int // first visible line, text and items together
}

// NewMenu returns a menu with the cursor on the first choice that can be
// picked. The slices are borrowed.
func NewMenu(t *Theme, text []string, items []MenuItem) *Menu {
	m := &Menu{Box: tview.NewBox(), theme: t, text: text, items: items, cursor: -1}
	m.SetBackgroundColor(tcell.ColorDefault)
	m.move(1)
	return m
}

// SetTheme changes the theme.
func (m *Menu) SetTheme(t *Theme) { m.theme = t }

// Cursor returns the choice under the cursor, -1 for none.
func (m *Menu) Cursor() int { return m.cursor }

// head is the number of lines above the choices.
func (m *Menu) head() int {
	if len(m.text) == 0 || len(m.items) == 0 {
		return len(m.text)
	}
	return len(m.text) + 1
}

// Size returns the columns and rows that show everything, without a border.
func (m *Menu) Size() (width, height int) {
	for _, line := range m.text {
		width = max(width, Width(line)+2)
	}
	labels, notes := m.widths()
	if len(m.items) > 0 {
		width = max(width, 5+labels+1)
		if notes > 0 {
			width = max(width, 5+labels+2+notes+1)
		}
	}
	return width, m.head() + len(m.items)
}

func (m *Menu) widths() (labels, notes int) {
	for _, it := range m.items {
		labels = max(labels, Width(it.Label))
		notes = max(notes, Width(it.Note))
	}
	return labels, notes
}

// Draw implements tview.Primitive.
func (m *Menu) Draw(s tcell.Screen) {
	m.DrawForSubclass(s, m)
	x, y, w, h := m.GetInnerRect()
	if w <= 2 || h <= 0 {
		return
	}
	head := m.head()
	if m.cursor >= 0 {
		at := head + m.cursor
		m.scroll = max(min(m.scroll, at), at-h+1)
	}
	m.scroll = max(min(m.scroll, head+len(m.items)-h), 0)
	labels, _ := m.widths()
	for row := range h {
		i := m.scroll + row
		switch {
		case i < len(m.text):
			Paint(s, x+1, y+row, w-2, m.text[i], m.theme.Style(RoleNormal))
		case i >= head && i < head+len(m.items):
			m.drawItem(s, x, y+row, w, i-head, labels)
		}
	}
}

func (m *Menu) drawItem(s tcell.Screen, x, y, w, i, labels int) {
	it := &m.items[i]
	style := m.theme.Style
	if i == m.cursor {
		style = m.theme.Selected
		FillLine(s, x, y, w, style(RoleNormal))
		s.SetContent(x, y, '>', nil, style(RoleNormal))
	}
	key, label := RoleKey, RoleNormal
	if it.Disabled {
		key, label = RoleDim, RoleDim
	}
	if it.Key != 0 {
		Paint(s, x+2, y, min(2, w-2), string(it.Key), style(key))
	}
	Paint(s, x+5, y, w-6, it.Label, style(label))
	Paint(s, x+5+labels+2, y, w-labels-8, it.Note, style(RoleDim))
}

// move goes to the next choice that can be picked.
func (m *Menu) move(delta int) {
	for i := m.cursor + delta; i >= 0 && i < len(m.items); i += delta {
		if !m.items[i].Disabled {
			m.cursor = i
			return
		}
	}
	if delta < 0 {
		m.scroll = 0 // nothing above: show the text
	}
}

func (m *Menu) pick(i int) {
	if i >= 0 && i < len(m.items) && !m.items[i].Disabled && m.OnPick != nil {
		m.OnPick(i)
	}
}

func (m *Menu) cancel() {
	if m.OnCancel != nil {
		m.OnCancel()
	}
}

// InputHandler implements tview.Primitive.
func (m *Menu) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return m.WrapInputHandler(func(ev *tcell.EventKey, _ func(tview.Primitive)) {
		k := KeyOf(ev)
		if k.Key == tcell.KeyRune && k.Mod == 0 {
			for i, it := range m.items {
				if it.Key != 0 && it.Key == k.Rune {
					m.pick(i)
					return
				}
			}
		}
		switch k {
		case NamedKey(tcell.KeyUp), RuneKey('k'):
			m.move(-1)
		case NamedKey(tcell.KeyDown), RuneKey('j'):
			m.move(1)
		case NamedKey(tcell.KeyEnter):
			m.pick(m.cursor)
		case RuneKey(' '):
			if m.OnSpace != nil && m.cursor >= 0 {
				m.OnSpace(m.cursor)
			}
		case NamedKey(tcell.KeyEsc), RuneKey('q'):
			m.cancel()
		}
	})
}

// MouseHandler implements tview.Primitive.
func (m *Menu) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return m.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, setFocus func(tview.Primitive)) (bool, tview.Primitive) {
		if !m.InRect(ev.Position()) {
			return false, nil
		}
		_, y, _, _ := m.GetInnerRect()
		_, my := ev.Position()
		switch action {
		case tview.MouseLeftDown:
			setFocus(m)
		case tview.MouseLeftClick:
			m.pick(m.scroll + my - y - m.head())
		case tview.MouseScrollUp:
			m.move(-1)
		case tview.MouseScrollDown:
			m.move(1)
		default:
			return false, nil
		}
		return true, nil
	})
}
