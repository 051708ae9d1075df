package capture

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

const payloadSize = 1400

// readyRing has blocks of the same packets, up to a number.
type readyRing struct {
	fakeRing
	packets []pcapfile.Packet
	at      int
	seq     uint32
	left    *atomic.Int64 // blocks
	done    context.CancelFunc
}

func (r *readyRing) Wait(time.Duration) error {
	if r.at = 0; r.left.Add(-1) < 0 {
		r.at = len(r.packets)
		r.done()
	}
	return nil
}

func (r *readyRing) Next(p *pcapfile.Packet) bool {
	if r.at == len(r.packets) {
		return false
	}
	*p = r.packets[r.at]
	binary.BigEndian.PutUint32(p.Data[38:], r.seq)
	r.seq += payloadSize
	r.at++
	return true
}

// nowhere is a tcp.Stream.
type nowhere struct{}

func (nowhere) Begin(session.Direction, int64)                      {}
func (nowhere) Bytes(session.Direction, session.Chunk)              {}
func (nowhere) Gap(session.Direction, int64, int64)                 {}
func (nowhere) Close(session.Direction, int64, session.CloseReason) {}

// BenchmarkLive is what a packet costs from the ring to its connection, with one ring or two that share a recording.
func BenchmarkLive(b *testing.B) {
	for _, rings := range []int{1, 2} {
		for _, record := range []RecordOptions{{}, {Spool: 64 << 20}} {
			b.Run(fmt.Sprintf("rings=%d,spool=%d", rings, record.Spool), func(b *testing.B) {
				const perBlock = 700
				ctx, cancel := context.WithCancel(context.Background())
				var left atomic.Int64
				left.Store(int64(b.N/perBlock + 1))
				l, err := openLive(LiveOptions{Record: record}, func(string, *LiveOptions) (all []packetRing, err error) {
					for i := range rings {
						r := &readyRing{left: &left, done: cancel}
						for k := range perBlock {
							data := ethernet(b, sent{payload: make([]byte, payloadSize)})
							data[35] += byte(i) // a client port of its own
							r.packets = append(r.packets, pcapfile.Packet{
								Data: data, Time: int64(k), Original: len(data), Offset: -1, Link: linkEthernet,
							})
						}
						all = append(all, r)
					}
					return all, nil
				})
				check(b, err)
				b.ReportAllocs()
				b.ResetTimer()
				check(b, l.Run(ctx, LiveHandlers{Open: func(int) tcp.Opener {
					return func(int64, session.Endpoints, session.Direction, bool) tcp.Stream { return nowhere{} }
				}}))
				b.SetBytes(54 + payloadSize)
				check(b, l.Close())
			})
		}
	}
}
