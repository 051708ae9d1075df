package proxy

import (
	"sync"

	"github.com/mqsniff/mqsniff/decode"
)

// maxLeaks bounds the leaks that are told.
const maxLeaks = 1024

// Leaks are the ways past the proxy that clients were told. It is used from any goroutine.
type Leaks struct {
	tell func(text string)

	mu    sync.Mutex
	told  map[string]bool
	count int
}

// NewLeaks returns Leaks that tell each way once; nil: nobody is told.
func NewLeaks(tell func(text string)) *Leaks { return &Leaks{tell: tell, told: map[string]bool{}} }

// Add counts a way past the proxy.
func (l *Leaks) Add(text string) {
	l.mu.Lock()
	l.count++
	told := l.told[text] || len(l.told) >= maxLeaks
	if !told {
		l.told[text] = true
	}
	l.mu.Unlock()
	if !told && l.tell != nil {
		l.tell(text)
	}
}

// Count is how often something could lead a client past the proxy.
func (l *Leaks) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// NamesAddresses tells whether answers to a request name addresses that clients connect to.
func NamesAddresses(code int32) bool {
	return code == codeRoute || code == codeCluster || code == codeSystem
}

// AddressesIn are those addresses, host:port as brokers are registered, in the body of an answer.
func AddressesIn(code int32, body []byte) ([]string, error) {
	var t decode.Tree
	found, err := places(&t, code, body)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(found))
	for i, p := range found {
		list[i] = p.address
	}
	return list, nil
}
