package dissector

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// shark is an installed tshark with the dissector.
type shark struct {
	path, script, home string
}

// newShark skips the test where there is no tshark, or one whose Lua cannot load the dissector.
func newShark(t *testing.T) *shark {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed, so the dissector cannot be run")
	}
	s := &shark{path: path, script: filepath.Join(t.TempDir(), "rocketmq.lua"), home: t.TempDir()}
	version, err := s.command("-v").Output()
	if err != nil {
		t.Skipf("tshark -v: %v", err)
	}
	if !bytes.Contains(version, []byte("with Lua")) {
		t.Skip("this tshark was built without Lua")
	}
	if major := majorVersion(version); major < 4 {
		t.Skipf("the dissector needs tshark 4.0, this is %d", major)
	}
	if err := os.WriteFile(s.script, written(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// majorVersion reads "TShark (Wireshark) 4.0.17 …".
func majorVersion(b []byte) int {
	_, after, _ := strings.Cut(string(b), "(Wireshark) ")
	major, _, _ := strings.Cut(after, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// command runs tshark without anybody's settings.
func (s *shark) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.path, args...)
	cmd.Env = append(os.Environ(), "HOME="+s.home, "XDG_CONFIG_HOME="+s.home, "XDG_DATA_HOME="+s.home, "WIRESHARK_CONFIG_DIR="+s.home,
		"TZ=UTC", "LC_ALL=C.UTF-8")
	return cmd
}

// run reads a capture in two passes, so that requests know their responses. Anything on standard error but the remark
// about root fails the test.
func (s *shark) run(t *testing.T, capture string, args ...string) []byte {
	t.Helper()
	cmd := s.command(append([]string{"-X", "lua_script:" + s.script, "-2", "-n", "-r", capture}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("tshark: %v\n%s", err, errs.Bytes())
	}
	for _, l := range strings.Split(errs.String(), "\n") {
		if l != "" && !strings.HasPrefix(l, "Running as user") {
			t.Errorf("tshark says: %s", l)
		}
	}
	return out.Bytes()
}

// node is a field or protocol of PDML.
type node struct {
	Name     string `xml:"name,attr"`
	Show     string `xml:"show,attr"`
	ShowName string `xml:"showname,attr"`
	Nodes    []node `xml:",any"`
}

// all are the nodes below n with this name.
func (n *node) all(name string) (list []*node) {
	for i := range n.Nodes {
		c := &n.Nodes[i]
		if c.Name == name {
			list = append(list, c)
		}
		list = append(list, c.all(name)...)
	}
	return list
}

// text is what the first node below n with this name shows.
func (n *node) text(name string) string {
	if list := n.all(name); len(list) > 0 {
		return list[0].Show
	}
	return ""
}

func (n *node) number(t *testing.T, name string) int64 {
	t.Helper()
	s := n.text(name)
	if s == "" {
		return 0
	}
	v, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		t.Errorf("%s is %q", name, s)
	}
	return v
}

// pdu is one thing that the dissector drew: mostly a frame of remoting.
type pdu struct {
	node
	packet int64 // its number in the capture
}

// frame tells whether the header was decoded.
func (p *pdu) frame() bool { return len(p.all("rocketmq.flag")) > 0 }

// dissect returns all that the dissector drew, and fails the test where Lua or Wireshark had an error.
func (s *shark) dissect(t *testing.T, capture string, args ...string) (list []pdu) {
	t.Helper()
	out := s.run(t, capture, append([]string{"-T", "pdml", "-Y", "rocketmq || _ws.lua.error || _ws.malformed"}, args...)...)
	if i := bytes.Index(out, []byte("Lua Error")); i >= 0 {
		t.Fatalf("an error in Lua: %s", out[i:min(len(out), i+300)])
	}
	for _, sign := range []string{"Exception occurred", "Dissector bug"} {
		if i := bytes.Index(out, []byte(sign)); i >= 0 {
			t.Fatalf("an exception: %s", out[max(0, i-200):min(len(out), i+300)])
		}
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "packet" {
			continue
		}
		var packet node
		if err := d.DecodeElement(&packet, &start); err != nil {
			t.Fatal(err)
		}
		number := packet.number(t, "frame.number")
		for _, p := range packet.Nodes {
			if p.Name == "rocketmq" {
				list = append(list, pdu{p, number})
			}
		}
	}
}

// without is n without its children of this name.
func (n *node) without(name string) *node {
	c := *n
	c.Nodes = nil
	for _, child := range n.Nodes {
		if child.Name != name {
			c.Nodes = append(c.Nodes, child)
		}
	}
	return &c
}

// truth is how PDML shows a boolean.
func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// parseTime reads a point in time as PDML shows it, and returns it in ms since 1970.
func parseTime(s string) (int64, error) {
	s = strings.Join(strings.Fields(s), " ")
	v, err := time.Parse("Jan 2, 2006 15:04:05.999999999 MST", s)
	return v.UnixMilli(), err
}

// same tells whether Wireshark shows want as got. Releases escape control characters, and some what is not ASCII, in ways of
// their own; the dissector itself replaces what no text may have.
func same(got, want string) bool {
	want = strings.NewReplacer("\x00", "␀", "\r\n", "\n", "\r", "\n").Replace(string([]rune(want))) // XML knows no \r
	if got == want {
		return true
	}
	for _, format := range []string{`\x%x`, `\x%02x`, `\%03o`} {
		for _, all := range []bool{false, true} {
			if got == escaped(want, format, all) {
				return true
			}
		}
	}
	return false
}

// escaped is s with its control characters, or with all but line ends and tabs, in this form; all takes bytes beyond ASCII too.
func escaped(s, format string, all bool) string {
	var out strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n' || c == '\r' || c == '\t', c >= ' ' && c < 0x7F, c >= 0x80 && !all:
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, format, c)
		}
	}
	return out.String()
}
