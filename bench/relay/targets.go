package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// target is one way from the client to the server.
type target struct {
	name, what string
	start      func(to string) (*process, error) // nil: no process, the server itself
	processes  bool                              // one for each connection: its CPU time and memory are not seen
	pipes      bool                              // keeps two pipes for each connection
	samples    map[string][]sample               // by workload
}

// toxiproxyModule is built where it is not installed.
const toxiproxyModule = "github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"

const (
	nameDirect = "direct"
	nameSplice = "splice"
	nameCopy   = "copy"
	nameToxi   = "toxiproxy"
)

func all() []*target {
	own := func(name, what string) *target {
		return &target{name: name, what: what, start: func(to string) (*process, error) {
			return start(nil, self(), roleRelay, name, to)
		}}
	}
	splice := own(nameSplice, "`io.Copy` (splice)")
	splice.pipes = true
	return []*target{
		{name: nameDirect, what: "no relay"},
		splice,
		own(nameCopy, "copy loop, 64 KiB"),
		own("off", "**mqsniff**, tap off"),
		own("bare", "**mqsniff**, tap on, nothing decoded"),
		own("tap", "**mqsniff**, tap on"),
		own("rewrite", "**mqsniff**, tap on, rewriting"),
		own("stuck", "**mqsniff**, observer hangs"),
		{name: nameToxi, what: "toxiproxy, no toxics"},
		{name: "haproxy", what: "haproxy, `mode tcp`"},
		{name: "socat", what: "socat, `fork`", processes: true},
	}
}

func targetNames() (names []string) {
	for _, t := range all() {
		names = append(names, t.name)
	}
	return names
}

// installed returns the targets that can run here.
func installed(only, dir string, stderr io.Writer) ([]*target, error) {
	var some []*target
	for _, t := range all() {
		if only != "" && !strings.Contains(","+only+",", ","+t.name+",") {
			continue
		}
		var err error
		switch t.name {
		case nameToxi:
			t.start, err = toxiproxy(dir, stderr)
		case "haproxy":
			t.start, err = haproxy(dir)
		case "socat":
			t.start, err = socat()
		}
		if err != nil {
			fmt.Fprintf(stderr, "%s is left out: %v\n", t.name, err)
			continue
		}
		t.samples = map[string][]sample{}
		some = append(some, t)
	}
	if len(some) == 0 {
		return nil, fmt.Errorf("no such target; there are %s", strings.Join(targetNames(), ", "))
	}
	return some, nil
}

// run starts the target and says where clients go.
func (t *target) run(server string) (*process, string, error) {
	if t.start == nil {
		return nil, server, nil
	}
	p, err := t.start(server)
	if err != nil {
		return nil, "", err
	}
	return p, p.address, nil
}

func (t *target) end(p *process) (f final) {
	if p == nil {
		return f
	}
	if p.cmd.Path == self() {
		return p.stop()
	}
	p.kill()
	return f
}

func (t *target) verify(server string) error {
	p, address, err := t.run(server)
	if err != nil {
		return err
	}
	defer t.end(p)
	return verify(address)
}

// toxiproxy builds it, and returns how it is started.
func toxiproxy(dir string, stderr io.Writer) (func(string) (*process, error), error) {
	binary, err := exec.LookPath("toxiproxy-server")
	if err != nil {
		fmt.Fprintln(stderr, "building", toxiproxyModule)
		c := exec.Command("go", "install", toxiproxyModule)
		c.Env, c.Dir = append(os.Environ(), "GOBIN="+dir, "GOFLAGS="), dir
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
		}
		binary = filepath.Join(dir, "server")
	}
	return func(to string) (*process, error) {
		control, err1 := freeAddress()
		listen, err2 := freeAddress()
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(control)
		p, err := start(func() error { return reachable(control) }, binary, "-host", "127.0.0.1", "-port", port)
		if err != nil {
			return nil, err
		}
		p.address = listen
		body := fmt.Sprintf(`{"name":"bench","listen":%q,"upstream":%q,"enabled":true}`, listen, to)
		client := http.Client{Timeout: 5 * time.Second}
		answer, err := client.Post("http://"+control+"/proxies", "application/json", strings.NewReader(body))
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode != http.StatusCreated {
				err = fmt.Errorf("toxiproxy answers %s", answer.Status)
			}
		}
		if err != nil {
			p.kill()
			return nil, err
		}
		return p, nil
	}, nil
}

func haproxy(dir string) (func(string) (*process, error), error) {
	binary, err := exec.LookPath("haproxy")
	if err != nil {
		return nil, err
	}
	return func(to string) (*process, error) {
		listen, err := freeAddress()
		if err != nil {
			return nil, err
		}
		config := filepath.Join(dir, "haproxy.cfg")
		text := fmt.Sprintf("defaults\n mode tcp\n timeout connect 3s\n timeout client 1h\n timeout server 1h\n"+
			"listen bench\n bind %s\n server s %s\n", listen, to)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return nil, err
		}
		p, err := start(func() error { return reachable(listen) }, binary, "-db", "-q", "-f", config)
		if err == nil {
			p.address = listen
		}
		return p, err
	}, nil
}

func socat() (func(string) (*process, error), error) {
	binary, err := exec.LookPath("socat")
	if err != nil {
		return nil, err
	}
	return func(to string) (*process, error) {
		listen, err := freeAddress()
		if err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(listen)
		p, err := start(func() error { return reachable(listen) }, binary, "-b", "65536",
			"TCP-LISTEN:"+port+",bind=127.0.0.1,reuseaddr,fork,nodelay", "TCP:"+to+",nodelay")
		if err == nil {
			p.address = listen
		}
		return p, err
	}, nil
}
