//go:build linux

package afpacket

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/mqsniff/mqsniff/capture/pcapfile"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Ring captures packets. Wait, Next, Lost, Behind and Stats are for one goroutine; SetFilter and Wake are for any.
type Ring struct {
	o      Options
	fd     int
	event  int // eventfd: Wake
	memory []byte
	block  int // bytes of each
	turn   int // number of the block that the kernel hands over next
	taken  bool
	losing bool // it is marked so
	walk   walk

	stats Stats
	lost  uint64

	index        int // of the interface; 0: all
	filtersIndex bool
	state        state
	looked       time.Time
	suspect      bool // the kernel said that the interface went down

	mu   sync.Mutex
	user []bpf.RawInstruction
}

// Open begins to capture: from its return on no packet that the filter wants is missing, unless it is counted as lost. It
// returns as many rings as o.Rings says; each is to be read by a goroutine of its own. The error is one line; errors.Is
// ErrNotPermitted when the privilege is missing.
func Open(o Options) ([]*Ring, error) {
	if o.Ring == 0 {
		o.Ring = DefaultRing
	}
	if o.BlockTimeout <= 0 {
		o.BlockTimeout = DefaultBlockTimeout
	}
	o.BlockTimeout = max(o.BlockTimeout, time.Millisecond)
	if o.SnapLen <= 0 || o.SnapLen > MaxSnapLen {
		o.SnapLen = MaxSnapLen
	}
	o.Rings = max(o.Rings, 1)
	if o.Ring < minRing || o.Ring > maxRing {
		return nil, fmt.Errorf("a ring of %d KiB: choose 512 KiB to 1 GiB", o.Ring>>10)
	}
	var rings []*Ring
	for len(rings) < o.Rings {
		r, err := open(o)
		if err != nil {
			return nil, errors.Join(err, closeAll(rings))
		}
		rings = append(rings, r)
		o.Notice, o.Promiscuous = nil, false // the first does it for all
	}
	if err := start(rings); err != nil {
		return nil, errors.Join(err, closeAll(rings))
	}
	return rings, nil
}

func closeAll(rings []*Ring) error {
	var errs []error
	for _, r := range rings {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// open makes one ring that is not bound yet.
func open(o Options) (*Ring, error) {
	r := &Ring{o: o, fd: -1, event: -1, filtersIndex: o.Rings > 1 && o.Interface != Any}
	err := r.open()
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Ring) open() (err error) {
	if r.fd, err = newSocket(unix.SOCK_DGRAM); err != nil {
		return err
	}
	r.walk = walk{link: LinkSLL2, snap: r.o.SnapLen}
	if r.o.Interface != Any {
		d := lookUp(r.fd, r.o.Interface)
		if d.index == 0 {
			return noInterface(r.o.Interface)
		}
		if !d.up() {
			r.become(isDown)
		}
		r.index = d.index
		var kind int
		if r.walk.link, kind = d.link(); kind != unix.SOCK_DGRAM {
			unix.Close(r.fd)
			if r.fd, err = newSocket(kind); err != nil {
				return err
			}
		}
	}
	r.looked = time.Now()
	if r.o.Filter != nil {
		if r.user, err = r.o.Filter(r.walk.link); err != nil {
			return err
		}
	}
	if r.event, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	r.memory, r.block, err = mapRing(r.fd, &r.o)
	return err
}

// start binds the rings of one interface.
func start(rings []*Ring) error {
	group := noGroup
	for _, r := range rings {
		// Until all are members, packets would come twice, and connections would move from one ring to another.
		if err := attach(r.fd, nothing); err != nil {
			return err
		}
		index := r.index
		if r.filtersIndex { // a member cannot be bound again: so it is bound to none
			index = 0
		}
		if err := bind(r.fd, index); err != nil {
			return fmt.Errorf("%s: capturing: %w", r.o.Interface, err)
		}
		if len(rings) > 1 {
			var err error
			if group, err = join(r.fd, group); err != nil {
				return err
			}
		}
	}
	rings[0].promiscuous()
	for _, r := range rings {
		if err := r.attachLocked(); err != nil {
			return err
		}
	}
	return nil
}

// attachLocked attaches the filter, with mu held or before anybody else knows r.
func (r *Ring) attachLocked() error {
	index := 0
	if r.filtersIndex {
		index = r.index
	}
	p, err := program(index, r.user, r.o.SnapLen)
	if err != nil {
		return err
	}
	return attach(r.fd, p)
}

func (r *Ring) promiscuous() {
	if !r.o.Promiscuous {
		return
	}
	if r.o.Interface == Any {
		r.notice("promiscuous mode needs an interface by name: capturing without")
	} else if err := promiscuous(r.fd, r.index); err != nil {
		r.notice("%s: promiscuous mode: %v: capturing without", r.o.Interface, err)
	}
}

// Link is the link type of the packets.
func (r *Ring) Link() uint32 { return r.walk.link }

// SetFilter chooses other packets, from now on: no packet that both programs want is lost, and packets that are in the ring
// already still come.
func (r *Ring) SetFilter(program []bpf.RawInstruction) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.user
	r.user = program
	err := r.attachLocked()
	if err != nil {
		r.user = before
	}
	return err
}

// Stop lets no further packet into the ring. Those in it still come, within Options.BlockTimeout.
func (r *Ring) Stop() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return attach(r.fd, nothing)
}

