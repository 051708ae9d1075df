package privilege

import "testing"

func TestMissing(t *testing.T) {
	want := "capturing needs the capability CAP_NET_RAW: sudo '/opt/my tools/mqsniff' live -f 'len > 1', or once: sudo setcap cap_net_raw+ep '/opt/my tools/mqsniff'"
	if got := missing("/opt/my tools/mqsniff", []string{"x", "live", "-f", "len > 1"}, false); got != want {
		t.Errorf("%s", got)
	}
}
