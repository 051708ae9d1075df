package session

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

var haEnds = Endpoints{netip.MustParseAddrPort("10.0.0.3:40000"), netip.MustParseAddrPort("10.0.0.2:10912")}

func int64s(v ...uint64) (s string) {
	for _, n := range v {
		s += string(binary.BigEndian.AppendUint64(nil, n))
	}
	return s
}

func int32s(v ...uint32) (s string) {
	for _, n := range v {
		s += string(binary.BigEndian.AppendUint32(nil, n))
	}
	return s
}

// commitLogOf is n bytes of commit log: one record whose body has a frame in it.
func commitLogOf(n int) string {
	s := int32s(uint32(n), magicV1) + "\x00\x01" + string(frame(310, 1, 0, `"b":"T"`, ""))
	return s + strings.Repeat("x", n-len(s))
}

func packet(offset uint64, data string) string {
	return int64s(offset) + int32s(uint32(len(data))) + data
}

func transfer(offset uint64, epoch uint32, data string) string {
	return int32s(haTransferring, uint32(len(data))) + int64s(offset) + int32s(epoch) + int64s(100, offset) + data
}

func haSamples() []struct {
	sample
	ends      Endpoints
	handshake bool
} {
	log := commitLogOf(500)
	handshake := int32s(haHandshake) + "\x00\x01\x00\x00" + int64s(2)
	hello := int32s(haHandshake, 24) + int64s(5000) + int32s(3)
	epochs := int32s(1) + int64s(0) + int32s(3) + int64s(4000)
	slave, master := "garbage c2s 8 HA stream: a slave broker ", "garbage s2c 12 HA stream of a master broker: commit log from offset "
	return []struct {
		sample
		ends      Endpoints
		handshake bool
	}{
		{sample{"an empty slave", int64s(0, 500, 500), packet(0, "") + packet(0, log) + packet(500, ""), []string{
			slave + "with an empty commit log", master + "0 on",
			"garbage c2s 16 HA stream: 3 reports of the slave, the last: commit log up to offset 500 +",
			"garbage s2c 524 HA stream of a master broker: 500 bytes of commit log in 1 packet, 2 heartbeats, up to offset 500 +"}}, haEnds, true},
		{sample{"a commit log of many GB", int64s(0x12_3456_7890, 0x12_3456_7890), packet(0x12_3456_7890, log), []string{
			slave + "that has the commit log up to offset 78187493520", master + "78187493520 on",
			"garbage c2s 8 HA stream: 2 reports of the slave, the last: commit log up to offset 78187493520 +",
			"garbage s2c 500 HA stream of a master broker: 500 bytes of commit log in 1 packet, 0 heartbeats, up to offset 78187494020 +"}}, haEnds, true},
		{sample{"another port", int64s(1498, 1498), packet(1498, "") + packet(1498, ""), []string{
			"garbage c2s 16 HA stream: a slave broker that has the commit log up to offset 1498",
			"garbage s2c 12 HA stream of a master broker: commit log from offset 1498 on",
			"garbage s2c 12 HA stream of a master broker: 0 bytes of commit log in 0 packets, 2 heartbeats, up to offset 1498 +"}}, ends, true},
		{sample{"another port, known by its contents", int64s(0), packet(0, "") + packet(0, log), []string{
			"garbage s2c 24 HA stream of a master broker: commit log from offset 0 on",
			slave + "with an empty commit log",
			"garbage s2c 500 HA stream of a master broker: 500 bytes of commit log in 1 packet, 1 heartbeat, up to offset 500 +"}}, ends, true},
		{sample{"another port, zeros first", int64s(0, 0, 0, 0), packet(0, log), []string{
			"garbage s2c 12 HA stream of a master broker: commit log from offset 0 on",
			"garbage c2s 32 HA stream; 32 bytes not followed +",
			"garbage s2c 500 HA stream of a master broker: 500 bytes of commit log in 1 packet, 0 heartbeats, up to offset 500 +"}}, ends, true},
		{sample{"from the middle", int64s(1498, 1498, 1998), packet(1498, "") + packet(1498, log), []string{
			"garbage c2s 16 HA stream: a slave broker that has the commit log up to offset 1498",
			"garbage s2c 12 HA stream of a master broker: commit log from offset 1498 on",
			"garbage c2s 8 HA stream: 3 reports of the slave, the last: commit log up to offset 1998 +",
			"garbage s2c 512 HA stream of a master broker: 500 bytes of commit log in 1 packet, 1 heartbeat, up to offset 1998 +"}}, haEnds, false},
		{sample{"from the middle on another port", "", packet(1498, log), []string{
			"garbage s2c 12 HA stream of a master broker: commit log from offset 1498 on",
			"garbage s2c 500 HA stream of a master broker: 500 bytes of commit log in 1 packet, 0 heartbeats, up to offset 1998 +"}}, ends, false},
		{sample{"controller", handshake + int32s(haTransferring) + int64s(5000), hello + epochs + transfer(5000, 3, log) + transfer(5500, 3, ""), []string{
			"garbage c2s 16 HA stream with controller: slave broker number 2, syncs from the last file",
			"garbage s2c 44 HA stream of a master broker with controller: commit log up to offset 5000, epoch 3",
			"garbage c2s 12 HA stream: 1 report of the slave, the last: commit log up to offset 5000 +",
			"garbage s2c 572 HA stream of a master broker: 500 bytes of commit log in 1 packet, 1 heartbeat, up to offset 5500, epoch 3, all replicas up to 5500 +"}}, ends, true},
		{sample{"controller of 5.0", int32s(haHandshake) + "\x00\x00\x00\x01" + int32s(14) + "10.0.0.3:10911" + int32s(haTransferring) + int64s(5000),
			hello + int64s(0, 0) + epochs + transfer(5000, 3, ""), []string{
				"garbage c2s 26 HA stream with controller: slave broker 10.0.0.3:10911, asynchronous learner",
				"garbage s2c 60 HA stream of a master broker with controller: commit log up to offset 5000, epoch 3",
				"garbage c2s 12 HA stream: 1 report of the slave, the last: commit log up to offset 5000 +",
				"garbage s2c 36 HA stream of a master broker: 0 bytes of commit log in 0 packets, 1 heartbeat, up to offset 5000, epoch 3, all replicas up to 5000 +"}}, ends, true},
		{sample{"controller, from the middle", int32s(haTransferring) + int64s(5000) + int32s(haTransferring) + int64s(5000), transfer(5000, 3, log), []string{
			"garbage c2s 24 HA stream with controller, begun before the capture: commit log at offset 5000",
			"garbage s2c 36 HA stream with controller, begun before the capture: commit log at offset 5500",
			"garbage s2c 500 HA stream of a master broker: 500 bytes of commit log in 1 packet, 0 heartbeats, up to offset 5500, epoch 3, all replicas up to 5000 +"}}, haEnds, false},
		{sample{"an end of the form", int64s(500, 500) + "HELLO, WORLD" + string(frame(105, 1, 0, "", "")), "", []string{
			"garbage c2s 8 HA stream: a slave broker that has the commit log up to offset 500",
			"garbage c2s 16 HA stream: 2 reports of the slave, the last: commit log up to offset 500 +",
			"garbage c2s 4", "request c2s 105"}}, haEnds, true},
	}
}

