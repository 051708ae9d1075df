package session

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// mysqlGreeting knows a server's first packet: length, sequence number 0, version 10 of the protocol, the server's version.
func mysqlGreeting(b []byte, _ bool) (int, string, verdict) {
	const head = 5
	if len(b) < head+1 {
		if len(b) > 3 && b[3] != 0 || len(b) > 4 && b[4] != 10 {
			return 0, "", nothing
		}
		return 0, "", undecided
	}
	if b[2] != 0 || b[3] != 0 || b[4] != 10 || b[head] < '0' || b[head] > '9' {
		return 0, "", nothing
	}
	version := b[head:min(len(b), head+64)]
	i := bytes.IndexByte(version, 0)
	switch {
	case i < 0 && len(b) < head+64:
		return 0, "", undecided
	case i < 0:
		return 0, "", nothing
	}
	n := 4 + int(binary.LittleEndian.Uint16(b))
	if len(b) < n {
		return 0, "", undecided
	}
	return n, "MySQL greeting: server " + string(version[:i]), found
}

// mongoQuery knows the head of a message: length, id, 0, and OP_QUERY or OP_MSG, all little-endian.
func mongoQuery(b []byte, _ bool) (int, string, verdict) {
	const head, query, msg = 16, 2004, 2013
	if len(b) < head {
		if len(b) > 3 && b[3] != 0 {
			return 0, "", nothing
		}
		return 0, "", undecided
	}
	op := binary.LittleEndian.Uint32(b[12:])
	if b[3] != 0 || binary.LittleEndian.Uint32(b[8:]) != 0 || op != query && op != msg {
		return 0, "", nothing
	}
	return head, "MongoDB", found
}

// rdpRequest knows a connection request (X.224 in TPKT), with the cookie that names the user.
func rdpRequest(b []byte, _ bool) (int, string, verdict) {
	const head, request, cookie = 11, 0xE0, "Cookie: mstshash="
	switch {
	case b[0] != 3 || len(b) > 1 && b[1] != 0 || len(b) > 2 && b[2] != 0:
		return 0, "", nothing
	case len(b) < 6:
		return 0, "", undecided
	}
	n := int(b[3])
	if n < head || int(b[4]) != n-5 || b[5] != request {
		return 0, "", nothing
	}
	if len(b) < n {
		return 0, "", undecided
	}
	note := "RDP connection request"
	if rest, ok := bytes.CutPrefix(b[head:n], []byte(cookie)); ok {
		name, _, _ := bytes.Cut(rest, []byte("\r"))
		note += ", user " + string(name)
	}
	return n, note, found
}

// socks5 knows a greeting (RFC 1928): version, number of methods, the methods, of which clients offer the first three.
func socks5(b []byte, _ bool) (int, string, verdict) {
	switch {
	case b[0] != 5 || len(b) > 1 && (b[1] == 0 || b[1] > 3):
		return 0, "", nothing
	case len(b) < 2 || len(b) < 2+int(b[1]):
		return 0, "", undecided
	}
	n := 2 + int(b[1])
	for _, method := range b[2:n] {
		if method > 2 {
			return 0, "", nothing
		}
	}
	return n, "SOCKS5 greeting", found
}

// mqttConnect knows a CONNECT packet by the name of its protocol.
func mqttConnect(b []byte, _ bool) (int, string, verdict) {
	if b[0] != 0x10 {
		return 0, "", nothing
	}
	for i := 1; i <= 4 && i < len(b); i++ {
		if b[i] >= 0x80 {
			continue
		}
		v := max(match(b[i+1:], "\x00\x04MQTT"), match(b[i+1:], "\x00\x06MQIsdp"))
		return i + 1, "MQTT", v
	}
	if len(b) > 4 {
		return 0, "", nothing
	}
	return 0, "", undecided
}

// dubbo knows the head of a message: magic, flags with a serialization, status, id, length.
func dubbo(b []byte, _ bool) (int, string, verdict) {
	const head, requestBit, lastSerialization = 16, 0x80, 31
	if v := match(b, "\xDA\xBB"); v != found {
		return 0, "", v
	}
	if len(b) < head {
		return 0, "", undecided
	}
	if binary.BigEndian.Uint32(b[12:]) > 64<<20 || b[2]&lastSerialization == 0 {
		return 0, "", nothing
	}
	if b[2]&requestBit != 0 {
		return head, "Dubbo request", found
	}
	return head, "Dubbo answer", found
}

// smb knows the head of a message, which stands behind a length.
func smb(prefix, note string) func([]byte, bool) (int, string, verdict) {
	const head = 4
	return func(b []byte, _ bool) (int, string, verdict) {
		return head + len(prefix), note, match(b[head:], prefix)
	}
}

// kafkaRequest knows a request by its key and version, and a client id that fits: int32 length, int16 key, int16 version,
// int32 correlation id, int16 length of the client id.
func kafkaRequest(b []byte, _ bool) (int, string, verdict) {
	const head, lastKey, lastVersion = 14, 92, 20
	length, key, version := binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	if length < head-4 || key > lastKey || version > lastVersion {
		return 0, "", nothing
	}
	if len(b) < head {
		return 0, "", undecided
	}
	n := head + int(binary.BigEndian.Uint16(b[head-2:]))
	if n == head || n > head+200 || n > 4+int(length) {
		return 0, "", nothing
	}
	if len(b) < n {
		return 0, "", undecided
	}
	for _, c := range b[head:n] {
		if c <= ' ' || c >= 0x7F {
			return 0, "", nothing
		}
	}
	return n, fmt.Sprintf("Kafka request: key %d, version %d, client %s", key, version, b[head:n]), found
}

// postgres knows a request for TLS, and a start of protocol 3 with its parameters.
func postgres(b []byte, _ bool) (int, string, verdict) {
	const sslRequest, version3 = "\x00\x00\x00\x08\x04\xD2\x16\x2F", 196608
	if match(b, sslRequest) == found {
		return len(sslRequest), "PostgreSQL: asks for TLS", found
	}
	if binary.BigEndian.Uint32(b[4:]) != version3 {
		return 0, "", nothing
	}
	if v := match(b[8:], "user\x00"); v != found {
		return 0, "", v
	}
	return 8 + len("user\x00"), "PostgreSQL start", found
}

// dnsVersion knows the question for version.bind that scanners send.
func dnsVersion(b []byte, _ bool) (int, string, verdict) {
	const name, head = "\x07version\x04bind", 14
	if binary.BigEndian.Uint16(b[6:]) != 1 {
		return 0, "", nothing
	}
	v := match(b[min(len(b), head):], name)
	return head + len(name), "DNS question for version.bind: a scanner's probe", v
}
