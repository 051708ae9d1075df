package privilege

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// surroundings looks at what is cheap to find out; what cannot be read is no obstacle.
func surroundings(path string) obstacle {
	status, _ := os.ReadFile("/proc/self/status")
	uids, _ := os.ReadFile("/proc/self/uid_map")
	o := fromStatus(string(status), string(uids), os.Geteuid())
	var fs unix.Statfs_t
	o.nosuid = unix.Statfs(path, &fs) == nil && fs.Flags&unix.ST_NOSUID != 0
	return o
}

func fromStatus(status, uids string, uid int) (o obstacle) {
	has := func(set string) (has, known bool) {
		n, err := field(status, set, 16)
		return n>>unix.CAP_NET_RAW&1 != 0, err == nil
	}
	effective, known := has("CapEff")
	o.bounded = known && !effective && uid == 0
	if within, known := has("CapBnd"); known && !within {
		o.bounded = true
	}
	// In the first user namespace every number stands for itself (user_namespaces(7)).
	first := strings.Join(strings.Fields(uids), " ") == "0 0 4294967295"
	o.namespace = !first && effective
	locked, err := field(status, "NoNewPrivs", 10)
	o.locked = err == nil && locked != 0 && uid != 0
	return o
}
