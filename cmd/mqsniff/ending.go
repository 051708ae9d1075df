package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/session"
)

// endOptions are the flags about when a capture ends by itself.
type endOptions struct {
	duration time.Duration
	until    string
}

func (o *endOptions) addTo(f *pflag.FlagSet) {
	f.DurationVar(&o.duration, "duration", 0, "stop after so long, such as 30s or 10m")
	f.StringVar(&o.until, "until", "", "stop when `EXPR` is true for an event; the exit code is 1 if the end comes first")
}

func (o *endOptions) check() error {
	if o.duration < 0 {
		return usagef("--duration takes a time such as 30s, not %s", o.duration)
	}
	return nil
}

// until waits for an event.
type until struct {
	match func(*session.Event, *session.View) (bool, error)
	met   bool
}

func (o *endOptions) newUntil(symbols *session.Symbols) (*until, error) {
	if o.until == "" {
		return nil, nil
	}
	match, err := compile("--until", o.until, symbols)
	return &until{match: match}, err
}

// watch hands events on to next, if there is one, and calls stop behind the first that matches.
func (u *until) watch(next session.Handler, stop func()) session.Handler {
	return func(ev *session.Event, v *session.View) {
		if next != nil {
			next(ev, v)
		}
		if u.met {
			return
		}
		if ok, err := u.match(ev, v); ok && err == nil {
			u.met = true
			stop()
		}
	}
}
