package main

import (
	"math/rand/v2"
	"strconv"
)

const (
	begin     = 1_790_000_000_000_000 // µs since 1970, of the first packet
	queues    = 4                     // of each topic
	longPoll  = 15_000_000            // µs that a broker holds a pull (suspendTimeoutMillis)
	shortPoll = 1_000_000             // the same where longPollingEnable is off (shortPollingTimeMills)
	lifetime  = 5000                  // a client reconnects once in so many actions
	brokers   = 10
	firstPort = 32768 // Linux's ephemeral ports
	lastPort  = 60999
)

// server is a name server or a broker.
type server struct {
	name   string
	ip     [4]byte
	port   uint16
	binary bool // it writes ROCKETMQ headers; 5.x servers do so regardless of what they were asked in
	opaque int32
	offset int64 // of the commit log
	hold   int64 // µs that it holds a pull for which there is nothing
}

// client is a client process: a producer or a push consumer with a topic of its own.
type client struct {
	ip            [4]byte
	id            string
	topic, group  string
	binary        bool
	consumer      bool
	transactional bool
	opaque        int32 // one counter for all its connections, as in Java
	port          uint16
	names, broker *server
	toNames       *conn
	toBroker      *conn
	count         uint16        // for unique keys
	offsets       [queues]int64 // next queue offset
}

// generator plays the clients and servers and writes what they send.
type generator struct {
	options
	rng      *rand.Rand
	net      *network
	truth    *truth
	plan     schedule
	contents *contents
	clients  []*client
	header   header
	buf      []byte // frames that will be sent together
	parts    []int  // ends of what is written in one go
}

func newGenerator(o options, file *capture, t *truth) *generator {
	rng := rand.New(rand.NewPCG(o.seed, 0x6D71736E696666))
	g := &generator{options: o, rng: rng, truth: t, contents: newContents(o.mix, rng),
		net: &network{file: file, truth: t, rng: rng, faults: o.faults, clock: begin}}
	names := []*server{{name: "names-1", ip: [4]byte{10, 0, 1, 1}, port: 9876}, {name: "names-2", ip: [4]byte{10, 0, 1, 2}, port: 9876}}
	var all []*server
	for i := range brokers {
		b := &server{name: "broker-" + string(rune('a'+i)), ip: [4]byte{10, 0, 2, byte(i + 1)}, port: 10911,
			binary: i == 6, offset: int64(i) << 34, hold: longPoll}
		if i == 3 {
			b.hold = shortPoll
		}
		all = append(all, b)
	}
	for i := range o.clients {
		c := &client{
			ip: [4]byte{10, 1, byte(i / 250), byte(i%250 + 1)}, consumer: i%2 == 1, binary: i%10 == 3, transactional: i%16 == 6,
			port: firstPort + uint16(rng.IntN(lastPort-firstPort)), names: names[i%2], broker: all[(i/2)%brokers],
			topic: "Topic" + strconv.Itoa(i/2%40), opaque: int32(rng.IntN(1000)),
		}
		role := "producer"
		if c.consumer {
			role = "consumer"
		}
		c.group = role + "-group-" + strconv.Itoa(i/4)
		c.id = "10.1." + strconv.Itoa(i/250) + "." + strconv.Itoa(i%250+1) + "@" + strconv.Itoa(1000+i) + "#9007199254740993"
		mss := ethernetPayload
		if i%4 == 0 || i%4 == 3 {
			mss = loopbackPayload
		}
		c.toNames = &conn{ip: [2][4]byte{c.ip, c.names.ip}, mss: mss}
		c.toBroker = &conn{ip: [2][4]byte{c.ip, c.broker.ip}, mss: mss}
		g.clients = append(g.clients, c)
		g.plan.add(event{at: begin + int64(i)*500, what: connect, client: c})
	}
	return g
}

// run plays until the file has size bytes. What is not answered then stays so.
func (g *generator) run(size int64) {
	for g.net.file.bytes < size && g.net.file.err == nil {
		e := g.plan.next()
		if e.conn != nil && (!e.conn.open || e.life != e.conn.life) {
			continue
		}
		g.net.clock = max(g.net.clock, e.at)
		switch e.what {
		case connect:
			g.connect(e.client)
		case produce:
			g.produce(e.client)
		case pull:
			g.pull(e.client, e.queue)
		case maintain:
			g.maintain(e.client)
		case list:
			g.askConsumers(e.client)
		case commit:
			g.endTransaction(e.client, e.unique, e.offset)
		case answer:
			g.answer(&e)
		}
	}
}

// after plans e in about mean µs, never at once.
func (g *generator) after(mean float64, e event) {
	e.at = g.net.clock + 20 + int64(g.rng.ExpFloat64()*mean)
	if e.conn != nil {
		e.life = e.conn.life
	}
	g.plan.add(e)
}

// chance is true with probability p.
func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

func (g *generator) connect(c *client) {
	for _, k := range []struct {
		conn *conn
		to   *server
	}{{c.toNames, c.names}, {c.toBroker, c.broker}} {
		k.conn.port = [2]uint16{c.port, k.to.port}
		if c.port++; c.port > lastPort {
			c.port = firstPort
		}
		g.net.handshake(k.conn)
	}
	g.askRoute(c)
	g.heartbeat(c)
	if !c.consumer {
		g.after(50e3, event{what: produce, client: c, conn: c.toBroker})
		return
	}
	g.after(100e3, event{what: maintain, client: c, conn: c.toBroker})
	for q := range int32(queues) {
		g.after(20e3, event{what: pull, client: c, conn: c.toBroker, queue: q})
	}
}

// reconnect ends both connections of a client, and tells whether it did. Requests that are open stay without answer.
func (g *generator) reconnect(c *client) bool {
	if g.rng.IntN(lifetime) != 0 {
		return false
	}
	reset := g.rng.IntN(10) == 0
	g.net.close(c.toNames, reset)
	g.net.close(c.toBroker, reset)
	g.after(200e3, event{what: connect, client: c})
	return true
}

// request begins the header of a request and counts nothing yet.
func (g *generator) request(c *client, code, flag int32, object bool) *header {
	h := g.header.begin(code, c.opaque, flag, object)
	c.opaque++
	return h
}

// frame appends a frame to what will be sent. between says that header and body are written one after the other.
func (g *generator) frame(h *header, operation int32, binaryForm, between bool, messages int, body func([]byte) []byte) {
	start := len(g.buf)
	g.buf = h.appendTo(g.buf, binaryForm)
	if body != nil {
		if between {
			g.parts = append(g.parts, len(g.buf))
		}
		g.buf = body(g.buf)
	}
	setLength(g.buf, start)
	g.parts = append(g.parts, len(g.buf))
	g.truth.frame(operation, h, binaryForm, len(g.buf)-start, messages)
}

// flush sends the frames.
func (g *generator) flush(c *conn, dir int, joined bool) {
	g.net.send(c, dir, g.buf, g.parts, joined)
	g.buf, g.parts = g.buf[:0], g.parts[:0]
}
