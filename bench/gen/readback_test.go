package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"slices"
	"testing"
)

// This file reads a generated capture again, in the plainest way and with code of its own: all of a direction's
// segments are put at their places, then the stream is cut. It fails the test on whatever is not right.

type flow struct {
	src, dst [6]byte // address and port
}

type stream struct {
	isn      uint32
	segments map[uint32][]byte // by position; the first wins
}

func readBack(t *testing.T, file []byte) *truth {
	t.Helper()
	got := newTruth()
	got.Bytes = int64(len(file))
	live := map[flow]*stream{}
	var order []flow
	last := int64(0)
	for _, p := range packetsOf(t, file) {
		got.Packets++
		if p.time <= last {
			t.Fatalf("packet %d: time %d µs after %d", got.Packets, p.time, last)
		}
		last = p.time
		f, seq, flags, payload := segment(t, p.data)
		if flags&syn != 0 {
			if flags&ack == 0 {
				got.Connections++
			}
			if live[f] != nil {
				t.Fatalf("ports %v used again", f)
			}
			live[f] = &stream{isn: seq + 1, segments: map[uint32][]byte{}}
			order = append(order, f)
		}
		s := live[f]
		if s == nil {
			t.Fatalf("packet %d: no SYN on %v", got.Packets, f)
		}
		if len(payload) > 0 {
			if at := seq - s.isn; len(s.segments[at]) == 0 {
				s.segments[at] = payload
			} else if !bytes.Equal(s.segments[at], payload) {
				t.Fatalf("packet %d: a retransmission with other bytes", got.Packets)
			}
		}
	}
	type question struct {
		conn   flow
		opaque int32
	}
	asked := map[question]int32{}
	var answers [][]byte
	var from []flow
	for _, f := range order {
		b := live[f].bytes(t)
		for len(b) > 0 {
			if len(b) < 8 || len(b) < 4+int(binary.BigEndian.Uint32(b)) {
				t.Fatalf("stream %v ends inside a frame", f)
			}
			n := 4 + int(binary.BigEndian.Uint32(b))
			h, _, _ := decodeFrame(t, b[:n])
			if h.flag == flagResponse {
				answers, from = append(answers, b[:n]), append(from, f)
			} else {
				countFrame(t, got, h.code, b[:n])
				if h.flag == flagRequest {
					asked[question{f, h.opaque}] = h.code
				}
			}
			b = b[n:]
		}
	}
	for i, b := range answers {
		h, _, _ := decodeFrame(t, b)
		q := question{flow{from[i].dst, from[i].src}, h.opaque}
		code, ok := asked[q]
		if !ok {
			t.Fatalf("an answer without request: %+v", h)
		}
		delete(asked, q)
		countFrame(t, got, code, b)
	}
	if int(got.Unanswered) != len(asked) {
		t.Errorf("%d requests are open, counted %d", len(asked), got.Unanswered)
	}
	return got
}

func countFrame(t *testing.T, got *truth, operation int32, frame []byte) {
	h, binaryForm, body := decodeFrame(t, frame)
	messages := 0
	switch {
	case operation == sendMessageV2 && h.flag != flagResponse:
		messages = 1
	case operation == pullMessage && h.flag == flagResponse:
		messages = countRecords(t, body)
	case operation == heartBeat && h.flag == flagRequest, operation == getRoute && h.flag == flagResponse && h.code == success:
		if !json.Valid(body) {
			t.Fatalf("body of %d: %q", operation, body)
		}
	}
	got.frame(operation, &h, binaryForm, len(frame), messages)
}

func countRecords(t *testing.T, b []byte) (n int) {
	for ; len(b) > 0; n++ {
		size := int(binary.BigEndian.Uint32(b))
		if size > len(b) || binary.BigEndian.Uint32(b[4:]) != 0xDAA320A7 {
			t.Fatalf("record %d: %x", n, b[:min(len(b), 88)])
		}
		body := b[88 : 88+int(binary.BigEndian.Uint32(b[84:]))]
		if crc32.ChecksumIEEE(body)&0x7FFFFFFF != binary.BigEndian.Uint32(b[8:]) {
			t.Fatalf("record %d: bodyCRC", n)
		}
		p := 88 + len(body)
		p += 1 + int(b[p])
		if p += 2 + int(binary.BigEndian.Uint16(b[p:])); p != size {
			t.Fatalf("record %d has %d bytes, says %d", n, p, size)
		}
		b = b[size:]
	}
	return n
}

