package kernelfilter

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket/layers"
	"golang.org/x/net/bpf"
)

var record = flag.Bool("record", false, "write testdata/tcpdump again, with the tcpdump that is installed")

// comparable are the filters that tcpdump's language can say for a layout.
func comparable(layout Layout) (some []Filter) {
	for _, f := range filters() {
		if len(f.VLANs) == 0 || len(f.VLANs) == 1 && layout == Ethernet {
			some = append(some, f)
		}
	}
	return some
}

// asTcpdump is what tcpdump's program for the filter's expression wants. It looks at less than ours does:
func asTcpdump(f Filter, p packet) bool {
	ports := len(f.Ports) > 0
	fragment := []layers.IPProtocol{layers.IPProtocolIPv6Fragment}
	switch {
	case len(p.tags) > 1 || len(p.tags) != len(f.VLANs): // at tags only where the expression says vlan, at one for each
		return false
	case p.four && ports && p.fragment > 0: // with ports, at no later fragments
		return false
	case len(p.extensions) > 0 && (ports || !slices.Equal(p.extensions, fragment)): // at no extension header but a sole fragment's
		return false
	}
	return p.wanted(f)
}

// tcpdump's programs for what String says agree with ours, but for what asTcpdump tells.
func TestTcpdumpAgrees(t *testing.T) {
	for name, layout := range map[string]Layout{"Ethernet": Ethernet, "SLL": SLL, "SLL2": SLL2, "Raw": Raw} {
		path := filepath.Join("testdata", "tcpdump", name+".txt")
		if *record {
			write(t, path, layout)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		differ := 0
		programs := strings.Split(strings.TrimPrefix(string(text), "# "), "\n# ")
		if len(programs) != len(comparable(layout)) {
			t.Fatalf("%s has %d programs", path, len(programs))
		}
		for i, f := range comparable(layout) {
			expression, ddd, _ := strings.Cut(programs[i], "\n")
			if expression != f.String() {
				t.Fatalf("%s: %q stands where %q is expected", path, expression, f)
			}
			raw, err := ParseDDD(strings.NewReader(ddd))
			if err != nil {
				t.Fatalf("%s: %s: %v", path, f, err)
			}
			code, _ := bpf.Disassemble(raw)
			for _, p := range packets() {
				if layout == Raw {
					if p.arp {
						continue
					}
					p.tags = nil
				}
				b, _ := p.split(layout, false)
				if got, want := takes(t, code, b, beside{}), asTcpdump(f, p); got != want {
					t.Errorf("%s, %s: %+v: tcpdump says %v", name, f, p, got)
				}
				if p.wanted(f) != asTcpdump(f, p) {
					differ++
				}
			}
		}
		if differ == 0 {
			t.Errorf("%s: no packet shows the differences", name)
		}
	}
}

// write records tcpdump's programs.
func write(t *testing.T, path string, layout Layout) {
	t.Helper()
	var all strings.Builder
	for _, f := range comparable(layout) {
		raw, err := FromTcpdump(context.Background(), layout, f.String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "# %s\n%d\n", f, len(raw))
		for _, r := range raw {
			fmt.Fprintln(&all, r.Op, r.Jt, r.Jf, r.K)
		}
	}
	if err := os.WriteFile(path, []byte(all.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func needTcpdump(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed")
	}
}

// tcpdump takes every expression that String makes, and the kernel's rules its programs.
func TestFromTcpdump(t *testing.T) {
	needTcpdump(t)
	for _, layout := range []Layout{Ethernet, EthernetSocket, SLL, SLL2, Raw, CookedSocket} {
		for _, f := range comparable(layout) {
			if code, err := FromTcpdump(context.Background(), layout, f.String()); err != nil || len(code) == 0 {
				t.Errorf("layout %d, %s: %v", layout, f, err)
			}
		}
	}
}

func TestTcpdumpErrors(t *testing.T) {
	needTcpdump(t)
	path := filepath.Join(t.TempDir(), "file")
	for expression, want := range map[string]string{
		"tcp port":        "syntax error",
		"port 70000":      "70000",
		"-w " + path:      "tcpdump does not take",
		"-w" + path:       "tcpdump does not take",
		"ether proto 'a'": "tcpdump does not take",
	} {
		_, err := FromTcpdump(context.Background(), Ethernet, expression)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), fmt.Sprintf("%q", expression)) {
			t.Errorf("%q: %v", expression, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an expression was taken for an option")
	}
	if _, err := FromTcpdump(context.Background(), CookedSocket, "ether host 02:00:00:00:00:01"); err == nil {
		t.Error("a cooked socket has no Ethernet addresses")
	}
}

func TestTcpdumpMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := FromTcpdump(context.Background(), Ethernet, "tcp")
	if err == nil || !strings.Contains(err.Error(), "--bpf FILE") || errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// Regression: a program with vlan took nothing from a socket, which has the tag beside the packet.
func TestVLANOfSocket(t *testing.T) {
	for expression, refused := range map[string]bool{
		"vlan": true, "tcp and vlan 5": true, "not(vlan)": true, "!vlan&&tcp": true,
		"tcp": false, "host my-vlan": false, `host \vlan`: false, "host vlan.example.org": false,
	} {
		_, err := FromTcpdump(canceled(), EthernetSocket, expression)
		if got := err != nil && strings.Contains(err.Error(), "asks for vlan"); got != refused {
			t.Errorf("%q: %v", expression, err)
		}
		if _, err := FromTcpdump(canceled(), Ethernet, expression); err != nil && strings.Contains(err.Error(), "asks for vlan") {
			t.Errorf("%q for a file: %v", expression, err)
		}
	}
}

// canceled keeps tcpdump from being run.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
