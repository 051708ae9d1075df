package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
)

// mix says what the traffic is like.
type mix struct {
	bodies     []tier
	compressed float64 // share of messages above 4 KB, which Java producers compress with zlib
	more       float64 // chance that an answer to a pull has one record more, up to 32
	full       float64 // share of answers with 32 records
	idle       float64 // share of pulls that the broker holds, a third of them until the time is over
	chores     float64 // share of a client's actions that are heartbeats, routes, consumer lists
	plain      bool    // messages have few properties
}

// tier is a share of all values, spread evenly between two bounds.
type tier struct {
	share    float64
	min, max int
}

// mixes are the choices of -mix. One GB of mixed has about two million frames; small ones have about 300 bytes.
var mixes = map[string]mix{
	"mixed": {bodies: []tier{{0.90, 10, 100}, {0.085, 100, 500}, {0.015, 500, 4096}}, compressed: 0.001,
		more: 0.2, full: 0.006, idle: 0.06, chores: 0.3},
	"small": {bodies: []tier{{1, 10, 40}}, idle: 0.5, chores: 0.05, plain: true},
	"bulk":  {bodies: []tier{{0.2, 10, 1024}, {0.8, 1024, 4096}}, compressed: 0.1, more: 0.95, full: 0.1, idle: 0.06, chores: 0.02},
}

func mixNames() string {
	return "mixed, small (frames of about 300 bytes) or bulk (long bodies, many records)"
}

// MessageSysFlag.
const (
	sysZlib     = 0x301 // compressed, type ZLIB
	sysPrepared = 0x4   // half message of a transaction
)

// uniqueKey is what differs between the unique keys of one client.
type uniqueKey struct {
	millis uint32
	count  uint16
}

// contents makes bodies and properties.
type contents struct {
	mix    mix
	rng    *rand.Rand
	text   []byte   // bodies are pieces of this
	packed [][]byte // bodies that were compressed
	props  []byte
}

func newContents(m mix, rng *rand.Rand) *contents {
	c := &contents{mix: m, rng: rng}
	words := []string{"order", "amount", "currency", "EUR", "customer", "warehouse", "shipped", "true", "false", "null",
		"created", "item", "quantity", "discount", "address", "street", "payment", "状态", "已支付", "référence"}
	for len(c.text) < 1<<20 {
		c.text = append(c.text, `{"`...)
		c.text = append(c.text, words[rng.IntN(len(words))]...)
		c.text = append(c.text, `":`...)
		c.text = strconv.AppendUint(c.text, uint64(rng.Uint32()), 10)
		c.text = append(c.text, `,"`...)
		c.text = append(c.text, words[rng.IntN(len(words))]...)
		c.text = append(c.text, "\"}\n"...)
	}
	for range 32 {
		var b bytes.Buffer
		// The level of Java's producers; writing to memory and closing cannot fail with a valid level.
		z, err := zlib.NewWriterLevel(&b, 5)
		if err != nil {
			panic(err)
		}
		z.Write(c.piece(4096 + rng.IntN(28<<10)))
		z.Close()
		c.packed = append(c.packed, b.Bytes())
	}
	return c
}

func (c *contents) piece(n int) []byte {
	from := c.rng.IntN(len(c.text) - n)
	return c.text[from : from+n]
}

// body returns a body and the sysFlag that goes with it.
func (c *contents) body() ([]byte, int32) {
	r := c.rng.Float64()
	if r < c.mix.compressed {
		return c.packed[c.rng.IntN(len(c.packed))], sysZlib
	}
	r = c.rng.Float64()
	for _, t := range c.mix.bodies {
		if r < t.share {
			return c.piece(t.min + c.rng.IntN(t.max-t.min+1)), 0
		}
		r -= t.share
	}
	return c.piece(c.mix.bodies[0].min), 0
}

// recordCount returns how many records an answer has.
func (c *contents) recordCount() int32 {
	if c.rng.Float64() < c.mix.full {
		return 32
	}
	n := 1
	for n < 32 && c.rng.Float64() < c.mix.more {
		n++
	}
	return int32(n)
}

// appendUnique writes the unique key of MessageClientIDSetter: address, process, hash of the class loader, time, counter.
func appendUnique(b []byte, ip [4]byte, k uniqueKey) []byte {
	var raw [16]byte
	copy(raw[:], ip[:])
	copy(raw[4:], []byte{0x06, 0x8D, 0x4E, 0x0E, 0x2F, 0x2A})
	binary.BigEndian.PutUint32(raw[10:], k.millis)
	binary.BigEndian.PutUint16(raw[14:], k.count)
	return appendHex(b, raw[:])
}

