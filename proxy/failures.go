package proxy

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// maxFailures bounds what failures remembers.
const maxFailures = 1024

// failures are connections that did not come about, or are no remoting. Clients try again at once, so that a server that stays down
// would fill every screen: the same is said once in sayAgain, then with how often it was.
type failures struct {
	mu   sync.Mutex
	said map[failure]*repeated
}

type failure struct {
	client      netip.Addr
	target, why string
}

type repeated struct {
	at   time.Time
	more int // since then
}

// again tells whether a failure is to be said now, and how often it came without being said.
func (f *failures) again(what failure, now time.Time) (more int, say bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.said[what]; r != nil && now.Sub(r.at) < sayAgain {
		r.more++
		return 0, false
	} else if r != nil {
		more = r.more
	}
	if len(f.said) >= maxFailures {
		for other, r := range f.said {
			if now.Sub(r.at) >= sayAgain {
				delete(f.said, other)
			}
		}
	}
	if f.said == nil {
		f.said = map[failure]*repeated{}
	}
	if _, known := f.said[what]; !known && len(f.said) >= maxFailures {
		return 0, false // a thousand others were said within the minute
	}
	f.said[what] = &repeated{at: now}
	return more, true
}

// text is the line for people.
func (what failure) text(client netip.AddrPort, more int) string {
	return fmt.Sprintf("%s wanted %s: %s", client, what.target, what.why) + repeats(more)
}

func repeats(more int) string {
	if more == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d more times since this was last said)", more)
}

// sayFull reports that connections are refused because there are too many.
func (p *Proxy) sayFull() {
	text := fmt.Sprintf("connections are refused: %d are open, which is the most (--max-conns)", p.options.MaxConns)
	if more, say := p.failures.again(failure{why: text}, time.Now()); say {
		p.notice(nil, text+repeats(more))
	}
}
