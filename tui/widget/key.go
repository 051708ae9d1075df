package widget

import "github.com/gdamore/tcell/v2"

// Key identifies a key press by key, rune and modifiers together: in tcell
// 2.13 Ctrl-Q carries the rune 'q' and Alt-q is a KeyRune, so that the rune
// alone says too little. It is comparable, for binding tables.
type Key struct {
	Key  tcell.Key // KeyRune for printable characters
	Rune rune      // 0 unless Key is KeyRune
	Mod  tcell.ModMask
}

// KeyOf returns the normal form of an event: Ctrl and a letter is KeyCtrlA..Z
// with ModCtrl, and only KeyRune has a rune.
func KeyOf(ev *tcell.EventKey) Key {
	k := Key{Key: ev.Key(), Mod: ev.Modifiers()}
	switch {
	case k.Key == tcell.KeyRune:
		k.Rune = ev.Rune()
		k.Mod &^= tcell.ModShift // the rune already says so
	case k.Key > 0 && k.Key <= 26 && k.Mod&tcell.ModCtrl != 0:
		k.Key += tcell.KeyCtrlA - 1 // some input paths leave the control code
	case k.Key >= tcell.KeyCtrlA && k.Key <= tcell.KeyCtrlZ:
		k.Mod |= tcell.ModCtrl
	}
	return k
}

// RuneKey is a printable character without modifiers.
func RuneKey(r rune) Key { return Key{Key: tcell.KeyRune, Rune: r} }

// CtrlKey is Ctrl and a letter. Ctrl-H, Ctrl-I and Ctrl-M are Backspace, Tab
// and Enter on a terminal and never arrive.
func CtrlKey(letter rune) Key {
	return Key{Key: tcell.KeyCtrlA + tcell.Key(letter|0x20-'a'), Mod: tcell.ModCtrl}
}

// AltKey is Alt and a printable character.
func AltKey(r rune) Key { return Key{Key: tcell.KeyRune, Rune: r, Mod: tcell.ModAlt} }

// NamedKey is a key without modifiers: tcell.KeyEnter, tcell.KeyF1 ...
func NamedKey(k tcell.Key) Key { return Key{Key: k} }