// decodeFrame returns what the count needs of a header, and the body.
func decodeFrame(t *testing.T, b []byte) (h header, binaryForm bool, body []byte) {
	word := binary.BigEndian.Uint32(b[4:])
	end := 8 + int(word&0xFFFFFF)
	if end > len(b) {
		t.Fatalf("header of %d bytes in a frame of %d", end-8, len(b))
	}
	head, body := b[8:end], b[end:]
	if word>>24 == 1 {
		h.code, h.opaque, h.flag = int32(int16(binary.BigEndian.Uint16(head))), int32(binary.BigEndian.Uint32(head[5:])), int32(binary.BigEndian.Uint32(head[9:]))
		p := 17 + int(binary.BigEndian.Uint32(head[13:]))
		if p+4+int(binary.BigEndian.Uint32(head[p:])) != len(head) {
			t.Fatalf("binary header %q", head)
		}
		for p += 4; p < len(head); {
			p += 2 + int(binary.BigEndian.Uint16(head[p:]))
			p += 4 + int(binary.BigEndian.Uint32(head[p:]))
		}
		return h, true, body
	}
	var j struct {
		Code, Opaque, Flag int32
		Language           string
		Version            int
		ExtFields          map[string]string
	}
	if err := json.Unmarshal(head, &j); err != nil || j.Language != "JAVA" || j.Version != version533 {
		t.Fatalf("JSON header %q: %v", head, err)
	}
	h.code, h.opaque, h.flag = j.Code, j.Opaque, j.Flag
	return h, false, body
}

func (s *stream) bytes(t *testing.T) []byte {
	var at []uint32
	for p := range s.segments {
		at = append(at, p)
	}
	slices.Sort(at)
	var b []byte
	for _, p := range at {
		seg := s.segments[p]
		if int(p) > len(b) {
			t.Fatalf("a hole of %d bytes at %d", int(p)-len(b), len(b))
		}
		if known := b[p:min(len(b), int(p)+len(seg))]; !bytes.Equal(known, seg[:len(known)]) {
			t.Fatalf("overlap at %d differs", p)
		}
		b = append(b, seg[min(len(seg), len(b)-int(p)):]...)
	}
	return b
}

// segment checks Ethernet, IPv4 and TCP of a packet.
func segment(t *testing.T, b []byte) (f flow, seq uint32, flags byte, payload []byte) {
	be := binary.BigEndian
	ip := b[14:]
	if be.Uint16(b[12:]) != 0x0800 || ip[0] != 0x45 || ip[9] != 6 || int(be.Uint16(ip[2:])) != len(ip) {
		t.Fatalf("packet %x", b[:54])
	}
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(be.Uint16(ip[i:]))
	}
	if sum&0xFFFF+sum>>16 != 0xFFFF {
		t.Fatalf("IP checksum of %x", ip[:20])
	}
	tcp := ip[20:]
	copy(f.src[:], ip[12:16])
	copy(f.dst[:], ip[16:20])
	copy(f.src[4:], tcp[:2])
	copy(f.dst[4:], tcp[2:4])
	return f, be.Uint32(tcp[4:]), tcp[13], tcp[tcp[12]>>4*4:]
}

type packet struct {
	time int64
	data []byte
}

func packetsOf(t *testing.T, b []byte) (all []packet) {
	le := binary.LittleEndian
	if le.Uint32(b) == 0xA1B2C3D4 {
		for b = b[24:]; len(b) > 0; {
			n := le.Uint32(b[8:])
			all = append(all, packet{int64(le.Uint32(b))*1e6 + int64(le.Uint32(b[4:])), b[16 : 16+n]})
			b = b[16+n:]
		}
		return all
	}
	for len(b) > 0 {
		n := le.Uint32(b[4:])
		if n%4 != 0 || le.Uint32(b[n-4:]) != n {
			t.Fatalf("block of %d bytes", n)
		}
		if le.Uint32(b) == 6 {
			all = append(all, packet{int64(le.Uint32(b[12:]))<<32 + int64(le.Uint32(b[16:])), b[28 : 28+le.Uint32(b[20:])]})
		}
		b = b[n:]
	}
	return all
}