// appendOffsetID writes the offset message id of MessageDecoder: address, port, commit log offset.
func appendOffsetID(b []byte, ip [4]byte, port uint16, offset int64) []byte {
	var raw [16]byte
	copy(raw[:], ip[:])
	binary.BigEndian.PutUint32(raw[4:], uint32(port))
	binary.BigEndian.PutUint64(raw[8:], uint64(offset))
	return appendHex(b, raw[:])
}

func appendHex(b, raw []byte) []byte {
	const hex = "0123456789ABCDEF"
	for _, x := range raw {
		b = append(b, hex[x>>4], hex[x&15])
	}
	return b
}

// sentProperties returns the properties of a message as a producer sends them.
func (c *contents) sentProperties(cl *client, k uniqueKey) []byte {
	p := c.props[:0]
	if !c.mix.plain && c.rng.Uint32N(20) == 0 {
		p = append(p, "ctx\x01{\"region\":\"eu\\\\west\",\"店\":1}\x02"...)
	}
	p = c.appendKeys(p, k)
	p = append(p, "UNIQ_KEY\x01"...)
	p = appendUnique(p, cl.ip, k)
	if cl.transactional {
		p = append(p, "\x02TRAN_MSG\x01true\x02PGROUP\x01"...)
		p = append(p, cl.group...)
		p = append(p, "\x02WAIT\x01false\x02"...)
	} else {
		p = append(p, "\x02WAIT\x01true\x02"...)
	}
	if !c.mix.plain {
		p = append(p, "TAGS\x01Tag"...)
		p = append(p, byte('A'+k.count%4), 2)
	}
	c.props = p
	return p
}

func (c *contents) appendKeys(p []byte, k uniqueKey) []byte {
	if c.mix.plain {
		return p
	}
	p = append(p, "KEYS\x01key-"...)
	p = strconv.AppendUint(p, uint64(k.count), 10)
	return append(p, 2)
}

// storedProperties returns the properties of a message as a 5.x broker stores them.
func (c *contents) storedProperties(from [4]byte, k uniqueKey) []byte {
	p := append(c.props[:0], "MSG_REGION\x01DefaultRegion\x02UNIQ_KEY\x01"...)
	p = appendUnique(p, from, k)
	p = append(p, "\x02CLUSTER\x01DefaultCluster\x02"...)
	if !c.mix.plain {
		p = append(p, "TAGS\x01Tag"...)
		p = append(p, byte('A'+k.count%4), 2)
	}
	p = c.appendKeys(p, k)
	p = append(p, "WAIT\x01true\x02TRACE_ON\x01true\x02"...)
	c.props = p
	return p
}

// stored is what a record says besides body and properties.
type stored struct {
	topic                   string
	queue                   int32
	queueOffset, offset     int64
	born, store             int64 // ms since 1970
	bornIP, storeIP         [4]byte
	bornPort, storePort     uint16
	reconsumed, application int32
}

// appendRecord writes a stored message, MessageDecoder's MESSAGE_MAGIC_CODE (version 1) with IPv4 hosts.
func appendRecord(b []byte, s *stored, sysFlag int32, body, props []byte) []byte {
	be := binary.BigEndian
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = be.AppendUint32(b, 0xDAA320A7)
	b = be.AppendUint32(b, crc32.ChecksumIEEE(body)&0x7FFFFFFF)
	b = be.AppendUint32(b, uint32(s.queue))
	b = be.AppendUint32(b, uint32(s.application))
	b = be.AppendUint64(b, uint64(s.queueOffset))
	b = be.AppendUint64(b, uint64(s.offset))
	b = be.AppendUint32(b, uint32(sysFlag))
	b = be.AppendUint64(b, uint64(s.born))
	b = append(b, s.bornIP[:]...)
	b = be.AppendUint32(b, uint32(s.bornPort))
	b = be.AppendUint64(b, uint64(s.store))
	b = append(b, s.storeIP[:]...)
	b = be.AppendUint32(b, uint32(s.storePort))
	b = be.AppendUint32(b, uint32(s.reconsumed))
	b = be.AppendUint64(b, 0) // prepared transaction offset
	b = be.AppendUint32(b, uint32(len(body)))
	b = append(b, body...)
	b = append(b, byte(len(s.topic)))
	b = append(b, s.topic...)
	b = be.AppendUint16(b, uint16(len(props)))
	b = append(b, props...)
	be.PutUint32(b[start:], uint32(len(b)-start))
	return b
}
