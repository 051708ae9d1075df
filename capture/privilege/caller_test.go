package privilege

import (
	"os"
	"testing"
)

func TestCaller(t *testing.T) {
	for _, c := range []struct {
		name            string
		real, effective int
		uid, gid        string // of sudo
		want            account
		changed, bad    bool
	}{
		{"user", 1000, 1000, "", "", account{}, false, false},
		{"user who says sudo", 1000, 1000, "5", "5", account{}, false, false},
		{"root", 0, 0, "", "", account{}, false, false},
		{"root of root", 0, 0, "0", "0", account{}, false, false},
		{"sudo", 0, 0, "1000", "1001", account{1000, 1001}, true, false},
		{"setuid, and the user says sudo", 1000, 0, "5", "5", account{1000, os.Getgid()}, true, false},
		{"no group", 0, 0, "1000", "", account{}, false, true},
		{"no number", 0, 0, "root", "0", account{}, false, true},
		{"negative", 0, 0, "1000", "-1", account{}, false, true},
		{"the number that changes nothing", 0, 0, "4294967295", "5", account{}, false, true},
		{"group that changes nothing", 0, 0, "5", "4294967295", account{}, false, true},
		{"too large", 0, 0, "4294967296", "5", account{}, false, true},
	} {
		env := func(name string) string { return map[string]string{"SUDO_UID": c.uid, "SUDO_GID": c.gid}[name] }
		got, changed, err := caller(c.real, c.effective, env)
		if changed != c.changed || (err != nil) != c.bad || changed && got != c.want {
			t.Errorf("%s: %v, %v, %v", c.name, got, changed, err)
		}
	}
}

func TestChownWithoutSudo(t *testing.T) {
	t.Setenv("SUDO_UID", "")
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if os.Geteuid() != os.Getuid() {
		t.Skip("this test is setuid")
	}
	if err := Chown(file); err != nil {
		t.Error(err)
	}
}
