package privilege

import (
	"fmt"
	"os"
	"strings"
)

// Missing is one line for somebody who may not capture: what is missing, and the command that gives it.
func Missing() string {
	path, err := os.Executable()
	if err != nil {
		path = "mqsniff"
	}
	return missing(path, os.Args, surroundings(path))
}

// obstacle is what keeps the usual commands from helping.
type obstacle struct {
	bounded   bool // CAP_NET_RAW is out of reach of every process here: it is not in the bounding set, or a root has not got it
	namespace bool // a user namespace whose capabilities do not count for the network
	locked    bool // no program can give privileges any more (no_new_privs)
	nosuid    bool // the file system gives none to the executable
}

func missing(path string, args []string, o obstacle) string {
	const needs = "capturing needs the capability CAP_NET_RAW"
	again := []string{"sudo", quote(path)}
	for _, a := range args[min(1, len(args)):] {
		again = append(again, quote(a))
	}
	sudo, setcap := strings.Join(again, " "), "sudo setcap cap_net_raw+ep "+quote(path)
	switch {
	case o.bounded:
		return needs + ", which nobody has here: start the container with docker run --cap-add NET_RAW (Kubernetes: securityContext.capabilities.add: [NET_RAW])"
	case o.namespace:
		return needs + " for the network, which the root of this user namespace does not have: capture outside of it"
	case o.locked:
		return needs + ", which sudo and setcap cannot give here (no_new_privs is set; Kubernetes: allowPrivilegeEscalation): start a new login, and there " + sudo
	case o.nosuid:
		return fmt.Sprintf("%s: %s (%s is on a file system mounted nosuid, where setcap has no effect)", needs, sudo, quote(path))
	}
	return fmt.Sprintf("%s: %s, or once: %s", needs, sudo, setcap)
}

// quote makes one word of text for a shell.
func quote(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