// Wait gives the previous block back to the kernel, so what Next returned is borrowed no more, and waits for the next: until
// there is one, the timeout has passed or Wake was called. It is for Next to say whether there are packets. An error is
// final.
func (r *Ring) Wait(timeout time.Duration) error {
	r.release()
	if !r.take() {
		if err := r.poll(timeout); err != nil {
			return err
		}
		r.take()
	}
	r.lost = 0
	// The kernel marks a block when packets were lost since it was asked last. When it is asked without a block, there is
	// none that was filled before the loss.
	if !r.taken || r.losing {
		r.ask()
	}
	if r.o.Interface != Any {
		r.watch()
	}
	return nil
}

// Next makes the block's next packet in p, without a place in a file. Its Data is borrowed until Wait. false: there is none.
func (r *Ring) Next(p *pcapfile.Packet) bool { return r.walk.next(p) }

// Lost is how many packets were lost before the block that Wait found, and after the one before; those lost since, while it
// waited to be read, are among them. Where Wait found none, they were lost before whatever comes.
func (r *Ring) Lost() uint64 { return r.lost }

// Behind tells whether half of the ring, or more, waits behind the block that Wait found: packets come faster than they are
// read.
func (r *Ring) Behind() bool {
	n := len(r.memory) / r.block
	return atomic.LoadUint32(r.status((r.turn+n/2)%n))&unix.TP_STATUS_USER != 0 // blocks are filled in turn
}

// Stats returns the counts as of the latest Wait.
func (r *Ring) Stats() Stats {
	s := r.stats
	s.Damaged = r.walk.damaged
	return s
}

// Wake ends the present Wait, or the next. It must not be called after Close.
func (r *Ring) Wake() {
	unix.Write(r.event, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // fails when it holds 2^64-1 wakes already
}

// Close ends the capture. Packets that were not read are lost, those that were are no longer there.
func (r *Ring) Close() error {
	var errs []error
	if r.memory != nil {
		errs = append(errs, unix.Munmap(r.memory))
		r.memory, r.walk = nil, walk{link: r.walk.link}
	}
	for _, fd := range []*int{&r.fd, &r.event} {
		if *fd >= 0 {
			errs = append(errs, unix.Close(*fd))
			*fd = -1
		}
	}
	return errors.Join(errs...)
}

// status is the word of a block by which kernel and process hand it to each other.
func (r *Ring) status(block int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.memory[block*r.block+blockStatus]))
}

// take takes the next block, if it is there.
func (r *Ring) take() bool {
	status := atomic.LoadUint32(r.status(r.turn))
	r.taken, r.losing = status&unix.TP_STATUS_USER != 0, status&unix.TP_STATUS_LOSING != 0
	if r.taken {
		at := r.turn * r.block
		r.walk.begin(r.memory[at : at+r.block : at+r.block])
	}
	return r.taken
}

// ask gets the counts since it asked last.
func (r *Ring) ask() {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return
	}
	r.stats.Packets += uint64(s.Packets - s.Drops)
	r.stats.Drops += uint64(s.Drops)
	r.stats.Freezes += uint64(s.Freeze_q_cnt)
	r.lost = uint64(s.Drops)
}

func (r *Ring) release() {
	if r.taken {
		atomic.StoreUint32(r.status(r.turn), unix.TP_STATUS_KERNEL)
		r.turn = (r.turn + 1) % (len(r.memory) / r.block)
		r.taken = false
	}
	r.walk.left = 0
}

// poll waits for a block.
func (r *Ring) poll(timeout time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}, {Fd: int32(r.event), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, int(timeout.Milliseconds())); err != nil {
		if errors.Is(err, unix.EINTR) { // as good as the timeout
			return nil
		}
		return fmt.Errorf("%s: waiting for packets: %w", r.o.Interface, err)
	}
	if fds[1].Revents != 0 {
		var b [8]byte
		unix.Read(r.event, b[:])
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR) // takes the error away, too
		if err == nil && code != 0 && unix.Errno(code) != unix.ENETDOWN {
			err = unix.Errno(code)
		}
		if err != nil {
			return fmt.Errorf("%s: capturing: %w", r.o.Interface, err)
		}
		r.suspect = true
	}
	if fds[0].Revents&(unix.POLLHUP|unix.POLLNVAL) != 0 {
		return fmt.Errorf("%s: capturing: the socket is closed", r.o.Interface)
	}
	return nil
}
