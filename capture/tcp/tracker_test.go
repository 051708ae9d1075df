package tcp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestHandshakeDataFIN(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 100, 0, "")
	b.server(2, "SA", 500, 101, "")
	b.client(3, "A", 101, 501, "")
	b.client(4, "A", 101, 501, "ping")
	b.server(5, "A", 501, 105, "pong")
	b.client(6, "FA", 105, 505, "")
	b.server(7, "FA", 505, 106, "")
	b.client(8, "A", 106, 506, "")  // makes no new connection
	b.server(9, "FA", 505, 106, "") // nor does a FIN again
	b.server(9, "A", 501, 106, "pong")
	b.client(9, "R", 106, 0, "")
	b.client(9, "S", 100, 0, "")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "ping" 4
	1 s2c "pong" 5
	1 c2s close fin 7`)
	if got := b.Stats(); got.Retransmitted != 4 || got.Connections != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAcknowledgmentDeclaresHoleBeforeAnswer(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.server(1, "SA", 0, 1, "")
	b.client(2, "A", 1, 1, "ab")
	b.client(3, "A", 6, 1, "fg") // cde is lost
	b.client(4, "A", 9, 1, "ij") // h too
	b.server(5, "A", 1, 11, "answer")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "ab" 2
	1 c2s gap 3 3
	1 c2s "fg" 3
	1 c2s gap 1 4
	1 c2s "ij" 4
	1 s2c "answer" 5`)
}

func TestAcknowledgmentAheadOfItsBytes(t *testing.T) {
	// Two queues of a network card: the acknowledgment was captured before the bytes. They are not given up.
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.server(1, "SA", 0, 1, "")
	b.server(2, "A", 1, 4, "")
	b.client(3, "A", 1, 1, "abc")
	b.client(4, "A", 7, 1, "gh") // not acknowledged: waits
	b.client(5, "A", 4, 1, "def")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "abc" 3
	1 c2s "def" 5
	1 c2s "gh" 5`)
}

func TestHoleTimeout(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "A", 1, 0, "ab")
	b.client(10, "A", 5, 0, "ef")
	b.client(11, "A", 7, 0, "gh")
	b.client(2009, "A", 9, 0, "ij")
	other := EndOf(netip.MustParseAddrPort("10.0.0.9:1"))
	b.send(other, serverEnd, 2010, "S", 1, 0, "", 0) // time moves on by another connection
	b.client(2011, "A", 3, 0, "cd")                  // too late
	b.expect(t, `1 open c2s handshake=false 1
	1 c2s "ab" 1
	1 c2s gap 2 10
	1 c2s "ef" 10
	1 c2s "gh" 11
	1 c2s "ij" 2009
	2 open c2s handshake=true 2010
	2 begin c2s`)
}

func TestTimesFollowThePackets(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.client(5, "A", 6, 0, "f")  // after the hole a
	b.client(6, "A", 3, 0, "cd") // fills up to e
	b.client(7, "A", 1, 0, "ab")
	b.client(8, "A", 5, 0, "e")
	b.client(9, "A", 9, 0, "i") // gh is lost
	b.client(10, "A", 8, 0, "h")
	b.End()
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 c2s "ab" 7
	1 c2s "cd" 7
	1 c2s "e" 8
	1 c2s "f" 8
	1 c2s gap 1 10
	1 c2s "h" 10
	1 c2s "i" 10`)
}

