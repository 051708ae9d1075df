package privilege

import (
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	const path = "/opt/my tools/mqsniff"
	args := []string{"x", "live", "-f", "len > 1"}
	for _, c := range []struct {
		name string
		o    obstacle
		want string
	}{
		{"plain", obstacle{}, "capturing needs the capability CAP_NET_RAW: sudo '/opt/my tools/mqsniff' live -f 'len > 1', or once: sudo setcap cap_net_raw+ep '/opt/my tools/mqsniff'"},
		{"nosuid", obstacle{nosuid: true}, "capturing needs the capability CAP_NET_RAW: sudo '/opt/my tools/mqsniff' live -f 'len > 1' ('/opt/my tools/mqsniff' is on a file system mounted nosuid, where setcap has no effect)"},
	} {
		if got := missing(path, args, c.o); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	for _, c := range []struct {
		o          obstacle
		with, none string
	}{
		{obstacle{bounded: true, nosuid: true, namespace: true}, "docker run --cap-add NET_RAW", "sudo"},
		{obstacle{namespace: true, nosuid: true}, "user namespace", "sudo"},
		{obstacle{locked: true, nosuid: true}, "no_new_privs", "sudo setcap"},
	} {
		if got := missing(path, args, c.o); !strings.Contains(got, c.with) || strings.Contains(got, c.none) || strings.Contains(got, "\n") {
			t.Errorf("%+v: %s", c.o, got)
		}
	}
	if got := missing("/m", nil, obstacle{}); !strings.HasPrefix(got, "capturing needs the capability CAP_NET_RAW: sudo /m, or") {
		t.Error(got)
	}
	if got := Missing(); !strings.HasPrefix(got, "capturing needs the capability CAP_NET_RAW") || strings.Contains(got, "\n") {
		t.Error(got)
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{"": "''", "a": "a", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "*": "'*'"} {
		if got := quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
