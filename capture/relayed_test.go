package capture

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// heard is a tcp.Stream that remembers.
type heard struct {
	ends   session.Endpoints
	begun  int
	bytes  [2][]byte
	gaps   [2]int64
	closed session.CloseReason
}

func (h *heard) Begin(session.Direction, int64) { h.begun++ }
func (h *heard) Bytes(dir session.Direction, c session.Chunk) {
	h.bytes[dir] = append(h.bytes[dir], c.Bytes...)
}
func (h *heard) Gap(dir session.Direction, _ int64, n int64) { h.gaps[dir] += n }
func (h *heard) Close(_ session.Direction, _ int64, why session.CloseReason) {
	h.closed = why
}

// listen reads one side of a recording back.
func listen(t *testing.T, path string, side pcapfile.Side) []*heard {
	t.Helper()
	files, err := Open([]string{path}, Options{Side: side, NoSpool: true})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var all []*heard
	err = files.Run(context.Background(), func(_ int64, e session.Endpoints, _ session.Direction, _ bool) tcp.Stream {
		all = append(all, &heard{ends: e})
		return all[len(all)-1]
	})
	if err != nil || len(files.Warnings()) > 0 {
		t.Fatal(err, files.Warnings())
	}
	if s := files.Stats(); side != pcapfile.NoSide && s.OtherSide == 0 {
		t.Error("the other side is not counted")
	}
	return all
}

func legs(four bool) Legs {
	a := netip.MustParseAddrPort
	if four {
		return Legs{a("10.0.0.1:40000"), a("10.0.0.2:19876"), a("10.0.0.2:50000"), a("10.0.0.3:9876")}
	}
	return Legs{a("[fd00::1]:40000"), a("[fd00::2]:19876"), a("10.0.0.2:50001"), a("10.0.0.3:9876")}
}

// What was relayed is read back from the file, on both sides as it was there; and each piece of what the client sent and got
// can be read again at once, from the file or from the temporary one.
func TestRelayedIsReadBack(t *testing.T) {
	for _, spool := range []bool{false, true} {
		for _, four := range []bool{true, false} {
			path := filepath.Join(t.TempDir(), "relayed.pcapng")
			o := RelayedOptions{Record: RecordOptions{Path: path, Section: pcapfile.Section{Application: "mqsniff test"}}}
			if spool {
				o.Record.Path, o.Record.Spool = "", 64<<20
			}
			r, err := NewRelayed(o)
			if err != nil {
				t.Fatal(err)
			}
			l := legs(four)
			f := r.Open(1e9, l, "a note")
			random := rand.New(rand.NewPCG(3, 4))
			var read, written [2][]byte // by direction
			type piece struct {
				dir  session.Direction
				ref  session.Ref
				want []byte
			}
			var pieces []piece
			for i := range 200 {
				dir := session.Direction(i % 2)
				in := make([]byte, []int{1, 300, 5000, 200_000}[i%4])
				for i := range in {
					in[i] = byte(random.Uint32())
				}
				out := in
				if i%8 == 3 { // rewritten
					out = append([]byte("other "), in...)
				}
				read[dir], written[dir] = append(read[dir], in...), append(written[dir], out...)
				f.Bytes(int64(2e9+i*1e6), 1000, dir, in, out, func(c session.Chunk) {
					pieces = append(pieces, piece{dir, session.Ref{Offset: c.Offset, Seq: c.Seq}, bytes.Clone(c.Bytes)})
				})
			}
			f.Close(9e9, session.ServerToClient, session.CloseFIN)
			r.Flush()
			e := session.Endpoints{Client: l.Client, Server: l.Upstream}
			for _, p := range pieces {
				got, err := r.ReadAgain(nil, p.ref, e, p.dir, len(p.want))
				if err != nil || !bytes.Equal(got, p.want) {
					t.Fatalf("spool %v: %d bytes again, %v", spool, len(got), err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if spool {
				continue
			}
			for side, want := range map[pcapfile.Side][2][]byte{
				pcapfile.ClientSide:   {read[0], written[1]},
				pcapfile.UpstreamSide: {written[0], read[1]},
			} {
				all := listen(t, path, side)
				if len(all) != 1 || all[0].begun != 2 || all[0].closed != session.CloseFIN || all[0].gaps != [2]int64{} {
					t.Fatalf("side %d: %d connections", side, len(all))
				}
				ends := session.Endpoints{Client: l.Client, Server: l.Listener}
				if side == pcapfile.UpstreamSide {
					ends = session.Endpoints{Client: l.Local, Server: l.Upstream}
				}
				if all[0].ends != ends || !bytes.Equal(all[0].bytes[0], want[0]) || !bytes.Equal(all[0].bytes[1], want[1]) {
					t.Errorf("side %d between %v: %d and %d bytes, want %d and %d, or others", side, all[0].ends,
						len(all[0].bytes[0]), len(all[0].bytes[1]), len(want[0]), len(want[1]))
				}
			}
			if both := listen(t, path, pcapfile.NoSide); len(both) != 2 {
				t.Errorf("%d connections on both sides", len(both))
			}
			checksums(t, path, 400)
		}
	}
}

// checksums lets gopacket compute them anew.
func checksums(t *testing.T, path string, least int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, err := pcapfile.NewReader(file, 0)
	if err != nil {
		t.Fatal(err)
	}
	var p pcapfile.Packet
	n := 0
	for ; reader.Next(&p) == nil; n++ {
		first := gopacket.Decoder(layers.LayerTypeIPv4)
		if p.Data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
		packet := gopacket.NewPacket(p.Data, first, gopacket.Default)
		segment, ok := packet.TransportLayer().(*layers.TCP)
		if !ok {
			t.Fatalf("packet %d: %v", n, packet.ErrorLayer())
		}
		want := segment.Checksum
		if err := segment.SetNetworkLayerForChecksum(packet.NetworkLayer()); err != nil {
			t.Fatal(err)
		}
		out := gopacket.NewSerializeBuffer()
		options := gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}
		var stack []gopacket.SerializableLayer
		if four, ok := packet.NetworkLayer().(*layers.IPv4); ok {
			stack = append(stack, four)
		} else {
			stack = append(stack, packet.NetworkLayer().(*layers.IPv6))
		}
		if err := gopacket.SerializeLayers(out, options, append(stack, segment, gopacket.Payload(segment.Payload))...); err != nil {
			t.Fatal(err)
		}
		if segment.Checksum != want || !bytes.Equal(out.Bytes(), p.Data) {
			t.Fatalf("packet %d: checksum %#x, want %#x", n, want, segment.Checksum)
		}
	}
	if n < least {
		t.Errorf("only %d packets", n)
	}
}

func TestRelayedAllocatesNothing(t *testing.T) {
	r, err := NewRelayed(RelayedOptions{Record: RecordOptions{Spool: 1 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f := r.Open(1, legs(true), "")
	b := make([]byte, 1000)
	deliver := func(session.Chunk) {}
	if n := testing.AllocsPerRun(500, func() { f.Bytes(1, 1, session.ClientToServer, b, b, deliver) }); n > 0 {
		t.Errorf("%v allocations for a run", n)
	}
}
