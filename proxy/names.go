package proxy

import (
	"sync"

	"github.com/mqsniff/mqsniff/decode"
)

// Names remembers where brokers are, by their names, from the routes that pass. It is a Rewriter that changes nothing.
type Names struct {
	mu      sync.Mutex
	masters map[string]string
}

// Wants is part of Rewriter.
func (n *Names) Wants(code int32) bool { return code == codeRoute || code == codeCluster }

// Unread is part of Rewriter.
func (n *Names) Unread(*Conn, string) {}

// Rewrite is part of Rewriter.
func (n *Names) Rewrite(_ *Conn, code int32, _ *decode.Command, f decode.Frame) []byte {
	var t decode.Tree
	if t.Parse(f.Body) != nil || len(t.Values) == 0 {
		return nil
	}
	key := "brokerDatas"
	if code == codeCluster {
		key = "brokerAddrTable"
	}
	inside(&t, 0, key, func(i int) {
		inside(&t, i, "", func(i int) {
			var name, master string
			inside(&t, i, "brokerName", func(i int) { name = string(t.Text(&t.Values[i])) })
			inside(&t, i, "brokerAddrs", func(i int) {
				inside(&t, i, "0", func(i int) { master = string(t.Text(&t.Values[i])) })
			})
			if name != "" && master != "" {
				n.learn(name, master)
			}
		})
	})
	return nil
}

func (n *Names) learn(name, master string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.masters == nil {
		n.masters = map[string]string{}
	}
	if _, known := n.masters[name]; known || len(n.masters) < maxBrokers {
		n.masters[name] = master
	}
}

// Master is the address of the broker with id 0. With "" for a name it is that of the only broker.
func (n *Names) Master(name string) (address string, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name == "" && len(n.masters) == 1 {
		for _, address = range n.masters {
			return address, true
		}
	}
	address, ok = n.masters[name]
	return address, ok
}
