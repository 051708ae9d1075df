package session

import "github.com/mqsniff/mqsniff/decode"

// connChunk is the number of connections that are allocated, and forgotten, together.
const connChunk = 1024

// keptConns is how many connections are remembered whatever became of them: about 13 MB.
const keptConns = 64 << 10

// maxConns bounds the connections that are remembered, about 200 MB: beyond it the oldest go, even if they are open.
const maxConns = 1 << 20

// connTable is what a Store knows of connections, by their numbers. Beyond keptConns it forgets those that are closed and of
// which the Store has no events any more, so that a capture of any length ends with the memory that it has.
type connTable struct {
	chunks []*connectionChunk // nil: forgotten
	count  uint32             // the highest number
	held   int                // chunks that are not forgotten
}

type connectionChunk struct {
	stats [connChunk]ConnStat
	open  int    // connections whose end was not seen
	last  uint32 // number of the latest event of any of them
}

// chunk is where a connection is described; nil: it is not, or it is forgotten.
func (t *connTable) chunk(number uint32) *connectionChunk {
	if number == 0 || number > t.count {
		return nil
	}
	return t.chunks[(number-1)/connChunk]
}

// extend makes room for a connection. Events up to gone are given up.
func (t *connTable) extend(number, gone uint32) {
	for uint32(len(t.chunks)) <= (number-1)/connChunk {
		c := new(connectionChunk)
		for i := range c.stats {
			c.stats[i] = ConnStat{
				Number: uint32(len(t.chunks)*connChunk+i) + 1, Language: decode.LanguageNone, ServerLanguage: decode.LanguageNone,
			}
		}
		t.forget(gone)
		t.chunks = append(t.chunks, c)
		t.held++
	}
	t.count = number
}

func (t *connTable) forget(gone uint32) {
	for i := 0; i < len(t.chunks) && t.held >= keptConns/connChunk; i++ {
		if c := t.chunks[i]; c != nil && (c.open == 0 && c.last <= gone || t.held >= maxConns/connChunk) {
			t.chunks[i] = nil
			t.held--
		}
	}
}

// Conns is the number of connections seen.
func (s *Store) Conns() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return int(s.conns.count)
}

// Conn returns what is known of the connection with that number. Of one that is forgotten that is its number and its State.
// false: there is none.
func (s *Store) Conn(number uint32) (ConnStat, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if number == 0 || number > s.conns.count {
		return ConnStat{}, false
	}
	if c := s.conns.chunk(number); c != nil {
		return c.stats[(number-1)%connChunk], true
	}
	return ConnStat{Number: number, State: ConnGone, Language: decode.LanguageNone, ServerLanguage: decode.LanguageNone}, true
}
