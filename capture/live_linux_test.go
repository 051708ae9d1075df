package capture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/mqsniff/mqsniff/capture/tcp"
	"github.com/mqsniff/mqsniff/session"
)

// namespace runs the calling test again in a user and network namespace of its own, where it may capture. It returns true
// there; outside the test is over.
func namespace(t *testing.T) bool {
	t.Helper()
	const inside = "MQSNIFF_TEST_NAMESPACE"
	if os.Getenv(inside) != "" {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Skipf("the loopback interface stays down: %v %s", err, out)
		}
		return true
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "60s")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		t.Skipf("no namespace can be made here: %v", err)
	}
	t.Logf("in a namespace:\n%s", out)
	if err != nil {
		t.Fatal("failed in the namespace")
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("skipped in the namespace")
	}
	return false
}

// echo sends random bytes on a new loopback connection and takes them back. It returns its ends, and the bytes: two connections
// to different servers may have the same client's port.
func echo(t *testing.T, seed uint64, n int) (ends session.Endpoints, sent []byte) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return ends, nil
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			io.Copy(c, c)
			c.Close()
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return ends, nil
	}
	defer c.Close()
	r := rand.New(rand.NewPCG(seed, 0))
	sent = make([]byte, n)
	for i := range sent {
		sent[i] = byte(r.UintN(256))
	}
	go func() {
		c.Write(sent)
		c.(*net.TCPConn).CloseWrite()
	}()
	if back, err := io.ReadAll(c); err != nil || !bytes.Equal(back, sent) {
		t.Errorf("%d bytes came back, %v", len(back), err)
	}
	client, server := c.LocalAddr().(*net.TCPAddr), c.RemoteAddr().(*net.TCPAddr)
	return session.Endpoints{Client: client.AddrPort(), Server: server.AddrPort()}, sent
}

// TestLiveLoopback: what real connections say is there when the capture ends, with one ring and with two.
func TestLiveLoopback(t *testing.T) {
	if !namespace(t) {
		return
	}
	const connections, size = 8, 300_000
	for _, o := range []LiveOptions{
		{}, {Rings: 2}, {Interfaces: []string{"lo"}}, {Interfaces: []string{"lo"}, Rings: 2},
	} {
		name := fmt.Sprint(o.Interfaces, o.Rings)
		o.Record = RecordOptions{Spool: 64 << 20}
		l, err := OpenLive(o)
		check(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		all := make([][]*received, l.Rings())
		done := make(chan error)
		go func() {
			done <- l.Run(ctx, LiveHandlers{Open: func(ring int) tcp.Opener { return opener(&all[ring]) }})
		}()
		var mu sync.Mutex
		said := map[session.Endpoints][]byte{}
		var wg sync.WaitGroup
		for i := range connections {
			wg.Go(func() {
				ends, sent := echo(t, uint64(i), size)
				mu.Lock()
				defer mu.Unlock()
				said[ends] = sent
			})
		}
		wg.Wait()
		cancel() // the last packets are still in the kernel
		check(t, <-done)
		if s := l.Stats(); s.Drops > 0 || s.TCP.Gaps > 0 || s.TCP.Connections != connections || s.Malformed > 0 || s.UnknownLink > 0 {
			t.Errorf("%s: %+v", name, s)
		}
		for _, ring := range all {
			for _, r := range ring {
				want := said[r.ends]
				if !bytes.Equal(r.bytes[0], want) || !bytes.Equal(r.bytes[1], want) {
					t.Errorf("%s: %v: %d and %d bytes of %d", name, r.ends, len(r.bytes[0]), len(r.bytes[1]), len(want))
				}
				delete(said, r.ends)
			}
		}
		if len(said) > 0 {
			t.Errorf("%s: %d connections are missing", name, len(said))
		}
		for _, ring := range all {
			if len(ring) > 0 {
				readAgain(t, name, l, ring[0])
			}
		}
		check(t, l.Close())
	}
}

func TestLiveInterfaces(t *testing.T) {
	all, err := Interfaces()
	check(t, err)
	for _, i := range all {
		if i.Loopback && i.Index > 0 && i.Link == linkEthernet && i.MTU > 0 {
			return
		}
	}
	t.Errorf("no loopback interface in %+v", all)
}
