package capture

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
	"github.com/pierrec/lz4/v4"
)

// sent is one packet for a test capture.
type sent struct {
	at       int64 // ns
	fromPeer bool
	syn      bool
	seq, ack uint32
	payload  []byte
}

var (
	clientAddr = netip.MustParseAddrPort("10.0.0.1:40000")
	serverAddr = netip.MustParseAddrPort("10.0.0.2:10911")
)

// ethernet serialises with gopacket.
func ethernet(t testing.TB, s sent) []byte {
	src, dst := clientAddr, serverAddr
	if s.fromPeer {
		src, dst = dst, src
	}
	ip := &layers.IPv4{
		Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP,
		SrcIP: net.IP(src.Addr().AsSlice()), DstIP: net.IP(dst.Addr().AsSlice()),
	}
	h := &layers.TCP{
		SrcPort: layers.TCPPort(src.Port()), DstPort: layers.TCPPort(dst.Port()),
		Seq: s.seq, Ack: s.ack, SYN: s.syn, ACK: s.ack != 0, PSH: true,
	}
	if err := h.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	b := gopacket.NewSerializeBuffer()
	e := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
	o := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, o, e, ip, h, gopacket.Payload(s.payload)); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), make([]byte, max(0, 60-len(b.Bytes())))...) // Ethernet's padding
}

// pcap and pcapng write the packets of a test capture.
func pcap(t testing.TB, packets []sent) []byte {
	var b bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	check(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for _, s := range packets {
		p := ethernet(t, s)
		check(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, s.at), CaptureLength: len(p), Length: len(p)}, p))
	}
	return b.Bytes()
}

func pcapng(t testing.TB, packets []sent) []byte {
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	check(t, err)
	for _, s := range packets {
		p := ethernet(t, s)
		check(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, s.at), CaptureLength: len(p), Length: len(p)}, p))
	}
	check(t, w.Flush())
	return b.Bytes()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func compress(t testing.TB, how string, plain []byte) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gz":
		w = gzip.NewWriter(&b)
	case "zst":
		w, _ = zstd.NewWriter(&b)
	case "lz4":
		w = lz4.NewWriter(&b)
	default:
		return plain
	}
	_, err := w.Write(plain)
	check(t, err)
	check(t, w.Close())
	return b.Bytes()
}

func file(t testing.TB, name string, content []byte) string {
	path := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(path, content, 0o600))
	return path
}

// received is what came of one connection; it is a tcp.Stream.
type received struct {
	ends   session.Endpoints
	bytes  [2][]byte
	chunks [2][]session.Chunk // Bytes are copies
	gaps   [2]int64
}

func (r *received) Begin(session.Direction, int64) {}
func (r *received) Bytes(dir session.Direction, c session.Chunk) {
	c.Bytes = bytes.Clone(c.Bytes)
	r.bytes[dir] = append(r.bytes[dir], c.Bytes...)
	r.chunks[dir] = append(r.chunks[dir], c)
}
func (r *received) Gap(dir session.Direction, _ int64, n int64)         { r.gaps[dir] += n }
func (r *received) Close(session.Direction, int64, session.CloseReason) {}

// run reads files to their end.
func run(t testing.TB, o Options, paths ...string) (*Files, []*received) {
	t.Helper()
	f, err := Open(paths, o)
	check(t, err)
	t.Cleanup(func() { f.Close() })
	var all []*received
	check(t, f.Run(context.Background(), opener(&all)))
	return f, all
}

func opener(all *[]*received) tcp.Opener {
	return func(_ int64, e session.Endpoints, _ session.Direction, _ bool) tcp.Stream {
		*all = append(*all, &received{ends: e})
		return (*all)[len(*all)-1]
	}
}

// conversation makes a stream in each direction, in segments that overlap, repeat and swap places.
func conversation(seed uint64) (packets []sent, streams [2][]byte) {
	r := rand.New(rand.NewPCG(seed, 3))
	var isn [2]uint32
	for dir := range streams {
		isn[dir] = ^uint32(0) - uint32(r.IntN(3000))
		streams[dir] = make([]byte, 5000)
		for i := range streams[dir] {
			streams[dir][i] = byte(r.UintN(256))
		}
	}
	packets = append(packets, sent{syn: true, seq: isn[0]}, sent{syn: true, fromPeer: true, seq: isn[1], ack: isn[0] + 1})
	var at [2]int
	for at[0] < 5000 || at[1] < 5000 {
		dir := r.IntN(2)
		s := streams[dir]
		from := max(0, at[dir]-r.IntN(2)*r.IntN(200))
		to := min(from+r.IntN(600), len(s))
		packets = append(packets, sent{fromPeer: dir == 1, seq: isn[dir] + 1 + uint32(from), payload: s[from:to]})
		at[dir] = max(at[dir], to)
	}
	for i := 2; i < len(packets)-1; i++ {
		if k := 2 + r.IntN(len(packets)-2); r.IntN(4) == 0 && max(i-k, k-i) < 6 {
			packets[i], packets[k] = packets[k], packets[i]
		}
	}
	for i := range packets {
		packets[i].at = 1700000000e9 + int64(i)*1000
	}
	return packets, streams
}
