package tui

import (
	"strconv"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
	"github.com/mqsniff/mqsniff/tui/widget"
)

// filterMenu offers filters made from the row, or from the field that is selected in the detail.
func (a *app) filterMenu() {
	ev, ok := a.frames.current()
	if !ok {
		a.say(flashInfo, "no frame to make a filter from")
		return
	}
	choices := a.fieldFilters(&ev)
	items := make([]widget.MenuItem, len(choices))
	for i, c := range choices {
		items[i] = widget.MenuItem{Label: string(widget.Sanitize(nil, []byte(c)))}
		if i < 9 {
			items[i].Key = rune('1' + i)
		}
	}
	a.choose("Filter from frame "+strconv.Itoa(int(ev.Number)), nil, items, func(i int) { a.combine(choices[i]) })
}

// fieldFilters are expressions that hold for the row; the selected field comes first.
func (a *app) fieldFilters(ev *session.Event) (out []string) {
	if _, f := a.selected(); f != nil && f.name != "" {
		value := strconv.Quote(f.value)
		switch f.name {
		case "code":
			out = append(out, codeFilter(ev))
		case "flag", "opaque", "version":
			out = append(out, f.name+" == "+f.value)
		default:
			out = append(out, f.name+" == "+value)
		}
	}
	text := func(name string, s session.Symbol) {
		if s != 0 {
			out = append(out, name+" == "+strconv.Quote(a.store.Symbols().Text(s)))
		}
	}
	if ev.Kind.Frame() && !ev.Has(session.Unmatched) {
		out = append(out, codeFilter(ev))
	}
	text("topic", ev.Topic)
	text("group", ev.Group)
	text("client_id", ev.ClientID)
	if id := a.frames.ids.now(ev); id != "" { // wherever the message is: sent, pulled, looked up
		out = append(out, "any(messages, .uniq_key == "+strconv.Quote(id)+")")
	}
	if ev.Kind == session.Response {
		out = append(out, statusFilter(ev))
	}
	out = append(out, "kind == "+strconv.Quote(ev.Kind.String()))
	if ev.Conn != 0 {
		out = append(out, "conn == "+strconv.Itoa(int(ev.Conn)))
	}
	if c, ok := a.store.Conn(ev.Conn); ok {
		out = append(out, "client == "+strconv.Quote(c.Client.String()), "server == "+strconv.Quote(c.Server.String()))
	}
	return dedup(out)
}

func dedup(list []string) (out []string) {
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func codeFilter(ev *session.Event) string {
	if c := decode.RequestCode(ev.Code); c != nil {
		return "code == " + c.Name
	}
	return "code == " + strconv.Itoa(int(ev.Code))
}

func statusFilter(ev *session.Event) string {
	if s := decode.ResponseCode(ev.Status); s != nil {
		return "status == " + s.Name
	}
	return "status == " + strconv.Itoa(int(ev.Status))
}

// combine asks what to do with an expression.
func (a *app) combine(expr string) {
	now := a.bar.applied
	items := []widget.MenuItem{
		{Key: 'i', Label: "is: only these"},
		{Key: 'n', Label: "is not: all others"},
		{Key: 'a', Label: "and: these, out of what is shown", Disabled: now == "", Note: reason(now == "", "no filter yet")},
		{Key: 'o', Label: "or: these, and what is shown", Disabled: now == "", Note: reason(now == "", "no filter yet")},
		{Key: 'x', Label: "except: what is shown without these", Disabled: now == "", Note: reason(now == "", "no filter yet")},
		{Key: 'e', Label: "edit it first"},
	}
	a.choose("Filter", []string{string(widget.Sanitize(nil, []byte(expr)))}, items, func(i int) {
		switch items[i].Key {
		case 'i':
			a.bar.set(expr)
		case 'n':
			a.bar.set("not (" + expr + ")")
		case 'a':
			a.bar.set("(" + now + ") and " + expr)
		case 'o':
			a.bar.set("(" + now + ") or " + expr)
		case 'x':
			a.bar.set("(" + now + ") and not (" + expr + ")")
		case 'e':
			a.editFilter()
			a.bar.prompt.SetText(expr)
			a.bar.check()
		}
	})
}

func reason(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}
