package privilege

import (
	"fmt"
	"math"
	"os"
	"os/user"
	"strconv"
)

// account is a user and the group that files get.
type account struct{ uid, gid int }

// caller is the user who called this process as root: of sudo (its variables are believed only where the real user is root: others
// can set them), or of a setuid program. changed is false where nobody else did.
func caller(real, effective int, env func(string) string) (u account, changed bool, err error) {
	switch {
	case effective != 0:
		return account{}, false, nil
	case real != 0:
		return account{real, os.Getgid()}, true, nil
	case env("SUDO_UID") == "" || env("SUDO_UID") == "0":
		return account{}, false, nil
	}
	if u.uid, err = id(env, "SUDO_UID"); err != nil {
		return account{}, false, err
	}
	if u.gid, err = id(env, "SUDO_GID"); err != nil {
		return account{}, false, err
	}
	return u, true, nil
}

// id reads a number of a user or group. The largest one means "leave it as it is" to the kernel (setresuid(2)).
func id(env func(string) string, name string) (int, error) {
	n, err := strconv.ParseUint(env(name), 10, 32)
	if err != nil || n == math.MaxUint32 {
		return 0, fmt.Errorf("%s=%q is no number of sudo's", name, env(name))
	}
	return int(n), nil
}

// groups are the account's; where they are not known, the one that sudo names.
func (u account) groups() []int {
	known, err := user.LookupId(strconv.Itoa(u.uid))
	if err != nil {
		return []int{u.gid}
	}
	ids, err := known.GroupIds()
	if err != nil {
		return []int{u.gid}
	}
	var groups []int
	for _, text := range ids {
		if n, err := strconv.Atoi(text); err == nil {
			groups = append(groups, n)
		}
	}
	return groups
}

// Chown gives a file that was made before Drop to the user whom Drop goes on as, who is to read, rotate and remove it. It does
// nothing when there is none, and with what is no regular file.
func Chown(file *os.File) error {
	u, changed, err := caller(os.Getuid(), os.Geteuid(), os.Getenv)
	if err != nil || !changed {
		return err
	}
	switch info, err := file.Stat(); {
	case err != nil:
		return err
	case !info.Mode().IsRegular(): // a device belongs to all
		return nil
	}
	if err := file.Chown(u.uid, u.gid); err != nil {
		return fmt.Errorf("giving it to user %d: %w", u.uid, err)
	}
	return nil
}
