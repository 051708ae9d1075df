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
	return missing(path, os.Args, inContainer())
}

func missing(path string, args []string, container bool) string {
	again := append([]string{quote(path)}, args[1:]...)
	for i := range again[1:] {
		again[1+i] = quote(again[1+i])
	}
	line := fmt.Sprintf("capturing needs the capability CAP_NET_RAW: sudo %s, or once: sudo setcap cap_net_raw+ep %s", strings.Join(again, " "), quote(path))
	if container {
		line += "; in a container: docker run --cap-add NET_RAW --network host"
	}
	return line
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

func inContainer() bool {
	for _, sign := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(sign); err == nil {
			return true
		}
	}
	return false
}