func TestFirstCapturedWins(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.client(2, "A", 3, 0, "CD")
	b.client(3, "A", 6, 0, "FG")
	b.client(4, "A", 2, 0, "bcdefgh")
	b.client(5, "A", 1, 0, "axxxxxxxxi")
	b.client(6, "A", 1, 0, "yyyyyyyyyyyk")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 c2s "a" 5
	1 c2s "b" 5
	1 c2s "CD" 5
	1 c2s "e" 5
	1 c2s "FG" 5
	1 c2s "h" 5
	1 c2s "xi" 5
	1 c2s "yk" 6`)
	if s := b.Stats(); s.Conflicts == 0 {
		t.Errorf("%+v", s)
	}
}

func TestReusedPorts(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 100, 0, "")
	b.client(2, "S", 100, 0, "") // again
	b.server(3, "SA", 500, 101, "")
	b.server(3, "SA", 500, 101, "")
	b.client(4, "A", 101, 501, "one")
	b.client(5, "A", 200, 501, "held")
	b.client(6, "S", 9000, 0, "")
	b.server(7, "SA", 7000, 9001, "")
	b.client(8, "A", 9001, 7001, "two")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "one" 4
	1 c2s gap 96 5
	1 c2s "held" 5
	1 c2s close ports reused 6
	2 open c2s handshake=true 6
	2 begin c2s
	2 begin s2c
	2 c2s "two" 8`)
}

func TestSYNBehindItsAnswer(t *testing.T) {
	b := newBench(Options{})
	b.server(1, "SA", 500, 101, "")
	b.client(2, "S", 100, 0, "")
	b.client(3, "A", 101, 501, "one")
	b.expect(t, `1 open s2c handshake=true 1
	1 begin s2c
	1 begin c2s
	1 c2s "one" 3`)
	if e := b.ends[0]; e.Client.Port() != 40000 || e.Server.Port() != 10911 {
		t.Error(e)
	}
}

func TestSYNAfterData(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "A", 7, 0, "old")
	b.client(2, "S", 100, 0, "")
	b.client(3, "A", 101, 501, "new")
	b.expect(t, `1 open c2s handshake=false 1
	1 c2s "old" 1
	1 c2s close ports reused 2
	2 open c2s handshake=true 2
	2 begin c2s
	2 c2s "new" 3`)
}

func TestRolesWithoutHandshake(t *testing.T) {
	for _, c := range []struct{ src, dst, client string }{
		{"10.0.0.2:10911", "10.0.0.1:40000", "10.0.0.1:40000"},
		{"10.0.0.1:40000", "10.0.0.2:10911", "10.0.0.1:40000"},
		{"10.0.0.1:9000", "10.0.0.2:10911", "10.0.0.2:10911"},
		{"10.0.0.2:10911", "10.0.0.1:10911", "10.0.0.2:10911"},
		{"[2001:db8::2]:10911", "[2001:db8::1]:10911", "[2001:db8::2]:10911"},
		{"[2001:db8::1]:1", "[2001:db8::2]:2", "[2001:db8::2]:2"},
	} {
		b := newBench(Options{})
		b.send(EndOf(netip.MustParseAddrPort(c.src)), EndOf(netip.MustParseAddrPort(c.dst)), 1, "A", 1, 1, "x", 0)
		if got := b.ends[0].Client.String(); got != c.client {
			t.Errorf("%s to %s: client is %s", c.src, c.dst, got)
		}
	}
}

func TestNoConnectionWithoutPayload(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "A", 1, 1, "")
	b.client(1, "FA", 1, 1, "")
	b.client(1, "R", 1, 1, "")
	b.client(1, "RS", 1, 1, "")
	b.expect(t, "")
}

func TestReset(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 100, 0, "")
	b.server(2, "RA", 0, 101, "") // refused
	b.client(3, "S", 900, 0, "")
	b.server(4, "SA", 5000, 901, "")
	b.client(5, "A", 901, 5001, "abc")
	b.client(6, "A", 910, 5001, "def")
	b.client(7, "R", 900+1<<30, 0, "") // of some older connection
	b.client(8, "R", 913, 0, "")
	b.server(9, "A", 5001, 904, "late") // was on its way
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 s2c close rst 2
	2 open c2s handshake=true 3
	2 begin c2s
	2 begin s2c
	2 c2s "abc" 5
	2 c2s gap 6 6
	2 c2s "def" 6
	2 c2s close rst 8
	3 open s2c handshake=false 9
	3 s2c "late" 9`)
}

func TestFINAheadOfBytes(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.server(1, "SA", 0, 1, "")
	b.client(2, "FA", 4, 1, "")
	b.server(3, "FA", 1, 1, "")
	b.client(4, "A", 1, 1, "abc")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "abc" 4
	1 c2s close fin 4`)
}

