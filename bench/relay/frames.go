package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
)

// Operations, as RequestCode has them, and three of this program's own.
const (
	codeSend  = 310 // SEND_MESSAGE_V2
	codePull  = 11  // PULL_MESSAGE
	codeHash  = 901_001
	codeSums  = 901_002
	codeApart = 901_003 // answers are written one by one from here on
)

// Frames' sizes, in bytes, length prefix included.
const (
	sendSize   = 1 << 10
	answerSize = 200
	pullSize   = 200
	pulledSize = 256 << 10
)

// firstOpaque and those behind it have seven digits, so that they are written in place.
const (
	firstOpaque = 1_000_000
	lastOpaque  = 9_999_999
	digits      = 7
)

// form is a frame whose opaque can be set.
type form struct {
	bytes []byte
	at    int // of the opaque's digits
}

func (f *form) set(opaque int) {
	b := f.bytes[f.at : f.at+digits]
	for i := digits - 1; i >= 0; i-- {
		b[i] = '0' + byte(opaque%10)
		opaque /= 10
	}
}

// newForm builds a frame of just size bytes, or as long as it takes where size is 0.
func newForm(code, flag int, ext string, body []byte, size int) form {
	var header string
	for pad := 0; ; {
		header = fmt.Sprintf(`{"code":%d,"extFields":{%s,"o":"%s"},"flag":%d,"language":"JAVA","opaque":%d,"serializeTypeCurrentRPC":"JSON","version":479}`,
			code, ext, strings.Repeat("x", pad), flag, firstOpaque)
		missing := size - 8 - len(header) - len(body)
		if size == 0 || missing == 0 {
			break
		}
		if missing < 0 {
			panic("a frame does not fit into its size")
		}
		pad += missing
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(header)+len(body)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(header)))
	b = append(append(b, header...), body...)
	return form{b, bytes.Index(b, []byte(`"opaque":`)) + len(`"opaque":`)}
}

func sendRequest() form {
	return newForm(codeSend, 0, `"a":"orders-producer","b":"orders","c":"TBW102","d":"4","e":"0","f":"0","g":"1765432109876","h":"0",`+
		`"i":"UNIQ_KEY\u00017F0000012A9A18B4AAC2152CDB9A0000\u0002WAIT\u0001true\u0002TAGS\u0001paid\u0002","j":"0","k":"false","m":"false"`,
		bytes.Repeat([]byte("order"), 128), sendSize)
}

func sendAnswer() form { return newForm(0, 1, `"queueId":"0","queueOffset":"12"`, nil, answerSize) }

func pullRequest() form { return newForm(codePull, 0, `"topic":"orders","queueId":"0"`, nil, pullSize) }

// pullAnswer holds stored messages of 4 KiB, as MessageDecoder reads them.
func pullAnswer() form {
	var body []byte
	ext := `"maxOffset":"64","minOffset":"0","nextBeginOffset":"64","suggestWhichBrokerId":"0"`
	for offset := range uint64(63) {
		body = storedMessage(body, 4096, offset)
	}
	rest := pulledSize - len(newForm(0, 1, ext, body, 0).bytes)
	return newForm(0, 1, ext, storedMessage(body, rest, 63), pulledSize)
}

func storedMessage(dst []byte, size int, offset uint64) []byte {
	const topic, properties = "orders", "TAGS\x01paid\x02"
	content := bytes.Repeat([]byte{'m'}, size-91-len(topic)-len(properties))
	e := binary.BigEndian
	dst = e.AppendUint32(dst, uint32(size))
	dst = e.AppendUint32(dst, 0xdaa320a7) // MessageDecoder.MESSAGE_MAGIC_CODE
	dst = e.AppendUint32(dst, crc32.ChecksumIEEE(content)&0x7fffffff)
	dst = e.AppendUint64(dst, 0) // queue, flag
	dst = e.AppendUint64(dst, offset)
	dst = e.AppendUint64(dst, offset*uint64(size))
	dst = e.AppendUint32(dst, 0) // sysFlag
	for range 2 {                // born and stored: time, host
		dst = e.AppendUint64(dst, 1765432109876)
		dst = e.AppendUint64(dst, 0x7f000001_00002a9f)
	}
	dst = append(dst, make([]byte, 12)...) // consumed again, prepared transaction's offset
	dst = e.AppendUint32(dst, uint32(len(content)))
	dst = append(append(dst, content...), byte(len(topic)))
	dst = e.AppendUint16(append(dst, topic...), uint16(len(properties)))
	return append(dst, properties...)
}

var errFrame = errors.New("what came is no frame of this program's: bytes were changed")

// opaqueOf finds a frame's opaque in its first bytes; the header must be there.
func opaqueOf(b []byte) (int, error) {
	i := bytes.Index(b, []byte(`"opaque":`))
	if i < 0 || i+9+digits > len(b) {
		return 0, errFrame
	}
	n := 0
	for _, c := range b[i+9 : i+9+digits] {
		n = n*10 + int(c-'0')
	}
	return n, nil
}
