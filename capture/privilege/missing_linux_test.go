package privilege

import "testing"

func TestSurroundings(t *testing.T) {
	const (
		first  = "         0          0 4294967295\n"
		nested = "         0       1000          1\n"
		all    = "CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t0\n"
		user   = "CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t0\n"
	)
	for _, c := range []struct {
		name, status, uids string
		uid                int
		want               obstacle
	}{
		{"user", user, first, 1000, obstacle{}},
		{"user with no_new_privs", "CapEff:\t0\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\n", first, 1000, obstacle{locked: true}},
		{"container without the capability", "CapEff:\t00000000a80405fb\nCapBnd:\t00000000a80405fb\n", first, 0, obstacle{bounded: true}},
		{"user in such a container", "CapEff:\t0000000000000000\nCapBnd:\t00000000a80405fb\nNoNewPrivs:\t0\n", first, 1000, obstacle{bounded: true}},
		{"user in a container with it", "CapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n", first, 1000, obstacle{}},
		{"root without it", "CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n", first, 0, obstacle{bounded: true}},
		{"root of a user namespace", all, nested, 0, obstacle{namespace: true}},
		{"nothing is known", "", "", 0, obstacle{}},
	} {
		if got := fromStatus(c.status, c.uids, c.uid); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
