package session

import "math"

// Conn is one connection.
type Conn struct {
	Number uint32 // from 1
	Endpoints

	session    *Session
	directions [2]direction
	answered   *[2]answered // what was answered lately, to know a second answer
	remoting   bool         // at least one frame was found
	encrypted  bool         // one direction is TLS or gRPC: nothing in the other can be read either
	replicates bool         // one direction is an HA stream
	serverName string       // that the TLS client asked for

	topic, group, client Symbol // of its latest request
}

// Begin says that dir was seen from its first byte on, so that a frame begins there. It comes before dir's first Bytes.
func (c *Conn) Begin(dir Direction, t int64) {
	d := &c.directions[dir]
	if d.state == stateFresh {
		d.state = stateStart
	}
}

// Bytes hands over the next bytes of dir.
func (c *Conn) Bytes(dir Direction, chunk Chunk) {
	if len(chunk.Bytes) == 0 {
		return
	}
	if chunk.Time > c.session.now {
		c.session.now = chunk.Time
	}
	c.session.added = chunk.Added
	c.directions[dir].feed(c, dir, chunk)
	c.session.added = 0
}

// Gap says that the next n bytes of dir were not captured.
func (c *Conn) Gap(dir Direction, t int64, n int64) {
	if n <= 0 {
		return
	}
	d := &c.directions[dir]
	d.gap(c, dir, t, n)
}

// Close says that the connection ended. No call for it may follow.
func (c *Conn) Close(dir Direction, t int64, why CloseReason) {
	if _, open := c.session.live[c.Number]; !open {
		return
	}
	c.finish(t)
	delete(c.session.live, c.Number)
	ev := c.session.begin(c, Close, dir, t)
	ev.Detail = uint8(why)
	c.session.emit()
}

func (c *Conn) finish(t int64) {
	for dir := range c.directions {
		c.directions[dir].finish(c, Direction(dir), t)
	}
}

// reference builds the Ref of n bytes that begin with the chunk's byte at i.
func (k *Chunk) reference(i int) Ref {
	if k.scattered {
		return Ref{Offset: k.Record, Span: k.RecordLen, Source: k.Source, Seq: k.Seq + uint32(i)}
	}
	if k.Offset < 0 {
		return Ref{Offset: -1}
	}
	return Ref{Offset: k.Offset + int64(i), Source: k.Source, Seq: k.Seq + uint32(i)}
}

// extent is the part of a file that holds a run of bytes that came in several chunks.
type extent struct {
	first, last int64 // from the earliest packet record to the end of the latest
	seq         uint32
	source      uint16
	chunks      int
	offset      int64 // of the first byte, while there is one chunk; -1: in no file
}

func (e *extent) add(k *Chunk, i int) {
	end := k.Record + int64(k.RecordLen)
	if e.chunks == 0 {
		*e = extent{first: k.Record, last: end, seq: k.Seq + uint32(i), source: k.Source, offset: -1}
		if k.Offset >= 0 {
			e.offset = k.Offset + int64(i)
		}
	}
	if k.Source == e.source {
		e.first, e.last = min(e.first, k.Record), max(e.last, end)
	} else { // goes on in another file: everything from here on may hold it
		e.last = e.first + math.MaxUint32
	}
	e.chunks++
	if k.scattered {
		e.chunks++
	}
}

// chunk is the run of bytes as one chunk, for reading it once more.
func (e *extent) chunk(b []byte, t int64) Chunk {
	return Chunk{Bytes: b, Time: t, Offset: e.offset, Record: e.first, RecordLen: saturate(e.last - e.first), Seq: e.seq, Source: e.source,
		scattered: e.chunks > 1}
}

func (e *extent) ref() Ref {
	k := e.chunk(nil, 0)
	return k.reference(0)
}
