package filter

import (
	"time"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// An interface that holds an int or a string costs an allocation to make. These hold what expressions see again and again.
var (
	dirs  = [...]any{session.ClientToServer.String(), session.ServerToClient.String()}
	kinds = func() (k [session.Notice + 1]any) {
		for i := range k {
			k[i] = session.Kind(i).String()
		}
		return k
	}()
	forms = [...]any{decode.JSON.String(), decode.ROCKETMQ.String()}
)

// boxes keeps values that were put into an interface before.
type boxes struct {
	ints [256]struct {
		n   int
		box any
	}
	texts   map[string]any
	symbols []any
	ends    map[uint32]endpointTexts
}

// Bounds of the caches; beyond them a value is made anew each time.
const (
	maxTexts   = 1024
	maxSymbols = 1 << 16
	maxEnds    = 1 << 14
)

type endpointTexts struct{ client, server any }

func (b *boxes) int(n int) any {
	p := &b.ints[uint8(n)]
	if p.box == nil || p.n != n {
		p.n, p.box = n, n
	}
	return p.box
}

// text is for names out of tables.
func (b *boxes) text(s string) any {
	if v, ok := b.texts[s]; ok {
		return v
	}
	var v any = s
	if len(b.texts) < maxTexts {
		b.texts[s] = v
	}
	return v
}

func (b *boxes) symbol(n session.Symbol, w *World) any {
	if n == 0 || w.Symbols == nil {
		return ""
	}
	if int(n) < len(b.symbols) && b.symbols[n] != nil {
		return b.symbols[n]
	}
	var v any = w.Symbols.Text(n)
	if n < maxSymbols {
		for len(b.symbols) <= int(n) {
			b.symbols = append(b.symbols, nil)
		}
		b.symbols[n] = v
	}
	return v
}

func (b *boxes) endpoint(ev *session.Event, w *World) endpointTexts {
	if e, ok := b.ends[ev.Conn]; ok {
		return e
	}
	ends, ok := w.endpoints(ev.Conn)
	if !ok {
		return endpointTexts{"", ""}
	}
	e := endpointTexts{ends.Client.String(), ends.Server.String()}
	if len(b.ends) >= maxEnds {
		clear(b.ends)
	}
	b.ends[ev.Conn] = e
	return e
}

// TimeLayout is how time is written: RFC 3339 with nine decimals, in UTC.
const TimeLayout = "2006-01-02T15:04:05.000000000Z07:00"

func timeText(_ *Filter, ev *session.Event, _ *World) any {
	return time.Unix(0, ev.Time).UTC().Format(TimeLayout)
}

func serialize(_ *Filter, ev *session.Event, _ *World) any {
	if !ev.Kind.Frame() {
		return ""
	}
	return forms[ev.Serialization&1]
}

func statusName(f *Filter, ev *session.Event, w *World) any {
	if ev.Kind != session.Response {
		return ""
	}
	name, _ := decode.StatusFor(ev.Code, ev.Status, !ev.Has(session.Unmatched), ev.Version)
	return f.text(name)
}

// language reads the frame only for a name that the table does not have.
func language(f *Filter, ev *session.Event, w *World) any {
	if !ev.Kind.Frame() {
		return ""
	}
	if ev.Language == decode.LanguageUnknown {
		if v, err := w.Read(ev); err == nil {
			return string(v.Command.LanguageName)
		}
	}
	return f.text(decode.LanguageName(ev.Language))
}
