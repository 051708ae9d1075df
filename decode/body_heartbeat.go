package decode

import "bytes"

// heartbeatBody describes the body of HEART_BEAT (HeartbeatData).
func heartbeatBody(o *outline, v bodyView) bool { return o.json(v, heartbeatNotes) }

func heartbeatNotes(p *path, text []byte) string {
	switch p.up(0) {
	case "withoutSub":
		if string(text) == "true" {
			return "subscriptions as in the last heartbeat that had them"
		}
	case "heartbeatFingerprint":
		if string(text) == "0" {
			return "none: heartbeat V1"
		}
		return "of the subscriptions, heartbeat V2"
	case "[]":
		if p.up(1) == "codeSet" {
			return "hash of a tag"
		}
	case "subVersion":
		if n, ok := decimal(text); ok {
			return instant(n)
		}
	}
	return commonNotes(p, text)
}

// HeartbeatClientID finds the client id in the body of a heartbeat without reading the rest. It is a view of body, nil
// where there is none or it has escapes.
func HeartbeatClientID(body []byte) []byte {
	const key = `"clientID"`
	i := bytes.Index(body, []byte(key))
	if i < 0 || i > 0 && body[i-1] == '\\' {
		return nil
	}
	rest := bytes.TrimLeft(body[i+len(key):], " \t\r\n")
	if len(rest) == 0 || rest[0] != ':' {
		return nil
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return nil
	}
	rest = rest[1:]
	end := bytes.IndexAny(rest, `"\`)
	if end < 0 || rest[end] == '\\' {
		return nil
	}
	return rest[:end:end]
}