func TestHAStream(t *testing.T) {
	for _, x := range haSamples() {
		for _, size := range []int{10000, 1, 5, 30} {
			if got := tell(t, x.ends, x.handshake, x.c2s, x.s2c, size); !reflect.DeepEqual(got, x.want) {
				t.Errorf("%s in segments of %d:\ngot  %q\nwant %q", x.name, size, got, x.want)
			}
		}
	}
}

func TestHAStreamCutOff(t *testing.T) {
	for _, x := range haSamples() {
		if strings.Contains(x.name, "form") {
			continue
		}
		for n := range len(x.s2c) + 1 {
			total := 0
			for _, w := range tell(t, x.ends, x.handshake, x.c2s, x.s2c[:n], 10000) {
				var kind, dir string
				var length int
				fmt.Sscan(w, &kind, &dir, &length)
				total += length
			}
			if total != len(x.c2s)+n {
				t.Errorf("%s: %d bytes went in, events have %d", x.name, len(x.c2s)+n, total)
			}
		}
	}
}

// TestRemotingOnTheHAPort: the port alone proves nothing.
func TestRemotingOnTheHAPort(t *testing.T) {
	c2s, s2c := conversation()
	for _, handshake := range []bool{true, false} {
		cuts := 1
		if !handshake {
			cuts = 300
		}
		for from := range cuts {
			frames := 0
			for _, w := range tell(t, haEnds, handshake, string(c2s[from:]), string(s2c[from:]), 1000) {
				if strings.HasPrefix(w, "request") || strings.HasPrefix(w, "response") {
					frames++
				}
				if strings.Contains(w, "HA stream") {
					t.Errorf("begun at byte %d: %s", from, w)
				}
			}
			if frames < 40-6 {
				t.Errorf("begun at byte %d: %d frames", from, frames)
			}
		}
	}
}

func TestGapsInAnHAStream(t *testing.T) {
	log := commitLogOf(500)
	all := packet(0, "") + packet(0, log) + packet(500, log)
	for _, x := range []struct {
		from, to int
		want     []string
	}{
		{100, 300, []string{"garbage s2c 12 HA stream of a master broker: commit log from offset 0 on", "gap s2c 200",
			"garbage s2c 824 HA stream of a master broker: 800 bytes of commit log in 2 packets, 1 heartbeat, up to offset 1000 +"}},
		{100, 530, []string{"garbage s2c 12 HA stream of a master broker: commit log from offset 0 on", "gap s2c 430",
			"garbage s2c 594 HA stream: 1 unit, 76 bytes of commit log, 1 heartbeat, up to offset 500; 506 bytes not followed +"}},
	} {
		r := &recorder{}
		s := New(Options{}, r.handle)
		st := &stream{c: s.Open(0, haEnds, ClientToServer, true)}
		st.c.Begin(ServerToClient, 0)
		st.send(ServerToClient, []byte(all[:x.from]))
		st.lose(ServerToClient, x.to-x.from)
		st.send(ServerToClient, []byte(all[x.to:]))
		s.End()
		if got := words(s, r.events); !reflect.DeepEqual(got, x.want) {
			t.Errorf("gap from %d to %d:\ngot  %q\nwant %q", x.from, x.to, got, x.want)
		}
	}
}
