package tui

import "github.com/mqsniff/mqsniff/tui/widget"

// columnMenu lets a person hide columns of the list and show them again. What has no room stays out all the same, the
// least important first.
func (a *app) columnMenu() {
	f := a.frames
	const noRoom = "no room on this screen"
	items := make([]widget.MenuItem, len(f.columns))
	say := func() {
		f.fit(a.layout.w)
		for i := range items {
			it := &items[i]
			it.Label, it.Note = "[x] "+f.columns[i].Title, ""
			switch {
			case i == colNumber:
				it.Note, it.Disabled = "always", true
			case f.columns[i].Hidden:
				it.Label = "[ ] " + f.columns[i].Title
			case !f.list.Shows(i):
				it.Note = noRoom
			}
		}
	}
	f.fitted = fitted{} // what was scrolled away comes back
	say()
	m := widget.NewMenu(a.theme, nil, items)
	m.OnCancel = a.closeOverlay
	m.OnPick = func(i int) {
		f.columns[i].Hidden = !f.columns[i].Hidden
		f.fitted = fitted{}
		say()
	}
	m.OnSpace = m.OnPick
	w, h := m.Size()
	a.open("Columns of the list", m, max(w, widget.Width(noRoom)+22)+2, h+2, true, "Space shows or hides, Esc closes")
}
