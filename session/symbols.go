package session

import (
	"sync"
	"sync/atomic"
)

// Symbol is the number of a text: a topic, a group, a client id. 0 is the empty text.
type Symbol uint32

// MaxSymbols bounds the table: a capture with more different texts names the rest by TooMany.
const MaxSymbols = 1 << 20

// maxSymbolLen is the longest text that gets a number, in bytes; longer ones are cut (topics end at 255 bytes).
const maxSymbolLen = 1024

// TooMany is the text of the symbol for everything that found no place.
const TooMany = "(too many names)"

const symbolChunk = 1024

// Symbols is an append-only table of texts. One goroutine adds; any number may read at the same time.
type Symbols struct {
	numbers map[string]Symbol
	chunks  [MaxSymbols / symbolChunk]atomic.Pointer[[symbolChunk]string]
	count   atomic.Uint32
	refused atomic.Uint64
	mu      sync.Mutex // serialises adding, for sources with several goroutines
}

// NewSymbols returns a table with the empty text in it.
func NewSymbols() *Symbols {
	s := &Symbols{numbers: map[string]Symbol{}}
	s.chunks[0].Store(new([symbolChunk]string)) // its first text is the empty one
	s.count.Store(1)
	s.Add([]byte(TooMany))
	return s
}

// Add returns the number of text, which it copies if it is new. It does not allocate for a text that it knows.
func (s *Symbols) Add(text []byte) Symbol {
	if len(text) == 0 {
		return 0
	}
	if len(text) > maxSymbolLen {
		text = text[:maxSymbolLen]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.numbers[string(text)]; ok {
		return n
	}
	n := s.count.Load()
	if n == MaxSymbols {
		s.refused.Add(1)
		return 1
	}
	c := s.chunks[n/symbolChunk].Load()
	if c == nil {
		c = new([symbolChunk]string)
		s.chunks[n/symbolChunk].Store(c)
	}
	t := string(text)
	c[n%symbolChunk] = t
	s.numbers[t] = Symbol(n)
	s.count.Store(n + 1)
	return Symbol(n)
}

// again is Add for a text that is likely to be that of last, which it keeps up to date: a connection names the same
// topic over and over.
func (s *Symbols) again(last *Symbol, text []byte) Symbol {
	if len(text) == 0 {
		return 0
	}
	if s.Text(*last) != string(text) {
		*last = s.Add(text)
	}
	return *last
}

// Text returns the text of n.
func (s *Symbols) Text(n Symbol) string {
	if uint32(n) >= s.count.Load() {
		return ""
	}
	return s.chunks[n/symbolChunk].Load()[n%symbolChunk]
}

// Len is the number of texts.
func (s *Symbols) Len() int { return int(s.count.Load()) }

// Refused is how often a text found no place.
func (s *Symbols) Refused() uint64 { return s.refused.Load() }