func TestSilenceAfterFIN(t *testing.T) {
	b := newBench(Options{})
	b.client(0, "A", 1, 1, "ab")
	b.client(1, "FA", 3, 1, "")
	b.server(50_000, "A", 1, 3, "still here")
	other := EndOf(netip.MustParseAddrPort("10.0.0.9:1"))
	b.send(other, serverEnd, 100_000, "A", 1, 0, "x", 0)
	b.send(other, serverEnd, 170_000, "A", 2, 0, "x", 0)
	b.expect(t, `1 open c2s handshake=false 0
	1 c2s "ab" 0
	1 s2c "still here" 50000
	2 open s2c handshake=false 100000
	2 s2c "x" 100000
	1 c2s close fin 170000
	2 s2c "x" 170000`)
}

func TestKeepAlive(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 100, 0, "")
	b.client(2, "A", 100, 1, "\x00") // before the first byte
	b.client(3, "A", 101, 1, "abc")
	b.client(4, "A", 103, 1, "\x00")
	b.client(5, "A", 103, 1, "")
	b.client(6, "A", 104, 1, "def")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 c2s "abc" 3
	1 c2s "def" 6`)
	if s := b.Stats(); s.KeepAlives != 2 {
		t.Errorf("%+v", s)
	}
}

func TestPayloadOnSYN(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", ^uint32(0), 0, "fast")
	b.client(2, "A", 4, 1, "open")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 c2s "fast" 1
	1 c2s "open" 2`)
}

func TestSnapLength(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "S", 0, 0, "")
	b.server(1, "SA", 0, 1, "")
	b.send(clientEnd, serverEnd, 2, "A", 1, 1, "ab", 8)
	b.server(3, "A", 1, 11, "answer") // comes after the gap: the request's bytes will not come
	b.send(clientEnd, serverEnd, 4, "A", 11, 1, "", 5)
	b.send(clientEnd, serverEnd, 5, "A", 16, 1, "cd", 1)
	b.send(clientEnd, serverEnd, 6, "A", 11, 1, "", 5) // again
	b.send(clientEnd, serverEnd, 7, "A", 25, 1, "ij", 1)
	b.send(clientEnd, serverEnd, 8, "A", 19, 1, "efg", 3) // fills, but is cut itself
	b.send(clientEnd, serverEnd, 9, "FA", 28, 1, "", 0)
	b.server(9, "A", 7, 29, "")
	b.expect(t, `1 open c2s handshake=true 1
	1 begin c2s
	1 begin s2c
	1 c2s "ab" 2
	1 c2s gap 8 2
	1 s2c "answer" 3
	1 c2s gap 5 2
	1 c2s "cd" 5
	1 c2s gap 1 5
	1 c2s "efg" 8
	1 c2s gap 3 8
	1 c2s "ij" 8
	1 c2s gap 1 8`)
}

func TestLimits(t *testing.T) {
	b := newBench(Options{SideBuffer: 1000, Buffer: 1500})
	ends := make([]End, 3)
	for i := range ends {
		ends[i] = EndOf(netip.MustParseAddrPort(fmt.Sprintf("10.0.1.%d:40000", i+1)))
		b.send(ends[i], serverEnd, 1, "A", 1, 0, "a", 0)
	}
	x := strings.Repeat("x", 400)
	b.send(ends[0], serverEnd, 2, "A", 10, 0, x, 0)
	b.send(ends[0], serverEnd, 3, "A", 1000, 0, x, 0) // more than a side may hold
	if b.Stats().Forced != 1 || b.Stats().GapBytes != 8 {
		t.Errorf("%+v", b.Stats())
	}
	b.send(ends[1], serverEnd, 4, "A", 10, 0, x, 0)
	b.send(ends[2], serverEnd, 5, "A", 10, 0, x, 0) // more than all may hold: the oldest hole goes
	if b.Stats().Forced != 2 || b.heldBytes > 1500 {
		t.Errorf("%+v", b.Stats())
	}
	if got := len(b.streams[0].bytes[0]); got != 999+400 {
		t.Errorf("%d bytes of the first", got)
	}
	b.End()
	if b.heldBytes != 0 || b.holes.Len() != 0 {
		t.Errorf("%d bytes held, %d holes", b.heldBytes, b.holes.Len())
	}
}

