package widget

import (
	"fmt"

	"github.com/gdamore/tcell/v2"
)

// Role names what a piece of text means; a [Theme] turns it into a style.
// Every role also has a letter (see [Theme.Letter]), so that a style can be
// compared as text.
type Role uint8

// The roles. RoleNormal is the zero value.
const (
	RoleNormal      Role = iota
	RoleOK               // a successful answer
	RoleError            // a failed answer, a decoding error
	RoleWarning          // slow, incomplete, suspicious
	RoleRetry            // the same message again
	RoleDim              // heartbeats, notes, empty polls, padding
	RoleOneway           // no answer is expected
	RoleServer           // started by the server
	RoleLetter           // single flag letters: compressed, batch, transaction
	RoleUndecodable      // not readable: TLS, gap, garbage
	RolePending          // no answer yet
	RoleTimedOut         // no answer in time
	RoleHeld             // held back by an operator
	RoleChanged          // changed or made by this program
	RoleMarked           // marked by an operator
	RoleCursor           // the cursor row: always reverse video
	RoleHit              // a search hit
	RoleRange            // the byte range of the selected field
	RoleHeader           // column titles and other headings
	RoleHint             // key hints
	RoleKey              // the key inside a hint
	RoleTitle            // pane and overlay titles
	RoleBorder           // borders and rules
	RoleEscape           // escapes that stand for unprintable bytes
	RoleLabel            // field names
	RoleAlert            // header while something dangerous is active
	roleCount
)

// roleLetters has one letter per role, in the order of the constants.
const roleLetters = ".oewrdyslxpthcm>fnaikTb\\L!"

// Letter returns the letter of the role in style grids.
func (r Role) Letter() byte {
	if r >= roleCount {
		return '?'
	}
	return roleLetters[r]
}

// Theme maps roles to styles. It is immutable and safe for concurrent use.
type Theme struct {
	name   string
	styles [roleCount]tcell.Style
}

// Name returns "terminal", "light" or "mono".
func (t *Theme) Name() string { return t.name }

// Style returns the style of a role; an unknown role is normal.
func (t *Theme) Style(r Role) tcell.Style {
	if r >= roleCount {
		r = RoleNormal
	}
	return t.styles[r]
}

// Selected returns the style of a role under the cursor: the same colours in
// reverse video.
func (t *Theme) Selected(r Role) tcell.Style { return reversed(t.Style(r)) }

// Letter returns the letter of the first role that has this style in the
// theme, '#' for a reversed role that is not one itself, '?' for others.
func (t *Theme) Letter(style tcell.Style) byte {
	for r, s := range t.styles {
		if s == style {
			return roleLetters[r]
		}
	}
	back := reversed(style)
	for _, s := range t.styles {
		if s == back {
			return '#'
		}
	}
	return '?'
}

// reversed flips reverse video.
func reversed(s tcell.Style) tcell.Style {
	_, _, attr := s.Decompose()
	return s.Reverse(attr&tcell.AttrReverse == 0)
}

// ThemeNames lists the names that [ThemeByName] knows.
func ThemeNames() []string { return []string{"terminal", "light", "mono"} }

// ThemeByName returns a built-in theme. "" is "terminal": default foreground
// and background plus the 16 palette colours, so that the palette of the user
// decides. "light" avoids the palette colours that vanish on white. "mono"
// uses attributes only.
func ThemeByName(name string) (*Theme, error) {
	switch name {
	case "", "terminal":
		return terminalTheme(), nil
	case "light":
		return lightTheme(), nil
	case "mono":
		return monoTheme(), nil
	}
	return nil, fmt.Errorf("unknown theme %q (terminal, light, mono)", name)
}

