package proxy

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// The end comes behind everything else, however long the peer does not read. Regression: crypto/tls gives its farewell five seconds;
// if there was no room until then, there was no end.
func TestTLSLateEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes more than five seconds")
	}
	t.Parallel()
	near, far := tcpPair(t)
	theirs := newIssuer(t)
	greeted := make(chan error, 1)
	go func() { // in TLS 1.2 nothing more is read then
		greeted <- tls.Client(far, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}).Handshake()
	}()
	conn := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{theirs.server(t, "127.0.0.1")}})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-greeted; err != nil {
		t.Fatal(err)
	}
	near.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	filled := int64(0)
	for some := make([]byte, 4096); ; {
		n, err := near.Write(some)
		if filled += int64(n); os.IsTimeout(err) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	near.SetWriteDeadline(time.Time{})
	ended := make(chan error, 1)
	go func() { ended <- inTLS(conn).(tlsSide).CloseWrite() }()
	select {
	case err := <-ended:
		t.Errorf("it does not wait: %v", err)
	case <-time.After(5500 * time.Millisecond):
	}
	far.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := io.Copy(io.Discard, far)
	if err != nil || n <= filled {
		t.Errorf("%d bytes behind %d others, %v", n-filled, filled, err)
	}
}

// Who waits for room waits no longer when the connection is closed.
func TestTLSEndIsGivenUp(t *testing.T) {
	near, _ := tcpPair(t)
	near.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	for err := error(nil); err == nil; {
		_, err = near.Write(make([]byte, 4096))
	}
	near.SetWriteDeadline(time.Time{})
	done := make(chan bool)
	go func(c net.Conn) {
		waitForRoom(c)
		close(done)
	}(near)
	near.Close()
	<-done
}
