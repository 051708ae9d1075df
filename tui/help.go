package tui

import (
	"cmp"
	"strings"

	"github.com/mqsniff/mqsniff/export"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// helpText makes a page of the bindings that count in some contexts.
type helpText struct {
	b     []byte
	spans []widget.Span
}

func (h *helpText) add(text string, role widget.Role) {
	at := len(h.b)
	h.b = append(h.b, text...)
	if role != widget.RoleNormal {
		h.spans = append(h.spans, widget.Span{Start: at, End: len(h.b), Role: role})
	}
}

// row is a key and what it does.
func (h *helpText) row(key, text string) {
	h.add("  ", widget.RoleNormal)
	h.add(key, widget.RoleKey)
	h.add(strings.Repeat(" ", max(12-widget.Width(key), 1))+text+"\n", widget.RoleNormal)
}

// filterExamples are expressions, and what they are good for.
var filterExamples = [...][2]string{
	{`kind == "response" and status != SUCCESS`, "answers other than SUCCESS"},
	{`code == PULL_MESSAGE and latency > 100`, "slow answers, in milliseconds"},
	{`topic == "orders" and group startsWith "cg-"`, "what some groups do with a topic"},
	{`any(messages, .uniq_key == "7F0000010B…")`, "wherever a message is: sent, pulled, looked up"},
	{`kind == "close" and conn in [7, 9]`, "also: open, gap, tls, notice, drop"},
}

// help shows the keys that work where the focus is.
func (a *app) help() {
	var h helpText
	for _, c := range a.scopes() {
		h.add(scopeNames[c]+"\n", widget.RoleTitle)
		for _, b := range a.keys[c] {
			h.row(cmp.Or(b.show, ":"+b.name), b.help)
		}
		h.add("\n", widget.RoleNormal)
	}
	h.add("Filters\n", widget.RoleTitle)
	for _, f := range filterExamples {
		h.add("  ", widget.RoleNormal)
		h.add(f[0], widget.RoleKey)
		h.add("\n"+strings.Repeat(" ", 14)+f[1]+"\n", widget.RoleNormal)
	}
	h.add("  Tab completes names and values that were seen; = makes a filter from a row or field.\n\n", widget.RoleNormal)
	if a.view == viewFrames {
		h.add("Flags\n", widget.RoleTitle)
		for _, d := range export.Directions() {
			h.row(d[0], d[1])
		}
		for _, f := range a.frames.flags {
			h.row(string(rune(f.letter)), f.help)
		}
		h.add("\n", widget.RoleNormal)
	}
	h.add("Mouse\n", widget.RoleTitle)
	h.row("click", "select; on a title: sort; on a hint: do it")
	h.row("wheel", "scroll without moving the cursor")
	h.row("Shift-drag", "select text in the terminal")
	a.page("Help: keys that work here", "Space pages   G: filters, flags, mouse   Esc closes", h.b, h.spans)
}

// page shows text over the screen.
func (a *app) page(title, footer string, text []byte, spans []widget.Span) {
	p := widget.NewTextPane(a.theme)
	p.SetText(text, spans)
	a.open(title, p, -4, -4, false, footer)
}

// showLog shows the messages so far, the latest first.
func (a *app) showLog() {
	var b []byte
	for i := len(a.log) - 1; i >= 0; i-- {
		b = append(append(b, a.log[i]...), '\n')
	}
	a.notice.unread = 0
	if len(b) == 0 {
		b = []byte("nothing so far")
	}
	a.page("Messages, the latest first", "j k scroll   Esc closes", b, nil)
}

// palette asks for a command by its name.
func (a *app) palette() {
	a.ask(":", "", a.command, a.completeCommand)
}

// command runs a command by its name. A number goes to that frame.
func (a *app) command(text string) {
	name := strings.TrimPrefix(strings.TrimSpace(text), ":")
	switch name {
	case "":
		return
	case "q", "q!":
		a.quit()
		return
	}
	if n, ok := parseNumber(name); ok {
		a.jump(n)
		return
	}
	for _, c := range a.scopes() {
		for i := range a.keys[c] {
			if b := &a.keys[c][i]; b.name == name && b.run != nil {
				b.run(a)
				return
			}
		}
	}
	a.say(flashWarning, "no such command here: "+string(widget.Sanitize(nil, []byte(name))))
}

func parseNumber(s string) (n uint32, ok bool) {
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<32/10-1 {
			return 0, false
		}
		n = n*10 + uint32(r-'0')
	}
	return n, s != "" && n > 0
}

func (a *app) completeCommand(text string, _ int) (items []widget.Item) {
	typed := strings.ToLower(strings.TrimSpace(text))
	for _, c := range a.scopes() {
		for _, b := range a.keys[c] {
			if b.name != "" && b.run != nil && strings.Contains(b.name, typed) {
				items = append(items, widget.Item{Text: b.name, Note: b.show + "  " + b.help, To: len(text)})
			}
		}
	}
	return items
}
