package proxy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Socks is the Resolve of a SOCKS5 listener (RFC 1928, RFC 1929): the Java client takes one for all its connections
// (-Dcom.rocketmq.socks.proxy.config, NettyRemotingClient.initializeSocksProxy), so that no address needs rewriting. Any
// user name and password do; only CONNECT is served.
type Socks struct {
	// Names finds brokers by name for the one connection that the Java client opens to the wrong place: it answers a
	// transaction check at the remote address of the channel that the check came from (ClientRemotingProcessor), which is
	// this listener. nil: such connections are refused.
	Names *Names
}

// SOCKS5 in numbers (RFC 1928).
const (
	socksVersion     = 5
	socksNoAuth      = 0
	socksPassword    = 2
	socksNoMethod    = 0xff
	socksConnect     = 1
	socksIPv4        = 1
	socksDomain      = 3
	socksIPv6        = 4
	replyDone        = 0
	replyFailed      = 1
	replyUnreachable = 4
	replyRefused     = 5
	replyCommand     = 7
	replyAddress     = 8
)

// Resolve speaks SOCKS5 with a client.
func (s *Socks) Resolve(ctx context.Context, client net.Conn) (Destination, error) {
	target, err := socksRequest(client)
	if err != nil {
		return Destination{}, err
	}
	answer := func(dialed error) error {
		if dialed != nil {
			socksRefuse(client, socksCode(dialed))
			return nil
		}
		_, err := client.Write(socksReply(replyDone))
		return err
	}
	if s.Names != nil && target == client.LocalAddr().String() {
		return s.checkBack(client, answer)
	}
	return Destination{Target: target, Answer: answer}, nil
}

func socksRequest(c net.Conn) (target string, err error) {
	var b [260]byte
	read := func(n int) []byte {
		if err == nil {
			_, err = io.ReadFull(c, b[:n])
		}
		return b[:n]
	}
	head := read(2)
	if err == nil && head[0] != socksVersion {
		return "", fmt.Errorf("this is no SOCKS5 client (first byte %#02x): set the client's SOCKS proxy to this address, not its name server", head[0])
	}
	methods := read(int(head[1]))
	method := byte(socksNoMethod)
	for _, m := range methods {
		if m == socksNoAuth || m == socksPassword && method == socksNoMethod {
			method = m
		}
	}
	if err != nil {
		return "", socksError("greeting", err)
	}
	if method == socksNoMethod {
		socksEnd(c, []byte{socksVersion, socksNoMethod})
		return "", errors.New("the SOCKS5 client offers no way to sign in that is known here: let it use none, or a user name and a password")
	}
	if _, err = c.Write([]byte{socksVersion, method}); err == nil && method == socksPassword {
		n := read(2)[1]
		read(int(n))
		n = read(1)[0]
		read(int(n))
		if err == nil {
			_, err = c.Write([]byte{1, 0})
		}
	}
	request := read(4)
	if err != nil {
		return "", socksError("request", err)
	}
	command := request[1]
	var host string
	switch kind := request[3]; kind {
	case socksIPv4:
		host = netip.AddrFrom4([4]byte(read(4))).String()
	case socksIPv6:
		host = netip.AddrFrom16([16]byte(read(16))).String()
	case socksDomain:
		n := read(1)[0]
		host = string(read(int(n)))
	default:
		socksRefuse(c, replyAddress)
		return "", fmt.Errorf("SOCKS5 address type %d is not known", kind)
	}
	port := binary.BigEndian.Uint16(read(2))
	if err != nil {
		return "", socksError("request", err)
	}
	host, ok := bareHost(host)
	if !ok {
		socksRefuse(c, replyAddress)
		return "", fmt.Errorf("the SOCKS5 client asks for the host %q, which is no name", host)
	}
	if command != socksConnect {
		socksRefuse(c, replyCommand)
		return "", fmt.Errorf("SOCKS5 command %d is not served, only CONNECT", command)
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}

// bareHost is an IP address, which Java sends as a name if it did not look it up, without brackets, or a name. "" is none: it would
// be dialled as this machine.
func bareHost(host string) (string, bool) {
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(bare); err == nil {
		return bare, true
	}
	return host, host != "" && !strings.ContainsAny(host, ":; []")
}

// socksError is about a greeting or a request that did not come. It has no port of the client's, so that the same is said once.
func socksError(what string, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the SOCKS5 %s did not come in time", what)
	case hungUp(err):
		return fmt.Errorf("the client hung up before the end of its SOCKS5 %s; unless it was a health check, set it to SOCKS5", what)
	}
	return fmt.Errorf("SOCKS5 %s: %w", what, withoutAddresses(err))
}

func socksReply(code byte) []byte {
	return []byte{socksVersion, code, 0, socksIPv4, 0, 0, 0, 0, 0, 0}
}

// socksRefuse is the last that a client hears.
func socksRefuse(c net.Conn, code byte) { socksEnd(c, socksReply(code)) }

// socksEnd closes in the regular way behind a last reply (RFC 1928, section 6): a reset could take it away.
func socksEnd(c net.Conn, reply []byte) {
	c.Write(reply)
	c.Close()
}

func socksCode(err error) byte {
	switch {
	case err == nil:
		return replyDone
	case errors.Is(err, syscall.ECONNREFUSED):
		return replyRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return replyUnreachable
	}
	return replyFailed
}
