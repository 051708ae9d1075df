package demo

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// ClientOptions are what producers and consumers have in common.
type ClientOptions struct {
	NameServer    string // host:port
	ClientID      string // IP@name, different for each client
	Serialization decode.Serialization
	// Interval is the time between heartbeats, between looks at routes, and between commits of offsets; 0: 5 s.
	Interval time.Duration
	// Dial connects to a name server or broker; nil: TCP.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}

// patience is how long an answer is waited for (ClientConfig.mqClientApiTimeout).
const patience = 3 * time.Second

// client is a process of an application: its connections, one to each address, and its heartbeat.
type client struct {
	options ClientOptions
	voice   *voice
	handle  func(*peer, *command) // of what brokers ask
	beat    heartbeat
	ids     atomic.Uint32

	mu      sync.Mutex
	peers   map[string]*peer // by address
	brokers map[string]bool  // addresses that heartbeats go to
	group   sync.WaitGroup
}

func newClient(o ClientOptions) *client {
	if o.Interval <= 0 {
		o.Interval = 5 * time.Second
	}
	if o.Dial == nil {
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}
	return &client{options: o, voice: &voice{serialization: o.Serialization, version: version53}, beat: heartbeat{
		ClientID: o.ClientID, Consumers: []consumerData{}, Producers: []producerData{}},
		handle: func(*peer, *command) {}, peers: map[string]*peer{}, brokers: map[string]bool{}}
}

// peer is the connection to an address, which is made where there is none.
func (c *client) peer(ctx context.Context, address string) (*peer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.peers[address]; p != nil {
		select {
		case <-p.ended:
		default:
			return p, nil
		}
	}
	if c.peers == nil {
		return nil, net.ErrClosed
	}
	conn, err := c.options.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	p := newPeer(conn, c.voice, c.handle)
	c.peers[address] = p
	c.group.Go(p.run)
	return p, nil
}

// ask sends a request and returns its answer, whose code is 0, or an *AnswerError.
func (c *client) ask(ctx context.Context, wait time.Duration, address string, code int32, ext []decode.ExtField, body []byte) (*command, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	p, err := c.peer(ctx, address)
	if err != nil {
		return nil, err
	}
	a, err := p.ask(ctx, code, ext, body)
	if err == nil {
		err = a.failure()
	}
	return a, err
}

func (c *client) oneway(ctx context.Context, address string, code int32, ext []decode.ExtField, body []byte) error {
	p, err := c.peer(ctx, address)
	if err == nil {
		p.oneway(code, ext, body)
	}
	return err
}

// queueAt is a queue of a topic, and the broker that has it.
type queueAt struct {
	messageQueue
	address string
}

// route asks the name server for the queues of a topic, in their order, and sends heartbeats to brokers that are new.
func (c *client) route(ctx context.Context, topic string) ([]queueAt, error) {
	a, err := c.ask(ctx, patience, c.options.NameServer, decode.GetRouteInfoByTopic, fields("topic", topic), nil)
	if err != nil {
		return nil, err
	}
	var r struct {
		BrokerDatas []struct {
			BrokerAddrs map[string]string
			BrokerName  string
		}
		QueueDatas []struct {
			BrokerName    string
			ReadQueueNums int32
		}
	}
	if err := json.Unmarshal(a.frame.Body, &r); err != nil {
		return nil, fmt.Errorf("the route of %s: %w", topic, err)
	}
	var out []queueAt
	for _, q := range r.QueueDatas {
		for _, b := range r.BrokerDatas {
			if b.BrokerName != q.BrokerName {
				continue
			}
			c.greet(ctx, b.BrokerAddrs["0"])
			for i := range min(q.ReadQueueNums, maxQueues) {
				out = append(out, queueAt{messageQueue{q.BrokerName, i, topic}, b.BrokerAddrs["0"]})
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the route of %s has no queues", topic)
	}
	return out, nil
}

// greet sends the first heartbeat to a broker.
func (c *client) greet(ctx context.Context, address string) {
	c.mu.Lock()
	known := c.brokers[address]
	c.brokers[address] = true
	c.mu.Unlock()
	if !known {
		c.heartbeatTo(ctx, address)
	}
}

func (c *client) heartbeatTo(ctx context.Context, address string) {
	body, _ := json.Marshal(&c.beat) // has nothing that cannot be written
	c.ask(ctx, patience, address, decode.HeartBeat, []decode.ExtField{}, body)
}

// addresses are those of the brokers that were met.
func (c *client) addresses() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.brokers))
}

func (c *client) heartbeats(ctx context.Context) {
	for _, address := range c.addresses() {
		c.heartbeatTo(ctx, address)
	}
}

// close takes leave of the brokers for a group, whose kind is producerGroup or consumerGroup, and ends the connections.
func (c *client) close(kind, group string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, address := range c.addresses() {
		c.ask(ctx, patience, address, decode.UnregisterClient, fields("clientID", c.options.ClientID, kind, group), nil)
	}
	c.mu.Lock()
	for _, p := range c.peers {
		p.close()
	}
	c.peers = nil
	c.mu.Unlock()
	c.group.Wait()
}

// uniqKey makes a message id as Java does (MessageClientIDSetter): address, process, class loader, ms since the month began, and
// a number.
func (c *client) uniqKey() string {
	ip := [4]byte{127, 0, 0, 1}
	name, _, _ := strings.Cut(c.options.ClientID, "@")
	if a, err := netip.ParseAddr(name); err == nil && a.Is4() {
		ip = a.As4()
	}
	now := time.Now()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	b := binary.BigEndian.AppendUint16(ip[:], uint16(os.Getpid()))
	b = binary.BigEndian.AppendUint32(b, uint32(tagsHash(c.options.ClientID)))
	b = binary.BigEndian.AppendUint32(b, uint32(now.Sub(month).Milliseconds()))
	b = binary.BigEndian.AppendUint16(b, uint16(c.ids.Add(1)))
	return fmt.Sprintf("%X", b)
}

// isAnswer tells whether a broker or name server has refused with this code.
func isAnswer(err error, code int32) bool {
	var a *AnswerError
	return errors.As(err, &a) && a.Code == code
}
