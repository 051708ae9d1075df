package main

import (
	"strings"
	"testing"
)

// What would do nothing is refused, in one line with the remedy. Regression: a proxy that was given a certificate and left TLS alone,
// one with --strict that rewrote nothing, one with --count that printed nothing and went on for ever; and the packets of --record -
// were among the lines.
func TestProxyRefusesWhatDoesNothing(t *testing.T) {
	for args, want := range map[string]string{
		"--tls-cert c.pem --tls-key k.pem":        "add --tls terminate, or auto",
		"--tls off --keylog k":                    "add --tls terminate, or auto, or --upstream-tls on",
		"--upstream-insecure":                     "add --tls terminate, or auto, or --upstream-tls on",
		"--strict --no-tap":                       "leave out --strict",
		"--external a:1=b:2":                      "go with -n NAMESERVER:PORT",
		"--advertise 10.0.0.1":                    "go with -n NAMESERVER:PORT",
		"--headless --count 3":                    "add -o text or json",
		"--headless -f code==1":                   "add -o text or json",
		"-o none --detail":                        "add -o text or json",
		"--no-tap --json":                         "add -o text or json",
		"--record - -o json":                      "-o json cannot go there, too",
		"--record - -o text --headless --count 3": "-o text cannot go there, too",
	} {
		out, errs, code := mqsniff(t, append([]string{"proxy", "--map", "127.0.0.1:0=127.0.0.1:1", "--control", "none"}, strings.Fields(args)...)...)
		if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s%s", args, code, out, errs)
		}
	}
}
