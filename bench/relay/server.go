package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"net"
)

// serve is the process behind the relays. It answers what it is asked, in order, until standard input ends.
func serve(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answer(c)
		}
	}()
	untilStopped()
	return nil
}

// answering is one connection of the server.
type answering struct {
	net.Conn
	send, pull form
	out        []byte
	apart      bool      // each answer is written by itself
	in, back   hash.Hash // of what was read and written; nil until asked for
}

// answer reads as much as there is, and writes when it has answered all of it, or after each where that was asked for.
func answer(c net.Conn) {
	defer c.Close()
	a := &answering{Conn: c, send: sendAnswer()}
	buf := make([]byte, 2<<10) // grows where more comes: idle connections are many
	have := 0
	for {
		n, err := c.Read(buf[have:])
		if err != nil {
			return
		}
		have += n
		b := buf[:have]
		for len(b) >= 8 {
			size := 4 + int(binary.BigEndian.Uint32(b))
			if size > len(b) {
				break
			}
			if err := a.frame(b[:size]); err != nil {
				return
			}
			b = b[size:]
		}
		if err := a.flush(); err != nil {
			return
		}
		if have == len(buf) && len(buf) < 64<<10 {
			buf = append(buf, make([]byte, len(buf))...)
		}
		have = copy(buf, b)
	}
}

func (a *answering) frame(b []byte) error {
	header := b[8:min(len(b), 8+int(binary.BigEndian.Uint32(b[4:])))]
	opaque, err := opaqueOf(header)
	if err != nil {
		return err
	}
	f := &a.send
	switch {
	case bytes.HasPrefix(header, []byte(`{"code":11,`)):
		if a.pull.bytes == nil {
			a.pull = pullAnswer()
		}
		f = &a.pull
	case bytes.HasPrefix(header, []byte(`{"code":901001,`)):
		a.in, a.back = sha256.New(), sha256.New()
	case bytes.HasPrefix(header, []byte(`{"code":901003,`)):
		a.apart = true
	case bytes.HasPrefix(header, []byte(`{"code":901002,`)):
		if err := a.flush(); err != nil {
			return err
		}
		sums := newForm(0, 1, `"a":"b"`, a.back.Sum(a.in.Sum(nil)), 0)
		f = &sums
	}
	if a.in != nil {
		a.in.Write(b)
	}
	f.set(opaque)
	a.out = append(a.out, f.bytes...)
	if a.apart || len(a.out) >= 64<<10 {
		return a.flush()
	}
	return nil
}

func (a *answering) flush() error {
	if len(a.out) == 0 {
		return nil
	}
	if a.back != nil {
		a.back.Write(a.out)
	}
	_, err := a.Write(a.out)
	if a.out = a.out[:0]; cap(a.out) > 1<<20 {
		a.out = nil
	}
	return err
}

// readAnswer reads one whole frame.
func readAnswer(r io.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	b := append(head, make([]byte, binary.BigEndian.Uint32(head))...)
	_, err := io.ReadFull(r, b[4:])
	return b, err
}
