package demo

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// maxPeers is how many connections a server has at a time.
const maxPeers = 512

// server accepts connections and serves what comes by them, one goroutine each, and one that writes.
type server struct {
	listener net.Listener
	address  string
	voice    *voice
	handle   func(*peer, *command)
	gone     func(*peer) // after the last call of handle for it

	mu     sync.Mutex
	peers  map[*peer]struct{}
	closed bool
	group  sync.WaitGroup
}

// listen opens the listener; serve makes it work.
func listen(address string, v *voice) (*server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: choose another address", address, err)
	}
	return &server{listener: l, address: l.Addr().String(), voice: v, peers: map[*peer]struct{}{}}, nil
}

func (s *server) serve() {
	s.group.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // no more files: later there are
				time.Sleep(50 * time.Millisecond)
				continue
			}
			p := newPeer(conn, s.voice, s.handle)
			if !s.enter(p) {
				conn.Close()
			}
		}
	})
}

func (s *server) enter(p *peer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.peers) >= maxPeers {
		return false
	}
	s.peers[p] = struct{}{}
	s.group.Go(func() {
		p.run()
		s.gone(p)
		s.mu.Lock()
		delete(s.peers, p)
		s.mu.Unlock()
	})
	return true
}

// close ends all connections and waits for their goroutines.
func (s *server) close() error {
	err := s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for p := range s.peers {
		p.close()
	}
	s.mu.Unlock()
	s.group.Wait()
	return err
}