func terminalTheme() *Theme {
	d := tcell.StyleDefault
	fg := func(c int) tcell.Style { return d.Foreground(tcell.PaletteColor(c)) }
	t := &Theme{name: "terminal"}
	t.styles = [roleCount]tcell.Style{
		RoleOK:          fg(2),
		RoleError:       fg(1).Bold(true),
		RoleWarning:     fg(3),
		RoleRetry:       fg(5),
		RoleDim:         d.Dim(true),
		RoleOneway:      d.Dim(true),
		RoleServer:      fg(6),
		RoleLetter:      fg(4),
		RoleUndecodable: fg(1).Dim(true),
		RolePending:     fg(3),
		RoleTimedOut:    fg(1),
		RoleHeld:        fg(0).Background(tcell.PaletteColor(3)),
		RoleChanged:     fg(0).Background(tcell.PaletteColor(5)),
		RoleMarked:      d.Bold(true),
		RoleHit:         fg(3).Underline(true),
		RoleKey:         fg(6).Bold(true),
		RoleTitle:       d.Bold(true),
		RoleEscape:      fg(4).Dim(true),
		RoleLabel:       fg(6),
		RoleAlert:       fg(0).Background(tcell.PaletteColor(1)),
	}
	t.shared()
	return t
}

func lightTheme() *Theme {
	d := tcell.StyleDefault
	// Palette colours above 15 are fixed in xterm's cube: dark enough on
	// white whatever the user's first sixteen are.
	fg := func(c int) tcell.Style { return d.Foreground(tcell.PaletteColor(c)) }
	t := &Theme{name: "light"}
	t.styles = [roleCount]tcell.Style{
		RoleOK:          fg(22),
		RoleError:       fg(124).Bold(true),
		RoleWarning:     fg(94),
		RoleRetry:       fg(90),
		RoleDim:         fg(240),
		RoleOneway:      fg(240),
		RoleServer:      fg(23),
		RoleLetter:      fg(18),
		RoleUndecodable: fg(124),
		RolePending:     fg(94),
		RoleTimedOut:    fg(124),
		RoleHeld:        fg(16).Background(tcell.PaletteColor(220)),
		RoleChanged:     fg(16).Background(tcell.PaletteColor(176)),
		RoleMarked:      d.Bold(true),
		RoleHit:         d.Underline(true),
		RoleKey:         fg(18).Bold(true),
		RoleTitle:       d.Bold(true),
		RoleEscape:      fg(60),
		RoleLabel:       fg(23),
		RoleAlert:       fg(231).Background(tcell.PaletteColor(124)),
	}
	t.shared()
	return t
}

func monoTheme() *Theme {
	d := tcell.StyleDefault
	t := &Theme{name: "mono"}
	t.styles = [roleCount]tcell.Style{
		RoleError:       d.Bold(true),
		RoleWarning:     d.Underline(true),
		RoleDim:         d.Dim(true),
		RoleOneway:      d.Dim(true),
		RoleUndecodable: d.Dim(true),
		RolePending:     d.Underline(true),
		RoleTimedOut:    d.Bold(true),
		RoleHeld:        d.Reverse(true),
		RoleChanged:     d.Reverse(true),
		RoleMarked:      d.Bold(true),
		RoleHit:         d.Underline(true),
		RoleKey:         d.Bold(true),
		RoleTitle:       d.Bold(true),
		RoleEscape:      d.Dim(true),
		RoleAlert:       d.Reverse(true).Bold(true),
	}
	t.shared()
	return t
}

// shared sets the roles that are the same in every theme.
func (t *Theme) shared() {
	d := tcell.StyleDefault
	t.styles[RoleCursor] = d.Reverse(true)
	t.styles[RoleRange] = d.Reverse(true)
	t.styles[RoleHeader] = d.Bold(true).Underline(true)
	t.styles[RoleHint] = d.Dim(true)
	t.styles[RoleBorder] = d.Dim(true)
	if t.name == "light" {
		t.styles[RoleHint] = t.styles[RoleDim]
		t.styles[RoleBorder] = t.styles[RoleDim]
	}
}
