package proxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"iter"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Ports chooses where the listeners of brokers are bound. Which broker gets which port depends on its address alone, as
// far as ports are free, so that clients find it again when the proxy is started again.
type Ports struct {
	strategy   string
	low, high  uint16                    // range
	offset     int                       // offset
	static     map[string]netip.AddrPort // static
	remembered *remembered
}

// DefaultPorts is what is used when nothing is said.
const DefaultPorts = "range:20000-20999"

// ParsePorts reads a strategy:
//
//	range:20000-20999  a free pair of ports, port and port - 2, in the range
//	offset:10000       the broker's own port plus a number
//	loopback           the broker's own port, on an address 127.x.y.z for each broker host (Linux)
//	static:FILE        lines of REAL=LISTEN, both host:port
func ParsePorts(text string) (Ports, error) {
	kind, rest, _ := strings.Cut(text, ":")
	p := Ports{strategy: kind}
	switch kind {
	case "range":
		low, high, ok := strings.Cut(rest, "-")
		l, err1 := strconv.ParseUint(low, 10, 16)
		h, err2 := strconv.ParseUint(high, 10, 16)
		if !ok || err1 != nil || err2 != nil || l < 1 || h < l+3 {
			return p, fmt.Errorf("%q: write range:FIRST-LAST, such as %s; it takes at least four ports", text, DefaultPorts)
		}
		p.low, p.high = uint16(l), uint16(h)
	case "offset":
		n, err := strconv.Atoi(rest)
		if err != nil || n == 0 || n <= -65535 || n >= 65535 {
			return p, fmt.Errorf("%q: write offset:NUMBER, such as offset:10000", text)
		}
		p.offset = n
	case "loopback":
		if rest != "" {
			return p, fmt.Errorf("%q: loopback takes no value", text)
		}
	case "static":
		b, err := os.ReadFile(rest)
		if err != nil {
			return p, err
		}
		p.static = map[string]netip.AddrPort{}
		for i, line := range strings.Split(string(b), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			real, listen, ok := strings.Cut(line, "=")
			at, err := netip.ParseAddrPort(strings.TrimSpace(listen))
			if _, _, wrong := net.SplitHostPort(strings.TrimSpace(real)); !ok || err != nil || wrong != nil {
				return p, fmt.Errorf("%s:%d: write BROKER-HOST:PORT=LISTEN-IP:PORT", rest, i+1)
			}
			if real = strings.TrimSpace(real); p.static[real].IsValid() {
				return p, fmt.Errorf("%s:%d: %s has a line already", rest, i+1, real)
			}
			p.static[real] = at
		}
	default:
		return p, fmt.Errorf("%q: ports are range:FIRST-LAST, offset:NUMBER, loopback or static:FILE", text)
	}
	return p, nil
}

// Remember keeps the choices for the brokers behind a name server in a file, which is read now and written with new ones.
// What it has of the brokers behind another name server is forgotten.
func (p *Ports) Remember(path, nameServer string) error {
	r := &remembered{path: path}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, r)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w: it has no ports; name another with --ports-file, or delete it", path, err)
	}
	if r.NameServer != nameServer || r.Ports == nil {
		r.NameServer, r.Ports = nameServer, map[string]uint16{}
	}
	p.remembered = r
	return nil
}

// remembered are ports by broker address, in a file.
type remembered struct {
	path       string
	mu         sync.Mutex
	changed    bool              // since it was written
	failed     bool              // to write, which was told
	NameServer string            `json:"namesrv"`
	Ports      map[string]uint16 `json:"ports"`
}

// known are the brokers that there are ports for already, in order.
func (p *Ports) known() []string {
	if p.strategy == "static" {
		return slices.Sorted(maps.Keys(p.static))
	}
	r := p.remembered
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.Ports))
}

// chosen is told what became of candidates.
func (p *Ports) chosen(real string, at netip.AddrPort) {
	r := p.remembered
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Ports[real] == at.Port() || len(r.Ports) >= maxBrokers {
		return
	}
	r.Ports[real] = at.Port()
	r.changed = true
}

// forget is told which broker is listened for no longer.
func (p *Ports) forget(real string) {
	r := p.remembered
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.Ports, real)
	r.changed = true
}

// save writes the file, if it has changed. An error is told once.
func (p *Ports) save() error {
	r := p.remembered
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.changed {
		return nil
	}
	r.changed = false
	err := r.write()
	if err == nil || r.failed {
		return nil
	}
	r.failed = true
	return err
}

// write replaces the file: whoever reads it, or ends the program now, finds the old one or the new one.
func (r *remembered) write() error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	dir, name := filepath.Split(r.path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Clean(dir), "."+name+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// String is a range as it is written.
func (p Ports) String() string { return fmt.Sprintf("%s:%d-%d", p.strategy, p.low, p.high) }

// pairs tells whether a port without its VIP port is not taken.
func (p *Ports) pairs() bool { return p.strategy == "range" }

// candidates are the addresses to try for a broker, best first.
func (p *Ports) candidates(real string, listen netip.Addr) iter.Seq2[netip.AddrPort, error] {
	return func(yield func(netip.AddrPort, error) bool) {
		host, portText, _ := net.SplitHostPort(real)
		port, _ := strconv.Atoi(portText)
		switch p.strategy {
		case "offset":
			if n := port + p.offset; n > 2 && n <= 65535 {
				yield(netip.AddrPortFrom(listen, uint16(n)), nil)
				return
			}
			yield(netip.AddrPort{}, fmt.Errorf("its port %d with the offset %d is no port", port, p.offset))
		case "loopback":
			h := hash(host)
			for i := range uint32(64) {
				n := (h+i)%(1<<24-2) + 2 // 127.0.0.2 and up
				if !yield(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, byte(n >> 16), byte(n >> 8), byte(n)}), uint16(port)), nil) {
					return
				}
			}
		case "static":
			at, ok := p.static[real]
			if !ok {
				yield(netip.AddrPort{}, errors.New("the file of ports does not have it"))
				return
			}
			yield(at, nil)
		default:
			p.fromRange(real, listen, yield)
		}
	}
}

// fromRange yields ports so that no port is the VIP port of another: of four in a row the third and the fourth.
func (p *Ports) fromRange(real string, listen netip.Addr, yield func(netip.AddrPort, error) bool) {
	if r := p.remembered; r != nil {
		r.mu.Lock()
		port, ok := r.Ports[real]
		r.mu.Unlock()
		if ok && port >= p.low+2 && port <= p.high && !yield(netip.AddrPortFrom(listen, port), nil) {
			return
		}
	}
	pairs := (uint32(p.high) - uint32(p.low) + 1) / 4 * 2
	first := hash(real)
	for i := range pairs {
		n := (first + i) % pairs
		port := uint32(p.low) + n/2*4 + 2 + n%2
		if !yield(netip.AddrPortFrom(listen, uint16(port)), nil) {
			return
		}
	}
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}
