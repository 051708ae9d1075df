package demo

import (
	"errors"
	"net/netip"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// ClusterOptions say what a Cluster is like. Addresses are IP:port, port 0 takes a free one.
type ClusterOptions struct {
	NameServer string   // "": 127.0.0.1:0
	Brokers    []string // masters, called broker-a, broker-b, …; none: one at 127.0.0.1:0; at most 26
	Slave      string   // of the first broker, a second way to its messages; "": none
	// Serialization is what servers write, whatever they are asked in (rocketmq.serialize.type of 5.x).
	Serialization decode.Serialization
	Memory        int64 // bytes of messages that a broker keeps, the oldest go first; 0: 64 MiB
	// TransactionTimeout is after how long a broker asks the producer about a half message, and asks again; 0: 6 s.
	TransactionTimeout time.Duration
	// Haste divides the delays of delayed and retried messages, which otherwise are those of messageDelayLevel: 1 s to 2 h; 0: 1.
	Haste float64
	// Trouble is asked about each request of a broker how long its answer waits, and whether something goes wrong: SYSTEM_BUSY
	// (2) refuses anything, FLUSH_DISK_TIMEOUT (10) is said of a message that is stored. It is called from many goroutines.
	// nil: nothing ever goes wrong.
	Trouble func(code int32, topic string) (wait time.Duration, status int32)
}

// Cluster is a name server and brokers. Its topics, groups and messages are kept in memory, and end with it.
type Cluster struct {
	nameServer *nameServer
	brokers    []*broker // masters, then the slave
	masters    int
}

// NewCluster starts the servers. An error says which address could not be listened at; then nothing is left running.
func NewCluster(o ClusterOptions) (*Cluster, error) {
	if o.NameServer == "" {
		o.NameServer = "127.0.0.1:0"
	}
	if len(o.Brokers) == 0 {
		o.Brokers = []string{"127.0.0.1:0"}
	}
	if len(o.Brokers) > 26 {
		return nil, errors.New("a cluster has at most 26 brokers")
	}
	if o.TransactionTimeout <= 0 {
		o.TransactionTimeout = 6 * time.Second
	}
	if o.Haste <= 0 {
		o.Haste = 1
	}
	v := &voice{serialization: o.Serialization, version: version53}
	c := &Cluster{masters: len(o.Brokers)}
	s, err := listen(o.NameServer, v)
	if err != nil {
		return nil, err
	}
	c.nameServer = &nameServer{server: s, kv: map[[2]string]string{}}
	for i, address := range o.Brokers {
		s, err := listen(address, v)
		if err != nil {
			c.Close()
			return nil, err
		}
		host, _ := netip.ParseAddrPort(s.address)
		c.brokers = append(c.brokers, newBroker("broker-"+string(rune('a'+i)), s, newStore(hostOf(host), o.Memory), o))
	}
	if o.Slave != "" {
		s, err := listen(o.Slave, v)
		if err != nil {
			c.Close()
			return nil, err
		}
		master := c.brokers[0]
		master.slave = s.address
		c.brokers = append(c.brokers, newBroker(master.name, s, master.store, o))
	}
	c.nameServer.brokers = c.brokers[:c.masters]
	c.nameServer.server.handle, c.nameServer.server.gone = c.nameServer.serve, func(*peer) {}
	c.nameServer.server.serve()
	for _, b := range c.brokers {
		b.server.handle, b.server.gone = b.serve, b.leave
		b.server.serve()
	}
	return c, nil
}

// NameServer is where the name server listens, IP:port.
func (c *Cluster) NameServer() string { return c.nameServer.server.address }

// Brokers are where the masters listen, IP:port, in the order of the options.
func (c *Cluster) Brokers() []string {
	var out []string
	for _, b := range c.brokers[:c.masters] {
		out = append(out, b.server.address)
	}
	return out
}

// CreateTopic makes a topic that can be read and written, on all brokers, or changes its number of queues. It is false where there
// are too many topics or queues.
func (c *Cluster) CreateTopic(name string, queues int) bool {
	ok := true
	for _, b := range c.brokers[:c.masters] {
		ok = b.store.create(name, int32(queues), int32(queues), permRead|permWrite) && ok
	}
	return ok
}

// Close ends all connections and forgets all messages.
func (c *Cluster) Close() error {
	err := c.nameServer.server.close()
	for _, b := range c.brokers {
		err = errors.Join(err, b.server.close())
		b.end()
	}
	return err
}