func TestManySmallSegmentsBehindAHole(t *testing.T) {
	b := newBench(Options{})
	b.client(1, "A", 0, 0, "a")
	for i := range uint32(3 * maxHeldSegments) {
		b.client(1, "A", 10+2*i, 0, "b")
	}
	if n := len(b.table[key{clientEnd, serverEnd}].sides[0].held); n > maxHeldSegments {
		t.Errorf("%d segments held", n)
	}
}

func TestEviction(t *testing.T) {
	b := newBench(Options{Connections: 2})
	for i := range 3 {
		e := EndOf(netip.MustParseAddrPort(fmt.Sprintf("10.0.1.%d:40000", i+1)))
		b.send(e, serverEnd, int64(i), "A", 1, 0, "a", 0)
		b.send(e, serverEnd, int64(i), "A", 3, 0, "c", 0)
	}
	b.expect(t, `1 open c2s handshake=false 0
	1 c2s "a" 0
	2 open c2s handshake=false 1
	2 c2s "a" 1
	1 c2s gap 1 0
	1 c2s "c" 0
	1 c2s close connection table full 2
	3 open c2s handshake=false 2
	3 c2s "a" 2`)
	if b.Stats().Evicted != 1 || len(b.table) != 2 {
		t.Errorf("%+v, %d in the table", b.Stats(), len(b.table))
	}
}

func TestShortConnectionsAreForgotten(t *testing.T) {
	b := newBench(Options{})
	for i := range uint32(100_000) {
		e := clientEnd
		e.lo += uint64(i)
		b.send(e, serverEnd, int64(i), "S", i, 0, "", 0)
		b.send(serverEnd, e, int64(i), "RA", 0, i+1, "", 0)
	}
	if len(b.table) > maxClosed || b.live.Len() != 0 || b.halfClosed.Len() != 0 {
		t.Errorf("%d in the table, %d live", len(b.table), b.live.Len())
	}
}

// TestSameSum: connections whose ends have the same sum stay apart, and each keeps its ends.
func TestSameSum(t *testing.T) {
	b := newBench(Options{})
	ends := [][2]End{
		{clientEnd, serverEnd},
		{EndOf(netip.MustParseAddrPort("10.0.0.1:10911")), EndOf(netip.MustParseAddrPort("10.0.0.2:40000"))},
		{EndOf(netip.MustParseAddrPort("10.0.0.0:40000")), EndOf(netip.MustParseAddrPort("10.0.0.3:10911"))},
	}
	for i, e := range ends {
		if sum(&e[0], &e[1]) != sum(&ends[0][1], &ends[0][0]) {
			t.Fatalf("connection %d has another sum", i)
		}
		b.send(e[0], e[1], 1, "S", 100, 0, "", 0)
	}
	for n := range 3 {
		for _, e := range ends {
			b.send(e[0], e[1], 2, "A", uint32(101+n), 501, string(rune('a'+n)), 0)
			b.send(e[1], e[0], 3, "A", uint32(501+n), uint32(102+n), string(rune('x'+n)), 0)
		}
	}
	if len(b.streams) != len(ends) {
		t.Fatalf("%d connections", len(b.streams))
	}
	for i, s := range b.streams {
		if string(s.bytes[0]) != "abc" || string(s.bytes[1]) != "xyz" || b.ends[i].Client != ends[i][0].AddrPort() {
			t.Errorf("connection %d of %s: %q, %q", i, b.ends[i].Client, s.bytes[0], s.bytes[1])
		}
	}
}
