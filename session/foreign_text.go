package session

import (
	"bytes"
	"strings"
)

// line knows a protocol by how its first line, or its first bytes, begin. A note that ends in a blank gets the line.
func line(prefix, note string) func([]byte, bool) (int, string, verdict) {
	const longest = 255
	return func(b []byte, final bool) (int, string, verdict) {
		if v := match(b, prefix); v != found {
			return 0, "", v
		}
		if !strings.HasSuffix(note, " ") {
			return len(prefix), note, found
		}
		text, n, v := firstLine(b, longest, final)
		return n, note + text, v
	}
}

// firstLine is the first line of b, of at most most bytes, and its length with its end.
func firstLine(b []byte, most int, final bool) (text string, n int, v verdict) {
	b = b[:min(len(b), most)]
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return strings.TrimSuffix(string(b[:i]), "\r"), i + 1, found
	}
	if !final && len(b) < most {
		return "", 0, undecided
	}
	return strings.TrimSuffix(string(b), "\r"), len(b), found
}

// methods are those of HTTP, RTSP and SIP that clients and scanners begin with, each with the blank behind it.
var methods = [...]string{"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "CONNECT ", "PATCH ", "TRACE "}

// httpRequest knows a request by its method and the protocol at the end of its first line.
func httpRequest(b []byte, final bool) (int, string, verdict) {
	may := nothing
	for _, m := range methods {
		may = max(may, match(b, m))
	}
	if may != found {
		return 0, "", may
	}
	text, n, v := firstLine(b, maxForeign, final)
	if v != found {
		return 0, "", v
	}
	request, protocol, ok := cutLast(text, " ")
	name, _, version := strings.Cut(protocol, "/")
	switch {
	case ok && version && (name == "HTTP" || name == "SIP" || name == "RTSP"):
		text = name + " request: " + request
	case final && n == len(b):
		text = "HTTP request, cut off: " + text
	default:
		return 0, "", nothing
	}
	return httpHead(b, n, text, final)
}

func httpAnswer(b []byte, final bool) (int, string, verdict) {
	if v := match(b, "HTTP/1."); v != found {
		return 0, "", v
	}
	text, n, v := firstLine(b, maxForeign, final)
	if v != found {
		return 0, "", v
	}
	_, status, ok := strings.Cut(text, " ")
	if !ok {
		return 0, "", nothing
	}
	return httpHead(b, n, "HTTP answer: "+status, final)
}

// httpHead waits for the end of the head, which begins with a line of n bytes.
func httpHead(b []byte, n int, note string, final bool) (int, string, verdict) {
	if i := bytes.Index(b[n-min(n, 2):], []byte("\r\n\r\n")); i >= 0 {
		return n - min(n, 2) + i + 4, note, found
	}
	if !final {
		return 0, "", undecided
	}
	return len(b), note, found
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// redisCommand knows an array of strings, as clients send commands (RESP): "*1\r\n$4\r\nPING\r\n".
func redisCommand(b []byte, final bool) (int, string, verdict) {
	n := 0
	for _, sign := range [...]string{"*", "$"} {
		if v := match(b[n:], sign); v != found {
			return 0, "", v
		}
		digits := len(b[n+1:]) - len(bytes.TrimLeft(b[n+1:], "0123456789"))
		n += 1 + digits
		if v := match(b[n:], "\r\n"); v == nothing || digits > 6 || digits == 0 && len(b) > n {
			return 0, "", nothing
		} else if v != found {
			return 0, "", undecided
		}
		n += 2
	}
	text, used, v := firstLine(b[n:], 64, final)
	return n + used, "Redis: " + text, v
}
